package import Transport

/// Why etcd did not do what it was asked, or why we cannot know whether it did.
package struct EtcdError: Error, Sendable, Equatable {
    package enum Kind: Equatable, Sendable {
        /// Our own words or settings are wrong; nothing was sent.
        case usage
        case transport(TransportError)
        /// Wrong user or password.
        case refusedCredentials
        /// Authentication is on and the request had no token.
        case credentialsMissing
        /// The token is unknown or outdated; a new one mends it.
        case staleToken
        case authenticationDisabled
        case permissionDenied
        /// The gateway refuses client certificates with a common name once authentication is on.
        case certificateCommonName
        /// The member has no leader and refused before proposing anything.
        case noLeader
        /// The cluster did not answer in time, or stopped while answering.
        case unavailable
        /// The revision asked for is gone; the first one that can still be had, where the server names it.
        case compacted(before: Int64?)
        /// The revision asked for does not exist yet: this store is younger than the one we knew.
        case futureRevision
        case leaseNotFound
        case requestTooLarge
        case spaceExceeded
        case tooManyRequests
        /// A watch was refused or ended by the server, for a reason other than compaction.
        case watchCanceled
        /// A member did not answer the request for a watch.
        case watchSilent
        /// The stream of a watch ended; nothing is wrong but the connection.
        case watchEnded
        /// The store is behind what it has shown before: its data were lost or replaced.
        case wentBack
        /// Another cluster answers than before.
        case otherCluster
        /// There is no JSON gateway at this port, so that nothing was done.
        case noGateway
        /// The v2 interface is switched off there, or the version of etcd has none.
        case v2IsOff
        /// In v2: there is no such key or directory.
        case missing
        /// In v2: the key is not as the request wants it to be, so that nothing was done.
        case compareFailed
        /// The answer was not what etcd's gateway sends.
        case malformedAnswer
        /// Any other refusal.
        case refused
        case cancelled
    }

    package let kind: Kind
    /// What was attempted, in words: `range of /a/`.
    package let operation: String
    /// The member that answered, or was asked last.
    package let endpoint: EtcdEndpoint?
    /// The server's words, or ours.
    package let message: String
    /// Whether what failed came before the operation itself (a login, say), so that nothing of that was sent.
    package let isOfPreparation: Bool
    /// What other endpoints said that cannot mend itself, in words, with their names.
    package private(set) var beside: [String] = []

    package init(
        _ kind: Kind, _ message: String, operation: String = "", endpoint: EtcdEndpoint? = nil,
        isOfPreparation: Bool = false
    ) {
        self.isOfPreparation = isOfPreparation
        self.kind = kind
        self.message = message
        self.operation = operation
        self.endpoint = endpoint
    }

    /// Why no complete answer came.
    package init(_ error: TransportError) {
        self =
            error == .cancelled ? EtcdError(.cancelled, "cancelled") : EtcdError(.transport(error), error.description)
    }

    package static func usage(_ message: String) -> EtcdError { EtcdError(.usage, message) }

    /// Whether a write that failed so may have been, or may yet be, carried out.
    package var isOutcomeUnknown: Bool {
        guard !isOfPreparation else { return false }
        return switch kind {
        case .transport(let error): !error.nothingWasSent
        case .unavailable, .malformedAnswer, .cancelled, .watchEnded: true
        default: false
        }
    }

    /// Whether another member, or the same one later, may well answer.
    package var isOutage: Bool {
        switch kind {
        case .transport(.invalidRequest), .transport(.credentialFile), .transport(.untrustedCertificate),
            .transport(.leaseEnded):
            false
        case .transport, .noLeader, .unavailable, .tooManyRequests, .watchEnded, .watchSilent: true
        default: false
        }
    }

    /// Whether it says something of the endpoint that answered, so that another one may well do better.
    package var belongsToEndpoint: Bool {
        switch kind {
        case .transport(.untrustedCertificate): true
        case .malformedAnswer, .noGateway, .v2IsOff, .otherCluster, .certificateCommonName, .refusedCredentials,
            .credentialsMissing:
            true
        default: isOutage
        }
    }

    /// Whether the next endpoint may be asked for the same.
    package func leadsOn(_ effect: CallEffect) -> Bool {
        switch effect {
        // What it refuses to read, or what somebody who shared a login has given up, another one may give.
        case .read: belongsToEndpoint || kind == .refused || kind == .cancelled && !Task.isCancelled
        case .write: belongsToEndpoint && !isOutcomeUnknown
        }
    }

    var ofPreparation: EtcdError {
        var error = EtcdError(kind, message, operation: operation, endpoint: endpoint, isOfPreparation: true)
        error.beside = beside
        return error
    }

    /// The same error, with what other endpoints said beside it.
    func beside(_ others: [EtcdError]) -> EtcdError {
        var error = self
        error.beside = others.compactMap { other in
            other.endpoint.map { "\($0.url): \(other.words)" }
        }
        return error
    }

    package var isCompaction: Bool {
        if case .compacted = kind { true } else { false }
    }

    /// Whether the answer is more than we hold at once.
    var isTooLarge: Bool {
        if case .transport(.answerTooLarge(_, .body, _)) = kind { true } else { false }
    }

    /// Whether the member closed the connection without a word.
    var isEmptyReply: Bool {
        if case .transport(let error) = kind { error.isEmptyReply } else { false }
    }

    /// Whether the member took the request and said nothing.
    var isSilence: Bool {
        switch kind {
        case .transport(.timedOut(_, _, let sent)): sent
        case .watchSilent: true
        default: false
        }
    }

    /// The same error with what was attempted, where, and for a missing permission by whom.
    package func during(_ operation: String, at endpoint: EtcdEndpoint?, by user: String? = nil) -> EtcdError {
        let message = if kind == .permissionDenied, let user { "user \(user): \(message)" } else { message }
        var error = EtcdError(
            kind, message, operation: operation, endpoint: endpoint, isOfPreparation: isOfPreparation)
        error.beside = beside
        return error
    }
}

extension EtcdError: CustomStringConvertible {
    package var description: String {
        // A file is the culprit, wherever it was to be used.
        if case .transport(.credentialFile(let path, let reason)) = kind { return "\(path): \(reason)" }
        var text = "etcd"
        if let endpoint { text += " at \(endpoint.url)" }
        if !operation.isEmpty { text += ", \(operation)" }
        return ([text + ": " + words] + beside).joined(separator: "; ")
    }

    /// What happened, without where.
    package var words: String {
        switch kind {
        case .refusedCredentials: "wrong user or password (\(message))"
        case .credentialsMissing: "authentication is on: a user and password are needed (--etcd-user; \(message))"
        case .certificateCommonName:
            "the gateway refuses client certificates with a common name while authentication is on; "
                + "use one with an empty CN, its identity in SAN or O (\(message))"
        case .transport(let error): error.reason
        default: message
        }
    }
}

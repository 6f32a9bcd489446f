package import Fabric
package import Transport

/// Why a call to UFM did not succeed, and whether it may have had an effect all the same.
package struct UFMError: Error, Equatable, Sendable {
    /// The ways in which a call can go wrong.
    package enum Kind: Equatable, Sendable {
        /// 401, 403, or a login page or redirect where data was due.
        case refusedCredentials
        /// 408, 429, 502, 503, 504, or HTML with any other 5xx, or a page with a 2xx that asks for no login: UFM or the web server before it is not at work.
        /// `retryAfter` is the server's own wish.
        case unavailable(retryAfter: Duration?)
        /// No complete answer arrived.
        case transport(TransportError)
        /// Any other 4xx, and 501: UFM read the request and refused it. Also a redirect to the same path with a slash.
        case rejected
        /// Any other 5xx.
        case serverFailure
        /// UFM says one thing to one question and another to the next; the text says what.
        case contradiction(String)
        /// A success whose body, or a status that, means nothing to us; the text says what.
        case malformedAnswer(String)
        /// An answer that reads well but cannot be the whole truth, so that nothing may be concluded from it.
        case incompleteAnswer(String)
        /// The call makes no sense or there is nobody to send it to; nothing was sent.
        case invalidCall(String)
    }

    /// What a failed call may have changed.
    package enum Outcome: Equatable, Sendable {
        /// Nothing: it was a read, or was refused, or never reached UFM.
        case notApplied
        /// All, some or nothing of it: read back before doing anything else.
        case unknown
    }

    /// What went wrong.
    package let kind: Kind
    /// The HTTP method, such as `DELETE`.
    package let method: String
    /// The path with its query, such as `/ufmRest/resources/pkeys/0x5`.
    package let path: String
    /// `https://host[:port]` of the server, or an empty text if there was none.
    package let server: String
    /// The HTTP status, if there was an answer.
    package let status: Int?
    /// What the server said: one line of at most 200 characters, without tags and without our credentials.
    package let serverWords: String?
    /// The user as whom we asked, where it was one.
    package var user: String?
    package internal(set) var outcome: Outcome
    /// Whether the answer was a page for people.
    var isPage = false
    /// Whether the answer leads to the same path with a slash at its end.
    var redirectsToSlash = false
    /// The GUIDs that UFM refused one by one, where a call found them out.
    package internal(set) var refusedGUIDs: [GUID] = []

    /// Whether UFM cannot be reached or is not at work just now, so that the same call may succeed later.
    package var isOutage: Bool {
        switch kind {
        case .unavailable: true
        case .transport(let error):
            switch error {
            case .cannotResolve, .cannotConnect, .tlsFailed, .timedOut, .connectionLost: true
            case .invalidRequest, .credentialFile, .untrustedCertificate, .answerTooLarge, .leaseEnded, .cancelled:
                false
            }
        default: false
        }
    }

    /// Whether UFM, or the web server before it, does not accept who we are.
    package var isRefusedCredentials: Bool { kind == .refusedCredentials }

    /// Whether it is us: a call without sense or host, the URL, a certificate file, or whom we trust to be UFM.
    package var isMisconfiguration: Bool {
        switch kind {
        case .transport(.invalidRequest), .transport(.credentialFile), .transport(.untrustedCertificate): true
        case .invalidCall: true
        default: false
        }
    }

    /// Whether the calling task was cancelled.
    package var isCancellation: Bool { kind == .transport(.cancelled) }

    /// How long the server asked to be left alone, in seconds or until a date; nil if it did not.
    package var retryAfter: Duration? {
        if case .unavailable(let wait) = kind { wait } else { nil }
    }

    var isMalformedAnswer: Bool {
        if case .malformedAnswer = kind { true } else { false }
    }

    /// Whether certainly no byte of the request reached a server.
    var nothingWasSent: Bool {
        if case .transport(let error) = kind { error.nothingWasSent } else { false }
    }

    /// The error as one of a whole change of several requests: once something has changed, "not applied" is no longer true.
    ///
    /// - Parameter refused: GUIDs that UFM had refused one by one before.
    package func asPart(ofChange hasChanged: Bool, refused: [GUID] = []) -> UFMError {
        var error = self
        if hasChanged { error.outcome = .unknown }
        error.refusedGUIDs = refused + refusedGUIDs
        return error
    }

    /// The same refusal, which another answer shows to be wrong.
    func asContradiction(_ flaw: String) -> UFMError {
        UFMError(
            kind: .contradiction(flaw), method: method, path: path, server: server, status: status,
            serverWords: serverWords, outcome: outcome, isPage: isPage)
    }

    func isRejected(_ statuses: Int...) -> Bool {
        guard kind == .rejected, let status else { return false }
        return statuses.contains(status)
    }
}

extension UFMError {
    private var refusal: String {
        switch status {
        case 403: "access is forbidden"
        case .some(300...399): "UFM leads elsewhere, as to a login"
        case .some(200...299): "UFM asks for a login"
        default: "UFM does not accept our credentials"
        }
    }
}

extension UFMError: CustomStringConvertible {
    /// One line: method, URL (long ones shortened), reason, status and what the server said.
    package var description: String {
        if case .transport(.credentialFile(let path, let reason)) = kind { return "\(path): \(reason)" }
        let target = "\(method) \(server)\(ServerWords.shortened(path, to: 120))"
        var line = "\(target): \(reason)"
        if let status { line += " (status \(status))" }
        if let serverWords { line += ": \(serverWords)" }
        if !refusedGUIDs.isEmpty {
            line += "; refused GUIDs: " + refusedGUIDs.map(\.description).joined(separator: ", ")
        }
        if outcome == .unknown { line += " [it may have been applied]" }
        return line
    }

    private var reason: String {
        switch kind {
        case .refusedCredentials: refusal
        case .unavailable where status.map { $0 < 300 } ?? false: "a web page came where UFM's data were due"
        case .unavailable(let wait):
            if let wait { "UFM is unavailable, retry after \(wait.components.seconds) s" } else { "UFM is unavailable" }
        case .transport(let error): ServerWords.oneLine(error.reason)
        case .rejected where redirectsToSlash: "UFM has this under another path, with a slash at its end"
        case .rejected where status == 405 || status == 501: "UFM has no such call"
        case .rejected: "UFM refused the request"
        case .serverFailure: "UFM failed"
        case .contradiction(let flaw): "UFM contradicts itself: \(ServerWords.oneLine(flaw))"
        case .malformedAnswer(let flaw): "the answer makes no sense: \(ServerWords.oneLine(flaw))"
        case .incompleteAnswer(let flaw): "the answer cannot be complete: \(ServerWords.oneLine(flaw))"
        case .invalidCall(let flaw): flaw
        }
    }
}

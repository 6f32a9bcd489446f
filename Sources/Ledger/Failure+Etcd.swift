package import EtcdGateway
package import Reconciler
internal import Surroundings
package import Transport

/// What etcd's errors say of what happened.
extension Failure {
    package init(_ error: EtcdError, _ advice: Advice = { _ in nil }) {
        self.init(
            Cause(error.kind), error.description(with: advice), at: error.endpoint.map { .endpoint($0.url) } ?? .server,
            outcome: error.isOutcomeUnknown ? .unknown : .nothing)
    }
}

extension EtcdError {
    /// One line for people, without secrets: what happened, and what to do where that is known.
    package func description(with advice: Failure.Advice) -> String {
        // A stream that ends is no connection that is refused.
        guard kind != .watchEnded else { return OutgoingWords.line(description) }
        let trouble = Failure.Trouble(.etcd, Failure.Cause(kind), at: endpoint?.url, words: message)
        return OutgoingWords.line(description + (advice(trouble).map { "; \($0)" } ?? ""))
    }
}

extension Failure.Cause {
    init(_ kind: EtcdError.Kind) {
        self =
            switch kind {
            case .usage: .settings
            case .transport(let error): Self(error)
            case .refusedCredentials: .credentials
            case .credentialsMissing: .credentialsMissing
            case .permissionDenied: .permission
            case .certificateCommonName: .certificateName
            case .noLeader: .noLeader
            case .unavailable: .unavailable
            case .compacted, .futureRevision, .wentBack, .otherCluster, .missing: .history
            case .spaceExceeded: .full
            case .tooManyRequests: .busy
            case .watchSilent: .timedOut
            case .watchEnded: .connectionLost
            case .malformedAnswer, .noGateway, .v2IsOff: .malformed
            case .staleToken, .authenticationDisabled, .leaseNotFound, .requestTooLarge, .watchCanceled, .refused,
                .compareFailed:
                .rejected
            case .cancelled: .cancelled
            }
    }

    /// Why no complete answer came, from whichever server.
    package init(_ error: TransportError) {
        self =
            switch error {
            case .invalidRequest, .credentialFile: .settings
            case .cannotResolve, .cannotConnect: .unreachable
            case .tlsFailed(_, let reason, _): .tls(reason: reason)
            case .untrustedCertificate(_, let reason): .untrustedCertificate(reason: reason)
            case .timedOut: .timedOut
            case .connectionLost: .connectionLost
            case .answerTooLarge: .tooLarge
            case .leaseEnded: .leaseEnded
            case .cancelled: .cancelled
            }
    }
}

/// What a failure means for the work: the one place where that is decided.
enum Meaning: Hashable, Sendable {
    /// The server is away or not at work: it is waited for, and all that needs it with it.
    case outage
    /// The server does not take us. Before it is all there it may not know us yet.
    case refusal
    /// Something is wrong on our side, or we do not trust the server: waiting mends that only where it was right before.
    case misconfiguration
    /// The server does not take this request; others may be well.
    case rejection

    /// - Parameter side: the server that failed.
    init(of failure: Failure, by side: Side) {
        switch failure.cause {
        case .unreachable, .timedOut, .connectionLost, .tls, .cancelled, .unavailable, .busy, .noLeader, .unwritable:
            self = .outage
        case .tooLarge:
            // An answer of the fabric manager is as large as the fabric: the next one will be as well.
            self = side == .fabric ? .rejection : .outage
        case .credentials, .permission: self = .refusal
        case .credentialsMissing, .certificateName, .settings, .untrustedCertificate, .unreadable:
            self = .misconfiguration
        case .rejected, .serverError, .history, .full, .malformed, .incomplete, .notShown, .leaseEnded:
            self = .rejection
        }
    }

    /// Whether a failed request about one partition leaves it open that the server is well, and the trouble that partition's:
    /// then something else is asked before anybody is kept waiting.
    static func isOpen(_ failure: Failure) -> Bool {
        switch failure.cause {
        case .timedOut, .connectionLost, .unavailable, .busy, .credentials, .permission: true
        // There was no server to be well, or it is on our side.
        case .unreachable, .tls, .untrustedCertificate, .cancelled, .settings, .credentialsMissing, .certificateName,
            .unreadable, .unwritable, .leaseEnded, .noLeader, .full, .history, .tooLarge:
            false
        // The server has read the request and answered it: it is well.
        case .rejected, .serverError, .malformed, .incomplete, .notShown: false
        }
    }
}

/// Whom the engine reads and writes, beside the source of what is wanted.
enum Side: Hashable, Sendable {
    case fabric
    case ledger
}

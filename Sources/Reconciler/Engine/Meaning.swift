/// What a failure means for the work: the one place where that is decided.
enum Meaning: Hashable, Sendable {
    /// The server is away or not at work: it is waited for, and all that needs it with it.
    case outage
    /// The server does not take us; waiting mends that only where it took us before.
    case refusal
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
        case .credentials, .credentialsMissing, .permission, .certificateName, .settings, .untrustedCertificate:
            self = .refusal
        case .rejected, .serverError, .history, .full, .malformed, .incomplete, .notShown, .unreadable,
            .leaseEnded:
            self = .rejection
        }
    }
}

/// Whom the engine reads and writes, beside the source of what is wanted.
enum Side: Hashable, Sendable {
    case fabric
    case ledger
}

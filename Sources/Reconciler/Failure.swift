package import Fabric

/// What went wrong on the other side of an interface: what happened there, and where. What that means for us is decided
/// by who hears of it, and not here.
package struct Failure: Error, Hashable, Sendable {
    /// What happened.
    package enum Cause: Hashable, Sendable {
        // No answer came, or none that was whole.
        case unreachable
        case timedOut
        case connectionLost
        /// TLS could not be agreed, for a reason other than the server's certificate.
        case tls(reason: String)
        case untrustedCertificate(reason: String)
        /// The answer was larger than we take.
        case tooLarge
        case cancelled

        // The server is there and not at work.
        /// It says so itself, or what stands before it does.
        case unavailable
        /// It has too much to do.
        case busy
        case noLeader
        /// Its disk, or its quota, is full.
        case full

        // It does not take us.
        case credentials
        case credentialsMissing
        case permission
        /// It takes no client certificate with a common name.
        case certificateName

        // It does not take this request.
        case rejected
        case serverError
        /// The history that was asked for is not there: compacted away, not yet made, or another store's.
        case history

        // It answered, and nothing can be made of it.
        /// The answer means nothing to us.
        case malformed
        /// The answer reads well and cannot be the whole truth.
        case incomplete
        /// What was accepted is not there when it is read back.
        case notShown

        // It is on our side.
        /// Our right to write had run out, or ran out while the request was on its way.
        case leaseEnded
        /// A setting, or a file that a setting names, cannot be used; nothing was sent.
        case settings
        /// A file of ours cannot be read, or what it says cannot.
        case unreadable
        /// A file of ours cannot be written just now.
        case unwritable
    }

    /// Where it went wrong.
    package enum Place: Hashable, Sendable {
        /// On the way to one endpoint (`https://ufm1`), or there; another may answer.
        case endpoint(String)
        /// In the answer to a request for one partition; others may be well.
        case partition(PKey)
        /// In the answer to a request for everything, or before there was any.
        case server
    }

    /// What the request may have changed.
    package enum Outcome: Hashable, Sendable {
        case nothing
        /// All, some or nothing of it, and perhaps not yet.
        case unknown
    }

    package let cause: Cause
    package let place: Place
    package let outcome: Outcome
    /// One line for people, that names the server.
    package let message: String
    /// When the server wishes to be asked again.
    package let retryAfter: Duration?
    /// The GUIDs that the fabric manager refused one by one, where it was asked so.
    package let refusedGUIDs: [GUID]

    package init(
        _ cause: Cause, _ message: String, at place: Place = .server, outcome: Outcome = .nothing,
        retryAfter: Duration? = nil, refusedGUIDs: [GUID] = []
    ) {
        self.cause = cause
        self.place = place
        self.outcome = outcome
        self.message = message
        self.retryAfter = retryAfter
        self.refusedGUIDs = refusedGUIDs
    }
}

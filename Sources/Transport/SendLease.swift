/// Until when a request may be sent.
///
/// ``HTTPClient`` asks it each time before it lets libcurl send, so that a process which has slept sends nothing that it may
/// no longer send, and renewals count for what is on its way already. What is on its way when it has run out is aborted, at
/// most a quarter of a second later. What a paused virtual machine does to its clock is seen by nobody in it.
package protocol SendLease: Sendable {
    /// How long it is in force as things are now: zero or less once it has run out, nil for ever.
    var remaining: Duration? { get }
}

extension SendLease {
    package var hasRunOut: Bool { remaining.map { $0 <= .zero } ?? false }
}

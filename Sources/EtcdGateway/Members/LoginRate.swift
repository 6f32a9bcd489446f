/// How often a member may be asked for a token: one login per second in all, unless the last one was a good one. Pure.
///
/// A login costs etcd a tenth of a second of a processor, and a wrong password gets no better by being repeated.
struct LoginRate<Instant: InstantProtocol> where Instant.Duration == Duration {
    static var interval: Duration { .seconds(1) }

    private(set) var isProven = false
    private var next: Instant?

    /// When the next login may be sent, which is then taken to be sent; nil for at once.
    mutating func reserve(now: Instant) -> Instant? {
        guard !isProven else { return nil }
        let slot = next.map { max($0, now) } ?? now
        next = slot.advanced(by: Self.interval)
        return slot > now ? slot : nil
    }

    /// A login has ended: whether with a token.
    mutating func ended(isGood: Bool) { isProven = isGood }
}

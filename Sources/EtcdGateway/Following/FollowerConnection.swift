/// Whether etcd can be read, and how long to wait before the next try. Pure.
struct FollowerConnection<Instant: InstantProtocol> where Instant.Duration == Duration {
    private var lostSince: Instant?
    private var upSince: Instant?
    private var isTold = false
    private var failures = 0

    /// The pause before the next try: none after a first failure (members stop and move on in ordinary life), then 100 ms
    /// doubling to 5 s, with jitter.
    var pause: Duration {
        guard failures > 1 else { return .zero }
        let longest = Duration.milliseconds(100) * (1 << min(failures - 2, 6))
        return min(longest, .seconds(5)) * Double.random(in: 0.5...1)
    }

    /// How many tries in a row have failed. A connection that held for a while is good; one that is made and dies at once is
    /// a failure like the last.
    func failuresInARow(now: Instant) -> Int {
        if let upSince, upSince.duration(to: now) > .seconds(2) { 0 } else { failures }
    }

    /// Takes note of a failure; gives the loss to tell of, if it is news: one failure alone is a resumption.
    mutating func lose(_ error: EtcdError, now: Instant) -> FollowerEvent? {
        failures = failuresInARow(now: now) + 1
        upSince = nil
        lostSince = lostSince ?? now
        guard failures > 1, !isTold else { return nil }
        isTold = true
        return .lost(error)
    }

    /// Takes note of an answer; gives the return to tell of, if the loss was told.
    ///
    /// - Parameter told: the revision up to which everything was told.
    mutating func regain(told: Int64, now: Instant) -> FollowerEvent? {
        defer {
            lostSince = nil
            isTold = false
        }
        upSince = upSince ?? now
        guard isTold, let lostSince else { return nil }
        return .restored(after: lostSince.duration(to: now), told: told)
    }
}

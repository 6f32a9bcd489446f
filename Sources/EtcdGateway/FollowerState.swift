internal import Synchronization

/// What the reader of a watch and its prover share: the position in history, and whether etcd can be read.
final class FollowerState<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    private struct Content {
        var position = WatchPosition()
        var connection = FollowerConnection<Instant>()
    }

    private let content = Mutex(Content())

    var next: WatchPosition.Step { content.withLock { $0.position.next } }
    var last: Int64 { content.withLock { $0.position.last } }

    func listed(_ header: ResponseHeader, now: Instant) -> FollowerEvent? {
        content.withLock { content in
            content.position.listed(header)
            return content.connection.isUp(now: now)
        }
    }

    /// What to tell of an update; throws when the watch is to be left for a list.
    func received(_ update: WatchUpdate, now: Instant) throws(EtcdError) -> [FollowerEvent] {
        let events: [FollowerEvent]? = content.withLock { content in
            let new = content.position.received(update)
            guard case .watch = content.position.next else { return nil }
            let event: FollowerEvent? =
                switch new {
                case .revision(let revision, let changes): .changed(revision: revision, changes)
                case .progress(let revision): .progress(revision: revision)
                case .created, nil: nil
                }
            return [content.connection.isUp(now: now), event].compactMap { $0 }
        }
        guard let events else { throw Self.otherStore }
        return events
    }

    func judge(_ proof: WatchProof) throws(EtcdError) -> WatchProof.Verdict {
        let verdict = content.withLock { $0.position.judge(proof) }
        guard verdict != .otherStore else { throw Self.otherStore }
        return verdict
    }

    /// What to tell of a failure, and how long to wait before the next try.
    func failed(_ error: EtcdError, now: Instant) -> (FollowerEvent?, pause: Duration) {
        content.withLock { content in
            content.position.failed(error)
            // A history that was cut is no outage: the list that follows makes up for it.
            guard error.kind != .compacted else { return (nil, .zero) }
            return (content.connection.isDown(error, now: now), content.connection.pause)
        }
    }

    private static var otherStore: EtcdError {
        EtcdError(.watchEnded, "the member's store is behind, or not the one we know")
    }
}

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

    /// The loss to tell of, if it is news: one failure alone is a resumption.
    mutating func isDown(_ error: EtcdError, now: Instant) -> FollowerEvent? {
        // A connection that held for a while is good; one that is made and dies at once is a failure like the last.
        if let upSince, upSince.duration(to: now) > .seconds(2) { failures = 0 }
        upSince = nil
        failures += 1
        lostSince = lostSince ?? now
        guard failures > 1, !isTold else { return nil }
        isTold = true
        return .lost(error)
    }

    /// The return to tell of, if the loss was told.
    mutating func isUp(now: Instant) -> FollowerEvent? {
        defer {
            lostSince = nil
            isTold = false
        }
        upSince = upSince ?? now
        guard isTold, let lostSince else { return nil }
        return .restored(after: lostSince.duration(to: now))
    }
}

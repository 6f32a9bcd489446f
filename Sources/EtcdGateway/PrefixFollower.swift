/// What following a range tells.
package enum FollowerEvent: Sendable {
    /// Everything in the range, read completely; it replaces what was known.
    case listed(KeyListing, RelistReason)
    /// All that one revision changed.
    case changed(revision: Int64, [KeyChange])
    /// Nothing new, but everything up to this revision has been told.
    case progress(revision: Int64)
    /// etcd cannot be read; told once for each loss, with the first error.
    case lost(EtcdError)
    /// etcd is read again, so long after it was lost.
    case restored(after: Duration)
}

/// Follows a range of keys for ever: lists it, watches it, resumes where it was cut, and lists again on any doubt.
package struct PrefixFollower<C: Clock>: Sendable where C.Duration == Duration {
    private let client: EtcdClient
    private let range: KeyRange
    private let clock: C

    package init(_ client: EtcdClient, _ range: KeyRange, clock: C = ContinuousClock()) {
        self.client = client
        self.range = range
        self.clock = clock
    }

    /// Tells events until the task is cancelled, or until etcd refuses in a way that waiting does not mend.
    ///
    /// - Throws: before the first complete list, an error that is no outage (credentials, permission, certificate). Later
    ///   such errors are told as `lost` and tried again: an operator may be changing a password.
    package func run(_ tell: (FollowerEvent) async -> Void) async throws(EtcdError) {
        var position = WatchPosition()
        var connection = Connection<C.Instant>()
        while !Task.isCancelled {
            do throws(EtcdError) {
                switch position.next {
                case .list(let reason):
                    let listing = try await client.list(range)
                    position.listed(listing.header)
                    await connection.isUp(now: clock.now, tell)
                    await tell(.listed(listing, reason))
                case .watch(let revision):
                    try await watch(from: revision, &position, &connection, tell)
                }
            } catch  where error.kind == .cancelled {
                return
            } catch {
                // A compaction between two pages of the first list is ordinary life as well.
                guard position.last > 0 || error.isOutage || error.kind == .compacted else { throw error }
                position.failed(error)
                await client.leave(after: error)
                await connection.isDown(error, now: clock.now, tell)
                // A watch that ended is resumed at once the first time: members stop and move on in ordinary life.
                try? await clock.sleep(for: connection.pause)
            }
        }
    }

    private func watch(
        from revision: Int64, _ position: inout WatchPosition, _ connection: inout Connection<C.Instant>,
        _ tell: (FollowerEvent) async -> Void
    ) async throws(EtcdError) {
        var updates = try await client.watch(range, from: revision).makeAsyncIterator()
        while let update = try await updates.next() {
            let isNew = position.received(update)
            guard case .watch = position.next else {
                throw EtcdError(.watchEnded, "the member's store is behind, or not the one we know")
            }
            await connection.isUp(now: clock.now, tell)
            switch isNew {
            case .revision(let revision, let changes): await tell(.changed(revision: revision, changes))
            case .progress(let revision): await tell(.progress(revision: revision))
            case .created, nil: break
            }
        }
    }
}

/// Whether etcd can be read, and how long to wait before the next try.
private struct Connection<Instant: InstantProtocol> where Instant.Duration == Duration {
    private var lostSince: Instant?
    private var upSince: Instant?
    private var isTold = false
    private var failures = 0

    /// The pause before the next try: none after a first failure, then 100 ms doubling to 5 s, with jitter.
    var pause: Duration {
        guard failures > 1 else { return .zero }
        let longest = Duration.milliseconds(100) * (1 << min(failures - 2, 6))
        return min(longest, .seconds(5)) * Double.random(in: 0.5...1)
    }

    mutating func isDown(_ error: EtcdError, now: Instant, _ tell: (FollowerEvent) async -> Void) async {
        // A connection that held for a while is good; one that is made and dies at once is a failure like the last.
        if let upSince, upSince.duration(to: now) > .seconds(2) { failures = 0 }
        upSince = nil
        failures += 1
        lostSince = lostSince ?? now
        // One failure alone is a resumption and not news.
        if failures > 1, !isTold {
            isTold = true
            await tell(.lost(error))
        }
    }

    mutating func isUp(now: Instant, _ tell: (FollowerEvent) async -> Void) async {
        upSince = upSince ?? now
        if isTold, let lostSince { await tell(.restored(after: lostSince.duration(to: now))) }
        lostSince = nil
        isTold = false
    }
}

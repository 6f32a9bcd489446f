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
    private typealias State = FollowerState<C.Instant>

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
    package func run(
        _ tell: @escaping @Sendable (FollowerEvent) async -> Void
    ) async throws(EtcdError) {
        let state = State()
        while !Task.isCancelled {
            do throws(EtcdError) {
                switch state.next {
                case .list(let reason):
                    let listing = try await client.list(range)
                    if let event = state.listed(listing.header, now: clock.now) { await tell(event) }
                    await tell(.listed(listing, reason))
                case .watch(let revision):
                    try await watch(from: revision, state, tell)
                }
            } catch let error where error.kind == .cancelled {
                return
            } catch {
                // A compaction between two pages of the first list is ordinary life as well.
                guard state.last > 0 || error.isOutage || error.kind == .compacted else { throw error }
                await client.leave(after: error)
                let (event, pause) = state.failed(error, now: clock.now)
                if let event { await tell(event) }
                try? await clock.sleep(for: pause)
            }
        }
    }

    /// Reads a watch until it ends or is shown to be dead.
    private func watch(
        from revision: Int64, _ state: State, _ tell: @escaping @Sendable (FollowerEvent) async -> Void
    ) async throws(EtcdError) {
        let watch = try await client.watch(range, from: revision)
        let end = await withTaskGroup(of: EtcdError?.self) { group in
            group.addTask { await read(watch, state, tell) }
            group.addTask { await prove(watch, state) }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let end { throw end }
    }

    private func read(
        _ watch: EtcdWatch, _ state: State, _ tell: @Sendable (FollowerEvent) async -> Void
    ) async -> EtcdError? {
        do throws(EtcdError) {
            var updates = watch.makeAsyncIterator()
            while let update = try await updates.next() {
                for event in try state.received(update, now: clock.now) { await tell(event) }
            }
            return nil
        } catch {
            return error
        }
    }

    private func prove(_ watch: EtcdWatch, _ state: State) async -> EtcdError? {
        await client.prove(watch, of: range, clock: clock, told: { state.last }) { (proof) throws(EtcdError) in
            try state.judge(proof)
        }
    }
}

package import EtcdGateway
internal import KeyHistory
internal import Synchronization

/// Follows a directory of the v2 store for ever: watches it, resumes where it was cut, and never passes over a gap.
///
/// etcd keeps the last 1,000 changes of the whole store. The position is moved on by lists, so that what others write does not
/// outdate it; where it is outdated all the same, a list takes the place of what may be missing, and says so.
package struct V2Follower<C: Clock>: Sendable where C.Duration == Duration {
    package typealias Tell = @Sendable (FollowerEvent) async throws(EtcdError) -> Void

    private typealias State = V2FollowerState<C.Instant>

    private let lists: V2Lists
    private let store: UInt64?
    private let clock: C
    private var client: EtcdV2Client { lists.client }

    /// How often a server that is away is asked a cheap question.
    private static var question: Duration { .milliseconds(500) }
    /// How long a watch may take to tell what a list has shown.
    private static var grace: Duration { .seconds(2) }

    package init(_ lists: V2Lists, store: UInt64? = nil, clock: C = ContinuousClock()) {
        self.lists = lists
        self.store = store
        self.clock = clock
    }

    /// Tells events until the task is cancelled.
    ///
    /// - Throws: before it has begun, an error that is no outage (credentials, permission, certificate). Later nothing: all
    ///   errors are told as `lost` and tried again, since an operator may be changing a password.
    package func run(_ tell: @escaping Tell) async throws(EtcdError) {
        let state = State(V2Position(of: lists.directory, store: store))
        while !Task.isCancelled {
            do throws(FollowerStop) {
                try await step(state, tell)
            } catch {
                guard !Task.isCancelled else { return }
                switch error {
                case .refused(let error): throw error
                case .failed(let error):
                    guard let (event, pause) = state.failed(error, now: clock.now) else { throw error }
                    if let endpoint = error.endpoint, !error.isCompaction { client.members.failed(endpoint) }
                    if let event { try await tell(event) }
                    await rest(pause, after: error, state)
                }
            }
        }
    }

    /// Waits before the next try. A server that was away and is back is not kept waiting.
    private func rest(_ pause: Duration, after error: EtcdError, _ state: State) async {
        guard error.isOutage, pause > Self.question else {
            try? await clock.sleep(for: pause)
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await clock.sleep(for: pause) }
            group.addTask {
                while (try? await clock.sleep(for: Self.question)) != nil {
                    let isAtWork = await client.isAtWork()
                    if Task.isCancelled || state.takesChance(isAtWork: isAtWork) { return }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func step(_ state: State, _ tell: @escaping Tell) async throws(FollowerStop) {
        switch state.next {
        case .list(let reason):
            let listing = try await FollowerStop.reading { () async throws(EtcdError) in try await lists.fresh() }
            let event = try await FollowerStop.reading { () async throws(EtcdError) in
                try state.listed(listing.snapshot, through: listing.endpoint, now: clock.now)
            }
            lists.begins(with: listing)
            try await FollowerStop.telling(event, tell)
            try await FollowerStop.telling(.listed(listing.snapshot, reason), tell)
        case .watch: try await watch(state, tell)
        }
    }

    /// Reads watches, one behind the other, until one ends in an error or is shown to be dead.
    private func watch(_ state: State, _ tell: @escaping Tell) async throws(FollowerStop) {
        let end = await withTaskGroup(of: FollowerStop?.self) { group in
            group.addTask { await read(state, tell) }
            group.addTask { await prove(state, tell) }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let end { throw end }
    }

    private func read(_ state: State, _ tell: @escaping Tell) async -> FollowerStop? {
        do throws(FollowerStop) {
            while !Task.isCancelled, case .watch(let index, let isSingle) = state.next {
                let watch = try await FollowerStop.reading { () async throws(EtcdError) in
                    try await client.watch(lists.directory.prefix, from: index, isSingle: isSingle)
                }
                let event = try await FollowerStop.reading { () async throws(EtcdError) in
                    try state.began(watch, now: clock.now)
                }
                try await FollowerStop.telling(event, tell)
                lists.follows(through: watch.endpoint)
                defer { lists.watchEnded() }
                // Whoever lists answers in milliseconds; whoever is frozen is silent. Where a login costs nothing, that is felt.
                guard !client.isAuthenticated, await client.places().count > 1 else {
                    try await read(watch, state, tell)
                    continue
                }
                let end = await withTaskGroup(of: FollowerStop?.self) { group in
                    group.addTask {
                        do throws(FollowerStop) {
                            try await read(watch, state, tell)
                            return nil
                        } catch {
                            return error
                        }
                    }
                    group.addTask {
                        await client.awaitSilence(of: watch.endpoint, clock: clock).map(FollowerStop.failed)
                    }
                    let first = await group.next() ?? nil
                    group.cancelAll()
                    return first
                }
                if let end { throw end }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Reads one watch to its end, or until the next one has to be asked for in another way.
    private func read(_ watch: V2Watch, _ state: State, _ tell: @escaping Tell) async throws(FollowerStop) {
        var watch = watch
        while let event = try await FollowerStop.reading({ () async throws(EtcdError) in try await watch.next() }) {
            let (events, isToBeLeft) = state.received(event, of: watch, now: clock.now)
            lists.heard(event)
            for event in events { try await FollowerStop.telling(event, tell) }
            if isToBeLeft { return }
        }
    }

    /// Proves again and again that the watches have missed nothing, until they have, or until the task is cancelled.
    private func prove(_ state: State, _ tell: @escaping Tell) async -> FollowerStop? {
        var pace = V2Pace(isAuthenticated: client.isAuthenticated)
        do throws(FollowerStop) {
            while !Task.isCancelled {
                let since = state.told
                let listing = try await FollowerStop.reading { () async throws(EtcdError) in
                    try await lists.regular(every: pace.interval)
                }
                pace.reached(listing.snapshot.revision.number)
                guard try await judge(listing, since, state, tell) == .behind else { continue }
                guard (try? await clock.sleep(for: Self.grace)) != nil else { return nil }
                guard try await judge(listing, since, state, tell) == .behind else { continue }
                throw .failed(
                    EtcdError(
                        .watchSilent, "index \(listing.snapshot.revision) has happened and the watch does not tell it",
                        operation: "watch of \(lists.directory.name)", endpoint: state.endpoint))
            }
            return nil
        } catch {
            return Task.isCancelled ? nil : error
        }
    }

    private func judge(
        _ listing: V2Lists.Listing, _ since: Int64, _ state: State, _ tell: @escaping Tell
    ) async throws(FollowerStop) -> V2Position.Verdict {
        let verdict = state.judge(listing.snapshot, since: since)
        switch verdict {
        case .current(let point?): try await FollowerStop.telling(.progress(point), tell)
        case .otherStore:
            throw .failed(
                EtcdError(
                    .watchEnded, "the member's store is behind, or not the one we know", endpoint: listing.endpoint))
        case .current(nil), .behind: break
        }
        return verdict
    }
}

/// What the reader of watches and their prover share: the position in history, and whether etcd can be read.
private final class V2FollowerState<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    private struct Content {
        var position: V2Position
        var connection = FollowerConnection<Instant>()
        var endpoint: EtcdEndpoint?
    }

    private let content: Mutex<Content>

    init(_ position: V2Position) {
        content = Mutex(Content(position: position))
    }

    var next: V2Position.Step { content.withLock { $0.position.next } }
    var told: Int64 { content.withLock { $0.position.told } }
    /// Who serves the watch.
    var endpoint: EtcdEndpoint? { content.withLock { $0.endpoint } }

    func listed(
        _ list: KeySnapshot, through endpoint: EtcdEndpoint, now: Instant
    ) throws(EtcdError) -> FollowerEvent? {
        try content.withLock { (content) throws(EtcdError) in
            let told = content.position.told
            guard content.position.listed(list) else {
                throw EtcdError(
                    .otherCluster,
                    "cluster \(ClusterElection.hex(list.point.store)) answers, and not \(ClusterElection.hex(content.position.store)): not followed",
                    endpoint: endpoint)
            }
            content.connection.delivered(.list)
            return content.connection.regain(told: told, now: now)
        }
    }

    /// Takes note that a watch was taken up; gives the return to tell of.
    func began(_ watch: V2Watch, now: Instant) throws(EtcdError) -> FollowerEvent? {
        try content.withLock { (content) throws(EtcdError) in
            content.endpoint = watch.endpoint
            content.position.began(watch.header)
            guard case .watch = content.position.next else {
                throw EtcdError(.watchEnded, "the member's store is not the one we know", endpoint: watch.endpoint)
            }
            return content.connection.regain(told: content.position.told, now: now)
        }
    }

    /// What to tell of a change, and whether the next one has to be asked for anew.
    func received(_ event: V2Event, of watch: V2Watch, now: Instant) -> ([FollowerEvent], isToBeLeft: Bool) {
        content.withLock { content in
            let told = content.position.told
            // Of the past a watch tells one change, and then nothing.
            let isOfThePast = event.index <= watch.header.index ?? .max
            let news = content.position.received(event, watch.header)
            content.connection.delivered(.watch)
            let event: FollowerEvent? = news.map { point, changes in
                changes.isEmpty ? .progress(point) : .changed(point, changes)
            }
            let restored = content.connection.regain(told: told, now: now)
            return ([restored, event].compactMap { $0 }, isOfThePast)
        }
    }

    func judge(_ list: KeySnapshot, since: Int64) -> V2Position.Verdict {
        content.withLock { content in
            let verdict = content.position.judge(list, since: since)
            if case .current = verdict { content.connection.delivered(.watch) }
            return verdict
        }
    }

    /// What to tell of a failure, and how long to wait before the next try; nil when there is to be none.
    func failed(_ error: EtcdError, now: Instant) -> (FollowerEvent?, pause: Duration)? {
        content.withLock { content in
            let part: FollowerConnection<Instant>.Part =
                if case .watch = content.position.next { .watch } else { .list }
            guard content.position.failed(error) else { return nil }
            return (content.connection.lose(error, during: part, now: now), content.connection.pause(of: part))
        }
    }

    func takesChance(isAtWork: Bool) -> Bool { content.withLock { $0.connection.takesChance(isAtWork: isAtWork) } }
}

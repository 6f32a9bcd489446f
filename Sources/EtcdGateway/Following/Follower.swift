package import KeyHistory
internal import Synchronization

/// What following a range tells.
package enum FollowerEvent: Sendable {
    /// Everything in the range, read completely; it replaces what was known.
    case listed(KeySnapshot, RelistReason)
    /// All that the point's revision changed.
    case changed(StorePoint, [KeyChange])
    /// Nothing new, but everything up to this point has been told.
    case progress(StorePoint)
    /// etcd cannot be read; told once for each loss, with the first error.
    case lost(EtcdError)
    /// etcd is read again, so long after it was lost; up to the revision everything had been told.
    case restored(after: Duration, told: Int64)
}

/// Follows a range of keys for ever: watches it, resumes where it was cut, and never passes over a gap.
///
/// What closes a gap is the user's choice: a list, which tells all that is there now, or the end.
package struct Follower<C: Clock>: Sendable where C.Duration == Duration {
    /// What it throws ends the follower.
    package typealias Tell = @Sendable (FollowerEvent) async throws(EtcdError) -> Void

    private typealias State = FollowerState<C.Instant>

    private let client: EtcdClient
    private let range: KeyRange
    private let start: FollowerStart
    private let onCompaction: CompactionPolicy
    private let store: UInt64?
    private let clock: C
    private let proven: @Sendable () -> Void

    /// How often a server that is away is asked a cheap question.
    private static var question: Duration { .milliseconds(500) }

    /// - Parameter proven: is called each time that a watch was proven to miss nothing.
    package init(
        _ client: EtcdClient, _ range: KeyRange, from start: FollowerStart = .list,
        onCompaction: CompactionPolicy = .list, store: UInt64? = nil, clock: C = ContinuousClock(),
        proven: @escaping @Sendable () -> Void = {}
    ) {
        self.client = client
        self.range = range
        self.start = start
        self.onCompaction = onCompaction
        self.store = store
        self.clock = clock
        self.proven = proven
    }

    /// Tells events until the task is cancelled, or until something fails that trying again does not mend.
    ///
    /// - Throws: before it has begun, an error that is no outage (credentials, permission, certificate), and without lists
    ///   any. Later, with lists, nothing: all errors are told as `lost` and tried again, since an operator may be changing a
    ///   password. Without lists, what an outage does not explain, and a gap.
    package func run(_ tell: @escaping Tell) async throws(EtcdError) {
        let state = State(FollowerPosition(from: start, onCompaction: onCompaction, store: store))
        while !Task.isCancelled {
            do throws(FollowerStop) {
                try await step(state, tell)
            } catch {
                guard !Task.isCancelled else { return }
                switch error {
                case .refused(let error): throw error
                case .failed(let error):
                    guard let (event, pause) = state.failed(error, now: clock.now) else { throw state.last(error) }
                    await client.leave(after: error)
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
            group.addTask { await awaitReturn(state) }
            await group.next()
            group.cancelAll()
        }
    }

    private func awaitReturn(_ state: State) async {
        while (try? await clock.sleep(for: Self.question)) != nil {
            let isAtWork = await client.isAtWork()
            if Task.isCancelled || state.takesChance(isAtWork: isAtWork) { return }
        }
    }

    private func step(_ state: State, _ tell: @escaping Tell) async throws(FollowerStop) {
        switch state.next {
        case .list(let reason):
            let listing = try await FollowerStop.reading { () async throws(EtcdError) in try await client.list(range) }
            let snapshot = listing.snapshot
            let event = try await FollowerStop.reading { () async throws(EtcdError) in
                try state.listed(snapshot, through: listing.endpoint, now: clock.now)
            }
            try await FollowerStop.telling(event, tell)
            try await FollowerStop.telling(.listed(snapshot, reason), tell)
        case .look:
            let page = try await FollowerStop.reading { () async throws(EtcdError) in
                try await client.range(range, limit: 1, countOnly: true)
            }
            do throws(EtcdError) {
                try state.looked(page.header)
            } catch {
                throw .refused(error.during("watch of \(range)", at: page.endpoint))
            }
        case .watch(let revision):
            try await watch(from: revision, state, tell)
        }
    }

    /// Reads a watch until it ends or is shown to be dead.
    private func watch(from revision: Int64, _ state: State, _ tell: @escaping Tell) async throws(FollowerStop) {
        let watch = try await FollowerStop.reading { () async throws(EtcdError) in
            try await client.watch(range, from: revision)
        }
        let end = await withTaskGroup(of: FollowerStop?.self) { group in
            group.addTask { await read(watch, state, tell) }
            group.addTask { await prove(watch, state).map(FollowerStop.failed) }
            if await client.places().count > 1 {
                group.addTask { await client.awaitSilence(of: watch.endpoint, clock: clock).map(FollowerStop.failed) }
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let end { throw end }
    }

    private func read(_ watch: EtcdWatch, _ state: State, _ tell: @escaping Tell) async -> FollowerStop? {
        do throws(FollowerStop) {
            var updates = watch.makeAsyncIterator()
            while let update = try await FollowerStop.reading({ () async throws(EtcdError) in try await updates.next() }
            ) {
                let events = try await FollowerStop.reading { () async throws(EtcdError) in
                    try state.received(update, from: watch.endpoint, now: clock.now)
                }
                for event in events { try await FollowerStop.telling(event, tell) }
            }
            return nil
        } catch {
            return error
        }
    }

    private func prove(_ watch: EtcdWatch, _ state: State) async -> EtcdError? {
        await client.prove(
            watch, of: range, clock: clock, passesCompactions: onCompaction == .fail, told: { state.known }
        ) { (proof) throws(EtcdError) in
            let verdict = try state.judge(proof)
            if verdict == .current { proven() }
            return verdict
        }
    }
}

/// What the reader of a watch and its prover share: the position in history, and whether etcd can be read.
private final class FollowerState<Instant: InstantProtocol & Sendable>: Sendable where Instant.Duration == Duration {
    private struct Content {
        var position: FollowerPosition
        var connection = FollowerConnection<Instant>()
    }

    private let content: Mutex<Content>

    init(_ position: FollowerPosition) {
        content = Mutex(Content(position: position))
    }

    var next: FollowerPosition.Step { content.withLock { $0.position.next } }
    var known: Int64 { content.withLock { $0.position.known } }

    func listed(
        _ list: KeySnapshot, through endpoint: EtcdEndpoint, now: Instant
    ) throws(EtcdError) -> FollowerEvent? {
        try content.withLock { (content) throws(EtcdError) in
            let told = content.position.told
            guard content.position.listed(list) else {
                throw EtcdError(
                    .otherCluster,
                    "cluster \(Self.hex(list.point.store)) answers, and not \(Self.hex(content.position.store)): not followed",
                    endpoint: endpoint)
            }
            content.connection.delivered(.list)
            return content.connection.regain(told: told, now: now)
        }
    }

    func looked(_ header: ResponseHeader) throws(EtcdError) {
        try content.withLock { (content) throws(EtcdError) in
            try content.position.looked(header)
            content.connection.delivered(.list)
        }
    }

    /// What to tell of an update; throws when the watch is to be left.
    func received(
        _ update: WatchUpdate, from endpoint: EtcdEndpoint, now: Instant
    ) throws(EtcdError) -> [FollowerEvent] {
        try content.withLock { (content) throws(EtcdError) in
            let told = content.position.told
            let new = content.position.received(update)
            guard case .watch = content.position.next else { throw Self.otherStore(endpoint) }
            let event: FollowerEvent? =
                switch new {
                case .revision(let point, let changes): .changed(point, changes)
                case .progress(let point): .progress(point)
                case .created, nil: nil
                }
            if event != nil { content.connection.delivered(.watch) }
            return [content.connection.regain(told: told, now: now), event].compactMap { $0 }
        }
    }

    func judge(_ proof: WatchProof) throws(EtcdError) -> WatchProof.Verdict {
        let verdict = content.withLock { content in
            let verdict = content.position.judge(proof)
            if verdict == .current { content.connection.delivered(.watch) }
            return verdict
        }
        guard verdict != .otherStore else { throw Self.otherStore(nil) }
        return verdict
    }

    /// What to tell of a failure, and how long to wait before the next try; nil when there is to be none.
    func failed(_ error: EtcdError, now: Instant) -> (FollowerEvent?, pause: Duration)? {
        content.withLock { content in
            let part: FollowerConnection<Instant>.Part =
                if case .watch = content.position.next { .watch } else { .list }
            guard content.position.failed(error, after: content.connection.failuresInARow) else { return nil }
            return (
                content.connection.lose(error, during: part, now: now), content.connection.pause(of: part)
            )
        }
    }

    func takesChance(isAtWork: Bool) -> Bool { content.withLock { $0.connection.takesChance(isAtWork: isAtWork) } }

    /// The error that ends it: where changes may be hidden, with words of it.
    func last(_ error: EtcdError) -> EtcdError {
        let (isUnderWay, told) = content.withLock { ($0.position.isUnderWay, $0.position.told) }
        guard error.isCompaction, isUnderWay else { return error }
        return EtcdError(
            error.kind, "\(error.message): what changed after revision \(told) may be missing",
            operation: error.operation, endpoint: error.endpoint)
    }

    private static func hex(_ id: UInt64?) -> String { ClusterElection.hex(id) }

    private static func otherStore(_ endpoint: EtcdEndpoint?) -> EtcdError {
        EtcdError(.watchEnded, "the member's store is behind, or not the one we know", endpoint: endpoint)
    }
}

import Adapters
import EtcdGateway
import Exposition
import Glibc
import KeyHistory
import Ledger
import Logging
import Planning
import Reconciler
import Settings
import Surroundings
import Telemetry

/// What the daemon does between its start and its end: it runs on one store of etcd, which is found first where nobody has
/// said which.
struct Life: Sendable {
    let stores: Stores
    let fabric: UFMFabric
    let memory: StoreMemory?
    let floors: [SourceID: StorePoint]
    let engine: EngineConfiguration
    let isDryRun: Bool
    let supervisor: Supervisor?
    /// Who we are to those who look whether a daemon lives.
    let daemon = Heartbeat.Daemon(host: HostName.own, process: getpid(), version: programVersion)
    /// What others are shown of it; nil where nobody looks.
    let observatory: Observatory?
    /// With which range it runs, and what its ledger is to agree with.
    let ground: Ground
    let log: Logger

    /// How long the first look at both stores may take before the daemon runs, and waits there for what it says.
    private static let firstLook = Duration.seconds(3)
    /// How long it may take at the end to say that it was one.
    private static let leave = Duration.seconds(1)

    /// - Parameter stop: returns when the daemon is to end.
    func run(on api: EtcdAPI, until stop: @escaping @Sendable () async -> Void) async throws {
        var range = ground.running
        repeat {
            range = ground.running
            try await live(on: api) {
                await withTaskGroup { group in
                    group.addTask { await stop() }
                    group.addTask { await ground.awaitEnd() }
                    await group.next()
                    group.cancelAll()
                }
            }
        } while ground.isToRunAgain(after: range)
    }

    /// The life on one range.
    private func live(on api: EtcdAPI, until stop: @escaping @Sendable () async -> Void) async throws {
        switch api {
        case .v3: try await run(in: .v3, by: .word, until: stop)
        case .v2: try await run(in: .v2, by: .word, until: stop)
        case .auto:
            switch await first(stop, { await firstChoice() }) {
            case .chosen(let store)??: try await run(in: store, by: .finding, until: stop)
            case .alone(let store)??: try await run(in: store, by: nil, until: stop)
            case .both(let words)??: throw CommandFailure(Stores.undecided(words))
            case .empty??, .waits??, .some(nil): try await seek(until: stop)
            case nil: break
            }
        }
    }

    /// Where the keys are, if that is known soon.
    private func firstChoice() async -> StoreChoice.Verdict? {
        await withTaskGroup(of: StoreChoice.Verdict?.self) { group in
            group.addTask { await stores.choice() }
            group.addTask {
                try? await Task.sleep(for: Self.firstLook)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }

    /// Runs on v3 until it is known where the keys are.
    private func seek(until stop: @escaping @Sendable () async -> Void) async throws {
        let keeper = StoreKeeper(stores, observatory, log: log)
        try await run(in: .v3, by: nil, keeper, until: stop)
        switch keeper.end {
        case .other(let store): try await run(in: store, by: .finding, until: stop)
        case .undecided(let words): throw CommandFailure(Stores.undecided(words))
        case nil: break
        }
    }

    /// - Parameters:
    ///   - authority: why it is this store, where that is to be put down.
    ///   - keeper: finds out whether it is, where that is not known.
    private func run(
        in store: KeyStore, by authority: StorePin.Authority?, _ keeper: StoreKeeper? = nil,
        until stop: @escaping @Sendable () async -> Void
    ) async throws {
        if store == .v2 { log.info("PKey keys are read from etcd's v2 store") }
        observatory?.learn { $0.store = store.rawValue }
        guard let world = try await world(store, until: stop) else { return }
        let lock = isDryRun ? nil : try await stores.occupy(world)
        defer { lock?.release() }
        var engine = engine
        engine.limits.range = ground.running
        if isDryRun { engine.closedBy.insert(.dryRun) }
        engine.floors = floors.filter { floor in world.sources.contains { $0.id == floor.key } }
        let status = StatusBoard()
        let heart = isDryRun || engine.runsOnce ? nil : heart(in: world, status)
        let footing = isDryRun ? nil : ground.keeper(in: world, fabric, log)
        let keepers: [(any GateKeeper)?] = [keeper, footing]
        let desk = footing?.desk ?? world.instructions
        let loop = ReconcilerLoop(
            engine, sources: world.sources, fabric: fabric, ledger: world.ledger,
            keepers: keepers.compactMap(\.self), desk: isDryRun || engine.runsOnce ? nil : desk,
            memory: memory, board: status, witness: supervisor, observer: observatory, log: log)
        if !isDryRun, engine.runsOnce, keeper == nil { await pin(store, by: authority, nil, in: world) }
        let end = await withDiscardingTaskGroup { group in
            if let heart { group.addTask { await heart.beat() } }
            if keeper == nil, !engine.runsOnce {
                group.addTask { await OtherStore(stores, in: store, observatory, log: log).watch() }
            }
            if !isDryRun, !engine.runsOnce { group.addTask { await pin(store, by: authority, keeper, in: world) } }
            let end = await loop.run {
                guard let keeper else { return await stop() }
                await withTaskGroup { group in
                    group.addTask { await stop() }
                    group.addTask { await keeper.awaitEnd() }
                    await group.next()
                    group.cancelAll()
                }
            }
            group.cancelAll()
            return end
        }
        await heart?.end(goesOn(keeper) ? nil : world.ledger, within: Self.leave)
        if let problem = end.problem {
            supervisor?.failed(problem)
            throw CommandFailure(problem)
        }
    }

    /// What tells others that this daemon lives.
    private func heart(in world: Stores.World, _ status: StatusBoard) -> Heart<ContinuousClock> {
        Heart(
            of: daemon, on: world.heartbeats, status, words: { OutgoingWords.line(StatusLine.words($0)) },
            clock: ContinuousClock(), say: { [log] in log.say($0) })
    }

    /// Has the ledger say in which store the keys are, as soon as that is known.
    private func pin(
        _ store: KeyStore, by authority: StorePin.Authority?, _ keeper: StoreKeeper?, in world: Stores.World
    ) async {
        var authority = authority
        if let keeper, await keeper.isShown() ?? false { authority = .finding }
        guard let authority else { return }
        let pin = StorePin(store: store, authority: authority, ledger: world.ledger, log: log)
        // A single run may be over before a second try.
        if engine.runsOnce { await pin.putOnce() } else { await pin.keep() }
    }

    /// Whether the daemon goes on in the other store.
    private func goesOn(_ keeper: StoreKeeper?) -> Bool {
        switch keeper?.end {
        case .other: true
        case .undecided, nil: false
        }
    }

    private enum Attempt: Sendable {
        case world(Stores.World)
        case failed(any Error)
    }

    /// What it works with, once etcd has said where the ledger is; nil when the daemon is to end.
    private func world(
        _ store: KeyStore, until stop: @escaping @Sendable () async -> Void
    ) async throws -> Stores.World? {
        var isTold = false
        let start = ContinuousClock.now
        while true {
            let attempt = await first(stop) { () -> Attempt in
                do {
                    return .world(try await stores.world(store, floors: floors, writing: !isDryRun))
                } catch {
                    return .failed(error)
                }
            }
            switch attempt {
            case .world(let world)?: return world
            case nil: return nil
            case .failed(let failure as Failure)?:
                guard !engine.runsOnce, failure.mayPass(after: start.duration(to: .now)) else {
                    throw CommandFailure(failure.message)
                }
                if !isTold { log.warning("\(failure.message); trying again") }
                isTold = true
            case .failed(let error)?: throw error
            }
            guard await first(stop, { try? await Task.sleep(for: .seconds(1)) }) != nil else { return nil }
        }
    }

    /// This; or nil, where the end of the daemon comes first.
    private func first<Result: Sendable>(
        _ stop: @escaping @Sendable () async -> Void, _ other: @escaping @Sendable () async -> Result
    ) async -> Result? {
        await withTaskGroup(of: Result?.self) { group in
            group.addTask {
                await stop()
                return nil
            }
            group.addTask { await other() }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}

extension Failure {
    /// How long a server may refuse us that is not all up yet.
    private static let startingTime = Duration.seconds(120)

    /// Whether the server may just be away, or be starting.
    fileprivate func mayPass(after duration: Duration) -> Bool {
        switch cause {
        case .unreachable, .timedOut, .connectionLost, .unavailable, .busy, .noLeader, .history, .cancelled: true
        case .credentials, .permission: duration < Self.startingTime
        default: false
        }
    }
}

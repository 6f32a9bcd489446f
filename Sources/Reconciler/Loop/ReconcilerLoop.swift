internal import Fabric
internal import KeyHistory
package import Logging

/// Runs an engine: performs its actions, each as a child task, and tells it what came of them.
///
/// The way of one key, from the socket to the request, and what goes from room to room:
///
///     etcd ── bytes of /v3/watch ──▶ EtcdGateway.Follower ── KeyChange at a StorePoint ──▶ Adapters.EtcdSource
///          ── SourceEvent ──▶ this loop ── EngineEvent ──▶ Engine: Standings ── Intent ──▶ Work's queue ── PKey ──▶ Run
///
///     Run ── Standing ──▶ Planner ── PlanStep ──▶ WriteGate ── WritePermit ──▶ EngineAction ──▶ this loop
///         ──▶ Ledger ── transaction ──▶ etcd, or ──▶ Adapters.UFMFabric ──▶ UFMClient ── HTTP ──▶ UFM
///         ── answer ──▶ this loop ── EngineEvent ──▶ the same Run
///
/// The upper way is gone once, the lower one once for each request of the run: as a rule the claim in the ledger, the step,
/// the read that shows what came of it, and the record that says so. The gate is asked for each write anew.
package struct ReconcilerLoop: Sendable {
    private let configuration: EngineConfiguration
    private let sources: [any KeySource]
    private let fabric: any FabricProvider
    private let ledger: any OwnershipStore
    private let keepers: [any GateKeeper]
    private let desk: (any InstructionDesk)?
    private let memory: (any PointMemory)?
    private let board: StatusBoard
    private let witness: (any TurnWitness)?
    private let observer: (any TurnObserver)?
    private let log: Logger
    private let journal = ChangeJournal()

    /// - Parameters:
    ///   - keepers: who else decides whether anything may be written; each has to open the gate first.
    ///   - desk: where people leave instructions.
    ///   - memory: what keeps for a next life how far sources were told.
    ///   - board: where the engine's newest status is to hang.
    ///   - witness: who is told after each turn.
    ///   - observer: who is shown each turn as a whole.
    package init(
        _ configuration: EngineConfiguration, sources: [any KeySource], fabric: any FabricProvider,
        ledger: any OwnershipStore, keepers: [any GateKeeper] = [], desk: (any InstructionDesk)? = nil,
        memory: (any PointMemory)? = nil, board: StatusBoard = StatusBoard(), witness: (any TurnWitness)? = nil,
        observer: (any TurnObserver)? = nil, log: Logger
    ) {
        var configuration = configuration
        configuration.sources = sources.map(\.id)
        configuration.closedBy.formUnion(keepers.map(\.reason))
        self.configuration = configuration
        self.sources = sources
        self.fabric = fabric
        self.ledger = ledger
        self.keepers = keepers
        self.desk = desk
        self.memory = memory
        self.board = board
        self.witness = witness
        self.observer = observer
        self.log = log
    }

    /// Runs until told to stop or unable to start.
    ///
    /// - Parameters:
    ///   - clock: what says how late it is, and wakes.
    ///   - stop: returns when the loop is to stop. Requests under way are then let finish, for up to `grace`.
    package func run<Time: Clock<Duration>>(
        clock: Time = ContinuousClock(), grace: Duration = .seconds(4), until stop: @escaping @Sendable () async -> Void
    ) async -> EngineEnd {
        let (events, mailbox) = AsyncStream.makeStream(of: EngineEvent.self)
        return await withDiscardingTaskGroup { group in
            let start = clock.now
            for source in sources { group.addTask { await follow(source, into: mailbox) } }
            for keeper in keepers { group.addTask { await listen(to: keeper, into: mailbox) } }
            if let desk { group.addTask { await attend(to: desk, clock, into: mailbox) } }
            group.addTask {
                await stop()
                mailbox.yield(.stop)
                // What has not ended by now is abandoned: its outcome is read back at the next start.
                try? await clock.sleep(for: grace)
                mailbox.finish()
            }
            mailbox.yield(.started)

            var engine = Engine(configuration)
            var reporter = LogReporter(configuration)
            var timer = Timer(clock: clock, mailbox: mailbox)
            var end = EngineEnd.stopped
            loop: for await event in events {
                #if PLANTED_HANG
                    PlantedHang.hang()
                #endif
                let now = start.duration(to: clock.now)
                let (actions, wakeAt) = engine.handle(event, now: now)
                let status = engine.status(now: now)
                board.publish(status)
                witness?.turned(status)
                observer?.saw(LoopTurn(event, actions, status, engine))
                for line in reporter.lines(status, said: actions.compactMap(\.message)) { log.say(line) }
                for action in actions {
                    if case .finish(let how) = action {
                        end = how
                        break loop
                    }
                    perform(action, in: &group, mailbox)
                }
                // A loop that has nothing to do turns all the same where somebody looks whether it does.
                let turnAt = [wakeAt, witness.map { now + $0.beat }, observer.map { now + $0.beat }]
                    .compactMap(\.self).min()
                timer.set(turnAt.map { start.advanced(by: $0) }, in: &group)
            }
            group.cancelAll()
            return end
        }
    }

    private func follow(_ source: any KeySource, into mailbox: AsyncStream<EngineEvent>.Continuation) async {
        do throws(Failure) {
            try await source.follow { mailbox.yield(.source(source.id, $0)) }
            // Whoever follows for ever and comes back without a word, and not because we end, is followed anew.
            guard !Task.isCancelled else { return }
            mailbox.yield(.sourceEnded(source.id, Failure(.cancelled, "\(source.id.name): the watch has ended")))
        } catch {
            mailbox.yield(.sourceEnded(source.id, error))
        }
    }

    /// Hears what people leave, for ever: whoever cannot be heard now may be later.
    private func attend(
        to desk: any InstructionDesk, _ clock: some Clock<Duration>, into mailbox: AsyncStream<EngineEvent>.Continuation
    ) async {
        while !Task.isCancelled {
            do throws(Failure) {
                try await desk.follow { mailbox.yield(.instructed($0)) }
            } catch {
                log.warning("instructions cannot be read; trying again: \(error.message)")
            }
            try? await clock.sleep(for: .seconds(10))
        }
    }

    private func listen(to keeper: any GateKeeper, into mailbox: AsyncStream<EngineEvent>.Continuation) async {
        await keeper.keep { mailbox.yield(.gate(WriteGate.Change($0, of: keeper))) }
        mailbox.yield(.gate(.close(keeper.reason)))
    }

    private func perform(
        _ action: EngineAction, in group: inout DiscardingTaskGroup, _ mailbox: AsyncStream<EngineEvent>.Continuation
    ) {
        switch action {
        case .pingFabric:
            group.addTask {
                mailbox.yield(.fabricPinged(await result { () async throws(Failure) in try await fabric.ping() }))
            }
        case .readFabric:
            group.addTask {
                let read = await result { () async throws(Failure) in try await fabric.snapshot() }
                if case .success(let snapshot) = read { journal.learn(snapshot) }
                mailbox.yield(.fabricRead(read))
            }
        case .readLedger(let read):
            group.addTask {
                let content = await result { () async throws(Failure) in try await ledger.records() }
                if case .success(let content) = content { journal.learn(content) }
                mailbox.yield(.ledgerRead(read, content))
            }
        case .listSource(let request):
            guard let source = sources.first(where: { $0.id == request.source }) else { return }
            group.addTask {
                let list = await result { () async throws(Failure) in
                    try await source.list(avoiding: request.avoiding)
                }
                mailbox.yield(.sourceListed(request, list))
            }
        case .claimBatch(let claims, let permit):
            for (pkey, claim) in claims { journal.learn(claim.record, of: pkey) }
            group.addTask {
                mailbox.yield(
                    .batchClaimed(
                        claims, await result { () async throws(Failure) in try await ledger.claim(claims, permit) }))
            }
        case .confirmBatch(let expected, let permit):
            group.addTask {
                mailbox.yield(
                    .batchConfirmed(
                        expected,
                        await result { () async throws(Failure) in try await ledger.confirm(expected, permit) }))
            }
        case .take(let instruction):
            guard let desk else { return }
            group.addTask {
                do throws(Failure) {
                    if try await desk.take(instruction.id) { mailbox.yield(.took(instruction)) }
                } catch {
                    log.warning("an instruction cannot be taken: \(error.message)")
                }
            }
        case .carryOut(let work, let permit):
            group.addTask { mailbox.yield(.carriedOut(work, await carryOut(work, permit))) }
        case .answer(let id, let outcome):
            guard let desk else { return }
            group.addTask {
                do throws(Failure) {
                    try await desk.answer(id, outcome)
                } catch {
                    log.warning("an instruction cannot be answered: \(error.message)")
                }
            }
        case .follow(let id):
            guard let source = sources.first(where: { $0.id == id }) else { return }
            group.addTask { await follow(source, into: mailbox) }
        case .ping(let pkey, let run):
            group.addTask {
                let pinged = await result { () async throws(Failure) in try await fabric.ping() }
                mailbox.yield(.answered(pkey, run, .pinged(pinged)))
            }
        case .read(let pkey, let run):
            group.addTask {
                let read = await result { () async throws(Failure) in try await fabric.partition(pkey) }
                if case .success(let partition) = read { journal.learn(partition, of: pkey) }
                mailbox.yield(.answered(pkey, run, .read(read)))
            }
        case .write(let write, let pkey, let run, let permit):
            if let record = write.record { journal.learn(record, of: pkey) }
            group.addTask { mailbox.yield(.answered(pkey, run, await perform(write, on: pkey, permit))) }
        case .remember(let source, let point):
            guard let memory else { return }
            group.addTask {
                do throws(Failure) {
                    try await memory.remember(point, of: source)
                } catch {
                    log.warning("how far \(source.name) was told is not kept: \(error.message)")
                }
            }
        case .clear(let tombstones, let permit):
            group.addTask {
                do throws(Failure) {
                    try await ledger.clear(tombstones, permit)
                } catch {
                    log.debug("tombstones that are too old are not cleared away: \(error.message)")
                }
            }
        case .say, .finish: break
        }
    }

    private func perform(
        _ write: PartitionWrite, on pkey: PKey, _ permit: WritePermit
    ) async -> EngineEvent.Answer {
        switch write {
        case .step(let step): .written(await perform(step, permit))
        case .wait(let record, let note, let version):
            .ledger(
                await result { () async throws(Failure) in
                    try await ledger.wait(record, for: note, of: pkey, over: version, permit)
                })
        case .conflict(let note):
            .ledger(await result { () async throws(Failure) in try await ledger.note(note, on: pkey, permit) })
        case .claim(let record, let version, let key):
            .ledger(
                await result { () async throws(Failure) in
                    try await ledger.claim(record, for: pkey, over: version, expecting: key, permit)
                })
        case .confirm(let version, let keys):
            .ledger(
                await result { () async throws(Failure) in
                    try await ledger.confirm(pkey, over: version, expecting: keys, permit)
                })
        case .amend(let record, let version):
            .ledger(
                await result { () async throws(Failure) in
                    try await ledger.amend(record, for: pkey, over: version, permit)
                })
        case .release(let proof, let version, let keys):
            .ledger(
                await result { () async throws(Failure) in
                    try await ledger.release(proof.pkey, over: version, expecting: keys, permit)
                })
        case .authoriseDeletion(let record, let version, let keys, let tombstone):
            .ledger(
                await result { () async throws(Failure) in
                    try await ledger.authoriseDeletion(
                        of: pkey, record, over: version, expecting: keys, leaving: tombstone, permit)
                })
        case .takeBack(let record, let tombstone, let keys):
            .ledger(
                await result { () async throws(Failure) in
                    try await ledger.takeBack(pkey, record, by: tombstone, expecting: keys, permit)
                })
        }
    }

    private func perform(_ step: PlanStep, _ permit: WritePermit) async -> Result<StepAnswer, Failure> {
        let begin = ContinuousClock.now
        let answer = await result { () async throws(Failure) in try await fabric.perform(step, permit) }
        log.say(journal.words(step, answer, took: begin.duration(to: .now)))
        return answer
    }

    private func carryOut(
        _ work: InstructionWork, _ permit: WritePermit
    ) async -> [PKey: Result<LedgerAnswer, Failure>] {
        var results: [PKey: Result<LedgerAnswer, Failure>] = [:]
        for (pkey, write) in work.writes.sorted(by: { $0.key < $1.key }) {
            results[pkey] = await result { () async throws(Failure) in
                switch write {
                case .approve(let record, let version):
                    try await ledger.amend(record, for: pkey, over: version, permit)
                case .adopt(let record, let key):
                    try await ledger.claim(record, for: pkey, over: .absent, expecting: key, permit)
                }
            }
        }
        return results
    }
}

/// Runs an operation and keeps how it ended.
private func result<Value>(
    _ operation: () async throws(Failure) -> Value
) async -> Result<Value, Failure> {
    do throws(Failure) {
        return .success(try await operation())
    } catch {
        return .failure(error)
    }
}

/// Tells the engine of the time when it asked to be told. One child task waits at a time; one that waits for a later time
/// than now asked for is left to tell in vain.
private struct Timer<Time: Clock<Duration>> {
    private let clock: Time
    private let mailbox: AsyncStream<EngineEvent>.Continuation
    private var soonest: Time.Instant?

    init(clock: Time, mailbox: AsyncStream<EngineEvent>.Continuation) {
        self.clock = clock
        self.mailbox = mailbox
    }

    mutating func set(_ time: Time.Instant?, in group: inout DiscardingTaskGroup) {
        guard let time else { return }
        if let soonest, soonest > clock.now, soonest <= time { return }
        soonest = time
        group.addTask { [clock, mailbox] in
            try? await clock.sleep(until: time, tolerance: nil)
            mailbox.yield(.timer)
        }
    }
}

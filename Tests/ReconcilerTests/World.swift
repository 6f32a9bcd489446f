import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// What happened in a history, in words.
final class Journal {
    private(set) var lines: [String] = []
    private let isKept: Bool

    init(isKept: Bool) {
        self.isKept = isKept
    }

    func note(_ text: @autoclosure () -> String) {
        if isKept { lines.append(text()) }
    }
}

/// etcd, the ledger and a fabric in one thread, around an engine: what happens next is drawn from a seeded generator.
///
/// Actions of the engine take effect at some later step and are answered at another; while `faults` is on they fail before
/// or after their effect, and the daemon dies and starts again.
struct World {
    struct Store {
        var revision: KeyVersion
        var keys: [KeyName: KeyEntry] = [:]
        var ledger: [PKey: LedgerRecord] = [:]
        /// Which writing each record is; one that was put there before is of the first.
        private var versions: [PKey: RecordVersion] = [:]
        private var writings: Int64 = 1

        init(revision: KeyVersion) {
            self.revision = revision
        }

        func version(of pkey: PKey) -> RecordVersion {
            ledger[pkey] == nil ? .absent : versions[pkey] ?? RecordVersion(1)
        }

        mutating func write(_ record: LedgerRecord?, of pkey: PKey) -> RecordVersion {
            write([pkey: record])
        }

        /// Records that are written together have one version.
        mutating func write(_ records: [PKey: LedgerRecord?]) -> RecordVersion {
            writings += 1
            for (pkey, record) in records {
                ledger[pkey] = record
                versions[pkey] = RecordVersion(writings)
            }
            return RecordVersion(writings)
        }

        /// All records with their versions.
        var content: LedgerContent {
            LedgerContent(
                Dictionary(
                    uniqueKeysWithValues: ledger.map { ($0.key, KeptRecord($0.value, version(of: $0.key))) }))
        }

        func holds(_ key: KeyName, _ state: KeyState) -> Bool {
            (keys[key].map { KeyState($0.revision, $0.value) } ?? .absent) == state
        }
    }

    private enum Pending {
        case action(EngineAction)
        case answer(EngineEvent)
    }

    /// Where the keys are.
    let source: SourceModel

    var random: SeededGenerator
    var store: Store
    var fabric: [PKey: Partition] = [:]
    var faults = true
    /// PKeys whose keys were lost in a wipe, and that were not claimed since: nobody asked for their deletion.
    private(set) var bereaved: Set<PKey> = []
    /// PKeys whose ledger records were lost in a wipe, and that were not claimed since: nobody knows that they were ours.
    private(set) var orphaned: Set<PKey> = []
    /// PKeys whose deletion the store has allowed.
    private var authorised: Set<PKey> = []
    /// PKeys that were deleted without that, and bereaved ones for which it was given.
    private(set) var wronglyDeleted: [PKey] = []
    private(set) var now = Duration.zero
    private(set) var writes: [PlanStep] = []
    private(set) var end: EngineEnd?
    /// Why the gate is closed from outside.
    private(set) var closedBy: Set<WriteGate.Reason> = []
    /// Whether anything that writes was asked for while the gate was closed.
    private(set) var hasPassedTheGate = false
    /// Writes to partitions that the ledger of the moment did not have; those it lost in a wipe are not counted.
    private(set) var unclaimedWrites: [PlanStep] = []
    /// What happened; kept only where a failing history is replayed, since it takes most of the time.
    let journal: Journal
    private(set) var steps = 0

    /// What the daemon is started with.
    private let configuration: EngineConfiguration
    /// Partitions that the fabric manager refuses to change.
    var refused: Set<PKey> = []

    private var engine: ReportedEngine
    private var pending: [Pending] = []
    private var watchQueue: [SourceEvent] = []
    private var isFollowing = false
    private var isDeaf = false
    private var wakeAt: Duration?
    private var generation: UInt64 = 0
    /// How often the store was lost.
    private var wipes = 0

    init(
        seed: Seed, source: SourceModel = .etcd, configuration: EngineConfiguration = EngineConfiguration(),
        keepingJournal: Bool = false
    ) {
        var configuration = configuration
        configuration.sources = [source.id]
        configuration.limits.adoption.adoptsAll = true
        self.source = source
        store = Store(revision: source.first)
        random = SeededGenerator(seed)
        journal = Journal(isKept: keepingJournal)
        self.configuration = configuration
        engine = ReportedEngine(configuration, seed: seed.value)
        start()
    }

    /// How it stands with the engine after the last event.
    var status: EngineStatus { engine.status }
    /// What the engine has counted since it was last started.
    var drift: Drift { status.totals.drift }

    // MARK: The outside

    /// A job starts on a PKey: a key with hosts that no job had before.
    mutating func put(_ pkey: PKey) {
        generation += 1
        let guids = (0..<UInt64.random(in: 1...3, using: &random)).map { index in
            "'0x" + hex(generation << 8 | (index + 1)) + "'"
        }
        set(pkey, "{'host_guids': [\(guids.joined(separator: ", "))], 'vf_guids': []}")
    }

    private mutating func advance() { store.revision = source.next(after: store.revision) }

    mutating func set(_ pkey: PKey, _ value: String) {
        advance()
        let entry = KeyEntry(
            key: source.id.prefix + pkey.description, value: Array(value.utf8), revision: store.revision)
        store.keys[entry.key] = entry
        journal.note("put \(pkey) @\(store.revision) \(value)")
        if isFollowing, !isDeaf { watchQueue.append(.changed(source.point(at: store.revision), [.set(entry)])) }
    }

    mutating func delete(_ pkey: PKey) {
        let key = source.id.prefix + pkey.description
        guard store.keys.removeValue(forKey: key) != nil else { return }
        advance()
        journal.note("delete \(pkey) @\(store.revision)")
        if isFollowing, !isDeaf {
            watchQueue.append(
                .changed(source.point(at: store.revision), [.deleted(key: key, revision: store.revision)]))
        }
    }

    /// Many keys go in one revision, as with `etcdctl del --prefix`.
    mutating func delete(_ pkeys: [PKey]) {
        let keys = pkeys.map { source.id.prefix + $0.description }.filter { store.keys.removeValue(forKey: $0) != nil }
        guard !keys.isEmpty else { return }
        advance()
        journal.note("delete \(keys) @\(store.revision)")
        guard isFollowing, !isDeaf else { return }
        let revision = store.revision
        watchQueue.append(.changed(source.point(at: revision), keys.map { .deleted(key: $0, revision: revision) }))
    }

    /// An operator approves the deletions that are held.
    mutating func approve() {
        for (pkey, record) in store.ledger.sorted(by: { $0.key < $1.key }) where record.state == .guarded {
            var approved = record
            approved.state = .approved
            _ = store.write(approved, of: pkey)
            // Now somebody has asked for it.
            bereaved.remove(pkey)
            journal.note("approved \(pkey)")
        }
    }

    /// Somebody else changes a partition in UFM: takes a member away, puts a stranger in, or deletes it.
    mutating func meddle(with pkey: PKey) {
        guard var partition = fabric[pkey] else { return }
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            if let guid = partition.members.guids.first { partition.members[guid] = nil }
            fabric[pkey] = partition.members.isEmpty ? nil : partition
        case 1:
            if let stranger = try? GUID(parsing: Self.stranger) {
                partition.members[stranger] = Member(guid: stranger, index0: true)
            }
            fabric[pkey] = partition
        default: fabric[pkey] = nil
        }
        journal.note("meddled with \(pkey): \(String(describing: fabric[pkey]?.members.guids))")
    }

    static let stranger = "ffffffffffffff01"

    /// etcd comes back empty, as after a lost data directory.
    ///
    /// A watch on the old store tells nothing more; sooner or later it is cut.
    mutating func wipe() {
        journal.note("wipe")
        wipes += 1
        let prefix = source.id.prefix
        bereaved.formUnion(
            store.keys.keys.compactMap { $0.text(behind: prefix).flatMap { try? PKey(parsing: $0) } })
        orphaned.formUnion(store.ledger.keys)
        store = Store(revision: source.first)
        watchQueue = []
        isDeaf = isFollowing
    }

    mutating func cutWatch() {
        journal.note("watch cut")
        isDeaf = false
        watchQueue = []
        isFollowing = false
    }

    mutating func killDaemon() {
        journal.note("daemon killed")
        // A request that is on its way may still arrive, but nobody waits for its answer.
        for case .action(let action) in pending where Bool.random(using: &random) { _ = effect(of: action) }
        pending = []
        cutWatch()
        engine = ReportedEngine(configuration, seed: random.next())
        closedBy = []
        start()
    }

    private mutating func start() {
        tell(.started)
    }

    /// Something forbids the writing, or allows it again.
    mutating func turnGate() {
        let reasons: [WriteGate.Reason] = [.notLeading, .unconfirmed, .sourceDoubt]
        let reason = reasons[Int.random(in: 0..<reasons.count, using: &random)]
        let isClosed = closedBy.contains(reason)
        journal.note("gate: \(reason) \(isClosed ? "opens" : "closes")")
        if isClosed { openGate(reason) } else { closeGate(reason) }
    }

    private mutating func closeGate(_ reason: WriteGate.Reason) {
        closedBy.insert(reason)
        tell(.gate(.close(reason)))
    }

    private mutating func openGate(_ reason: WriteGate.Reason) {
        closedBy.remove(reason)
        tell(.gate(.open(reason)))
    }

    // MARK: Steps

    /// Lets one thing happen inside: an action takes effect, an answer arrives, the watch tells, or time passes.
    mutating func step() {
        steps += 1
        switch Int.random(in: 0..<4, using: &random) {
        case 0: follow()
        case 1 where !pending.isEmpty, 2 where !pending.isEmpty: settleOne()
        default: passTime()
        }
    }

    /// Lets everything happen that is due, without faults, until nothing is left but the next resync.
    mutating func settle(approvingAll approvesAll: Bool = false) {
        faults = false
        for reason in closedBy { openGate(reason) }
        if isDeaf { cutWatch() }
        // What members that disagreed have told is held for ten minutes; so it is where a list that was under way when the store
        // was wiped comes after one of the new store.
        for _ in 0..<(wipes > 0 ? 24 : 3) {
            if approvesAll { approve() }
            var budget = 10_000
            while budget > 0, !pending.isEmpty || !watchQueue.isEmpty || !isFollowing {
                budget -= 1
                follow()
                if !pending.isEmpty { settleOne() }
            }
            // The longest backoff and a resync.
            now += .seconds(61)
            tell(.timer)
        }
        while !pending.isEmpty { settleOne() }
    }

    /// A complete list of the store as it is.
    var list: KeySnapshot {
        KeySnapshot(
            complete: store.keys.values.sorted { $0.key < $1.key }, at: source.point(at: store.revision))
    }

    private mutating func follow() {
        if !isFollowing {
            isFollowing = true
            watchQueue = [.listed(list, reason: "test")]
        }
        if !watchQueue.isEmpty { tell(.source(source.id, watchQueue.removeFirst())) }
    }

    private mutating func passTime() {
        now += .milliseconds(Int.random(in: 1...400, using: &random))
        if let wakeAt, wakeAt <= now { tell(.timer) }
    }

    private mutating func settleOne() {
        let index = pending.indices.randomElement(using: &random) ?? 0
        switch pending.remove(at: index) {
        case .answer(let event): tell(event)
        case .action(let action):
            if let answer = effect(of: action) { pending.append(.answer(answer)) }
        }
    }

    private mutating func tell(_ event: EngineEvent) {
        let (actions, wake) = engine.handle(event, now: now)
        wakeAt = wake
        for action in actions {
            if !closedBy.isEmpty, action.writes { hasPassedTheGate = true }
            switch action {
            case .say(let message): journal.note("say: \(message.inWords)")
            case .finish(let end): self.end = end
            default: pending.append(.action(action))
            }
        }
    }

    // MARK: Effects

    private enum Fault {
        case before(Failure)
        case after(Failure)
    }

    private mutating func fault() -> Fault? {
        guard faults, Int.random(in: 0..<6, using: &random) == 0 else { return nil }
        let cause: Failure.Cause = Bool.random(using: &random) ? .unreachable : .rejected
        return Bool.random(using: &random)
            ? .before(Failure(cause, "drawn")) : .after(Failure(cause, "drawn", outcome: .unknown))
    }

    private mutating func answer<Value>(_ effect: (inout World) -> Value) -> Result<Value, Failure> {
        switch fault() {
        case .before(let failure): return .failure(failure)
        case .after(let failure):
            _ = effect(&self)
            return .failure(failure)
        case nil: return .success(effect(&self))
        }
    }

    private mutating func effect(of action: EngineAction) -> EngineEvent? {
        switch action {
        case .pingFabric: return .fabricPinged(ping())
        case .ping(let pkey, let run): return .answered(pkey, run, .pinged(ping()))
        case .readFabric:
            return .fabricRead(
                answer { FabricSnapshot(complete: $0.fabric.values) }.mapError { Failure(.unreachable, $0.message) })
        case .readLedger(let read):
            return .ledgerRead(
                read, answer { $0.store.content }.mapError { Failure(.unreachable, $0.message) })
        case .listSource(let asked): return .sourceListed(asked, answer(\.list))
        case .claimBatch(let claims, _):
            return .batchClaimed(
                claims,
                answer { world in
                    let holds = claims.allSatisfy { pkey, claim in
                        world.store.ledger[pkey] == nil && world.store.holds(claim.record.key, claim.key)
                    }
                    guard holds else { return .refused }
                    for pkey in claims.keys {
                        world.bereaved.remove(pkey)
                        world.orphaned.remove(pkey)
                    }
                    return .written(world.store.write(claims.mapValues(\.record)))
                })
        case .confirmBatch(let expected, _):
            return .batchConfirmed(
                expected,
                answer { world in
                    let holds = expected.allSatisfy { pkey, expected in
                        world.store.version(of: pkey) == expected.version
                            && expected.keys.allSatisfy(world.store.holds)
                    }
                    return holds ? .allowed : .refused
                })
        case .read(let pkey, let run): return .answered(pkey, run, .read(answer { $0.fabric[pkey] }))
        case .write(let write, let pkey, let run, _): return .answered(pkey, run, effect(of: write, on: pkey))
        case .remember, .clear, .say, .finish, .follow, .take, .carryOut, .answer: return nil
        }
    }

    private mutating func ping() -> Result<Void, Failure> {
        answer { _ in }.mapError { Failure(.unreachable, $0.message) }
    }

    private mutating func effect(of write: PartitionWrite, on pkey: PKey) -> EngineEvent.Answer {
        switch write {
        case .step where refused.contains(pkey):
            return .written(.failure(Failure(.rejected, "UFM refuses PKey \(pkey)")))
        case .step(let step):
            return .written(
                answer { world in
                    world.journal.note("UFM: \(step)")
                    if world.store.ledger[pkey] == nil, !world.orphaned.contains(pkey) {
                        world.unclaimedWrites.append(step)
                    }
                    // A deletion of what is not there writes nothing.
                    if world.fabric[pkey] != nil || step != .delete(pkey) { world.writes.append(step) }
                    if case .delete = step, !world.authorised.contains(pkey) { world.wronglyDeleted.append(pkey) }
                    world.fabric[pkey] = step.applied(to: world.fabric[pkey])
                    return .done
                })
        case .claim(let record, let version, let key):
            return ledger { world in
                guard world.store.version(of: pkey) == version, world.store.holds(record.key, key) else {
                    return .refused
                }
                // One that is written again as guarded is ours, and still has no key.
                if record.state != .guarded { world.bereaved.remove(pkey) }
                world.orphaned.remove(pkey)
                return .written(world.store.write(record, of: pkey))
            }
        case .amend(let record, let version), .wait(let record, _, let version):
            return ledger { world in
                guard world.store.version(of: pkey) == version else { return .refused }
                return .written(world.store.write(record, of: pkey))
            }
        case .conflict:
            return ledger { world in
                world.store.version(of: pkey) == .absent ? .written(.absent) : .refused
            }
        case .release(_, let version, let keys):
            return ledger { world in
                guard world.store.version(of: pkey) == version, keys.allSatisfy(world.store.holds) else {
                    return .refused
                }
                return .written(world.store.write(nil, of: pkey))
            }
        case .confirm(let version, let expected):
            return ledger { world in
                world.store.version(of: pkey) == version && expected.allSatisfy(world.store.holds) ? .allowed : .refused
            }
        // Its ledger keeps nothing of what was deleted.
        case .takeBack: return ledger { _ in .refused }
        case .authoriseDeletion(let record, let version, let keys, _):
            return ledger { world in
                guard world.store.version(of: pkey) == version, keys.allSatisfy(world.store.holds) else {
                    return .refused
                }
                world.authorised.insert(pkey)
                if world.bereaved.contains(pkey) { world.wronglyDeleted.append(pkey) }
                return .written(world.store.write(record, of: pkey))
            }
        }
    }

    /// The answer of the ledger to a write.
    private mutating func ledger(_ effect: (inout World) -> LedgerAnswer) -> EngineEvent.Answer {
        .ledger(answer(effect))
    }

    private func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension EngineAction {
    /// Whether it changes anything outside.
    var writes: Bool {
        switch self {
        case .write, .claimBatch, .confirmBatch, .take, .carryOut, .answer, .clear: true
        case .pingFabric, .ping, .readFabric, .readLedger, .listSource, .follow, .read, .remember, .say, .finish: false
        }
    }
}

extension Message {
    /// All of it in one line.
    var inWords: String {
        let figures = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return "\(level): \(text)\(figures)"
    }
}

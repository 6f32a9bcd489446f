import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// An engine that a test tells event by event. It remembers which runs and reads the engine asked for, so that the test need
/// not.
struct ToldEngine {
    static let prefix: KeyName = "/p/"
    static let source = SourceID("etcd", prefix: prefix)

    private var engine: ReportedEngine
    private var runs: [PKey: RunID] = [:]
    private var ledgerReads: [LedgerRead] = []
    /// Whether second opinions agree at once; otherwise the test answers them.
    var agrees = true
    /// Whether each event is followed by a close look at what is passed over as in step; for thousands that takes too long.
    private var isLookedAt = true
    /// When the engine wants to be told of the time again.
    private(set) var wakeAt: Duration?

    init(_ configuration: EngineConfiguration = EngineConfiguration(sources: [source])) {
        engine = ReportedEngine(configuration, seed: 1)
    }

    /// How often a partition was looked at closely because everything was gone through.
    var looks: Int { engine.looks }
    /// What a close look finds of partitions that are in step at one look, now and then.
    var misjudged: String? { engine.misjudged }

    /// How it stands after the last event.
    var status: EngineStatus { engine.status }

    /// Tells an event; gives what the engine wants done.
    mutating func tell(_ event: EngineEvent, at now: Duration = .zero) -> [EngineAction] {
        let (actions, wakeAt) = engine.handle(event, now: now)
        self.wakeAt = wakeAt
        if isLookedAt, let words = misjudged { Issue.record("\(words)") }
        var told: [EngineAction] = []
        asked.merge(actions.onPartitions) { $1 }
        for action in actions {
            if agrees, case .write(.confirm, let pkey, let run, _) = action {
                told += tell(.answered(pkey, run, .ledger(.success(.allowed))), at: now)
                continue
            }
            if agrees, case .confirmBatch(let expected, _) = action {
                told += tell(.batchConfirmed(expected, .success(.allowed)), at: now)
                continue
            }
            told.append(action)
            switch action {
            case .read(let pkey, let run), .ping(let pkey, let run), .write(_, let pkey, let run, _): runs[pkey] = run
            case .readLedger(let read): ledgerReads.append(read)
            case .pingFabric, .readFabric, .listSource, .follow, .claimBatch, .confirmBatch, .remember, .say, .finish,
                .take, .carryOut, .answer, .clear:
                break
            }
        }
        return told
    }

    /// What was last asked of each partition.
    private(set) var asked: [PKey: PartitionRequest] = [:]

    /// Answers what was last asked of a partition.
    mutating func answer(_ pkey: PKey, _ answer: EngineEvent.Answer, at now: Duration = .zero) -> [EngineAction] {
        guard let run = runs[pkey] else { return [] }
        return tell(.answered(pkey, run, answer), at: now)
    }

    /// Somebody approves what is held, as it was shown to him; the ledger writes it.
    ///
    /// - Parameter version: of the records that were shown.
    mutating func approve(
        _ pkeys: [PKey], shown version: RecordVersion, at now: Duration = .zero
    ) -> [EngineAction] {
        let shown = Dictionary(uniqueKeysWithValues: pkeys.map { ($0, version) })
        let instruction = Instruction("1", .approve(shown))
        var actions = tell(.instructed(instruction), at: now) + tell(.took(instruction), at: now)
        for action in actions {
            guard case .carryOut(let work, _) = action else { continue }
            let results = work.writes.mapValues { _ in Result<LedgerAnswer, Failure>.success(.written(RecordVersion(9)))
            }
            actions += tell(.carriedOut(work, results), at: now)
        }
        return actions
    }

    /// Answers the oldest read of the ledger that is under way.
    mutating func ledger(
        _ result: Result<[PKey: LedgerRecord], Failure>, at now: Duration = .zero
    ) -> [EngineAction] {
        ledger(content: result.map { LedgerContent($0) }, at: now)
    }

    mutating func ledger(
        content result: Result<LedgerContent, Failure>, at now: Duration = .zero
    ) -> [EngineAction] {
        guard !ledgerReads.isEmpty else { return [] }
        return tell(.ledgerRead(ledgerReads.removeFirst(), result), at: now)
    }

    /// Tells what all three sides are, as at a start; gives what the engine wants done then.
    mutating func begin(
        keys: [KeyEntry], ledger: [PKey: LedgerRecord] = [:], fabric: [Partition] = [], revision: KeyVersion = 100
    ) -> [EngineAction] {
        isLookedAt = keys.count <= 50
        return tell(.started) + tell(.source(.listed(KeySnapshot(complete: keys, revision: revision), reason: "start")))
            + self.ledger(.success(ledger)) + tell(.fabricRead(.success(FabricSnapshot(complete: fabric))))
    }

    /// A key as pcocc writes it, for one host.
    static func key(_ name: String, host: UInt8 = 1, _ revision: KeyVersion = 5) -> KeyEntry {
        let digits = host < 16 ? "0\(host)" : String(host)
        return KeyEntry(
            key: prefix + name, value: Array("{'host_guids': ['0x043f720300f551\(digits)']}".utf8), revision: revision)
    }

    /// The partition that such a key wants.
    static func partition(_ pkey: PKey, host: UInt8 = 1, ipOverIB: Bool = false) throws -> Partition {
        let digits = host < 16 ? "0\(host)" : String(host)
        let member = Member(guid: try GUID(parsing: "043f720300f551\(digits)"), index0: true)
        return Partition(number: pkey.number, ipOverIB: ipOverIB, members: [member])
    }
}

extension EngineEvent {
    /// What the one source of a told engine tells.
    static func source(_ event: SourceEvent) -> EngineEvent { .source(ToldEngine.source, event) }
}

extension SourceEvent {
    /// What one version changed, in a store without a name.
    static func changed(revision: KeyVersion, _ changes: [KeyChange]) -> SourceEvent {
        .changed(StorePoint(revision: revision), changes)
    }
}

extension KeySnapshot {
    /// A list of a store without a name.
    init(complete entries: [KeyEntry], revision: KeyVersion) {
        self.init(complete: entries, at: StorePoint(revision: revision))
    }
}

extension EngineEvent.Answer {
    static var done: Self { .ledger(.success(.written(RecordVersion(2)))) }
    static var refused: Self { .ledger(.success(.refused)) }
    static var written: Self { .written(.success(.done)) }

    static var well: Self { .pinged(.success(())) }
    static func read(_ partition: Partition?) -> Self { .read(.success(partition)) }
}

extension LedgerContent {
    /// Records of the first version each.
    init(_ records: [PKey: LedgerRecord]) {
        self.init(records.mapValues { KeptRecord($0, RecordVersion(1)) })
    }
}

/// What is to be done on one partition, without the permit and the run that it belongs to, the version of its record and the
/// values of keys.
enum PartitionRequest: Hashable {
    case read
    case ping
    case step(PlanStep)
    case claim(LedgerRecord)
    case amend(LedgerRecord)
    case wait(LedgerRecord, WaitingNote)
    case authoriseDeletion(LedgerRecord, expecting: [KeyName: KeyVersion])
    case takeBack(by: RecordVersion, expecting: [KeyName: KeyVersion])
    case conflict(ConflictNote?)
    case release
    case confirm(expecting: [KeyName: KeyVersion])

    init(_ write: PartitionWrite) {
        switch write {
        case .step(let step): self = .step(step)
        case .claim(let record, _, _): self = .claim(record)
        case .amend(let record, _): self = .amend(record)
        case .wait(let record, let note, _): self = .wait(record, note)
        case .authoriseDeletion(let record, _, let keys, _):
            self = .authoriseDeletion(record, expecting: keys.mapValues(\.version))
        case .takeBack(_, let tombstone, let keys):
            self = .takeBack(by: tombstone, expecting: keys.mapValues(\.version))
        case .conflict(let note): self = .conflict(note)
        case .release: self = .release
        case .confirm(_, let keys): self = .confirm(expecting: keys.mapValues(\.version))
        }
    }

    var isConfirmation: Bool { if case .confirm = self { true } else { false } }
    var isStep: Bool { if case .step = self { true } else { false } }
    var isClaim: Bool { if case .claim = self { true } else { false } }
    var isRelease: Bool { if case .release = self { true } else { false } }
    var isAuthorisation: Bool { if case .authoriseDeletion = self { true } else { false } }
}

extension [EngineAction] {
    /// What the log would say.
    var texts: [String] {
        compactMap { action in
            if case .say(let message) = action { message.text } else { nil }
        }
    }

    /// What is to be done on single partitions.
    var onPartitions: [PKey: PartitionRequest] {
        reduce(into: [:]) { found, action in
            switch action {
            case .read(let pkey, _): found[pkey] = .read
            case .ping(let pkey, _): found[pkey] = .ping
            case .write(let write, let pkey, _, _): found[pkey] = PartitionRequest(write)
            case .pingFabric, .readFabric, .readLedger, .listSource, .follow, .claimBatch, .confirmBatch, .remember,
                .say, .finish, .take, .carryOut, .answer, .clear:
                break
            }
        }
    }

    var batches: [[PKey: NewClaim]] {
        compactMap { action in
            if case .claimBatch(let claims, _) = action { claims } else { nil }
        }
    }

    var opinions: [[PKey: Premise]] {
        compactMap { action in
            if case .confirmBatch(let expected, _) = action { expected } else { nil }
        }
    }

    /// What is to be written about single partitions, whole.
    var writes: [PKey: PartitionWrite] {
        reduce(into: [:]) { found, action in
            if case .write(let write, let pkey, _, _) = action { found[pkey] = write }
        }
    }

    /// The last list of a source that is asked for.
    var listRequest: ListRequest? {
        compactMap { if case .listSource(let asked) = $0 { asked } else { nil } }.last
    }

    var follows: Bool { contains { if case .follow = $0 { true } else { false } } }
    var pingsFabric: Bool { contains { if case .pingFabric = $0 { true } else { false } } }
    var readsFabric: Bool { contains { if case .readFabric = $0 { true } else { false } } }
    var readsLedger: Bool { contains { if case .readLedger = $0 { true } else { false } } }

    var end: EngineEnd? {
        compactMap { action in
            if case .finish(let end) = action { end } else { nil }
        }.last
    }
}

import Fabric
import KeyHistory
import Planning

@testable import Reconciler

/// An engine whose turns a test makes and shows to an observer.
struct ShownEngine {
    static let source = SourceID("etcd", prefix: "/p/")

    private var engine: Engine
    private(set) var asked: [EngineAction] = []
    private(set) var turn: LoopTurn?

    init() {
        engine = Engine(EngineConfiguration(sources: [Self.source]), seed: 1)
    }

    mutating func tell(_ event: EngineEvent, at now: Duration, _ observer: (LoopTurn) -> Void) {
        let (actions, _) = engine.handle(event, now: now)
        asked += actions
        let turn = LoopTurn(event, actions, engine.status(now: now), engine)
        self.turn = turn
        observer(turn)
        // Second opinions agree at once.
        for action in actions {
            switch action {
            case .write(.confirm, let pkey, let run, _):
                tell(.answered(pkey, run, .ledger(.success(.allowed))), at: now, observer)
            case .confirmBatch(let expected, _):
                tell(.batchConfirmed(expected, .success(.allowed)), at: now, observer)
            default: break
            }
        }
    }

    /// All three sides as at a start.
    mutating func begin(
        _ keys: [KeyEntry] = [], _ records: [PKey: LedgerRecord] = [:], _ fabric: [Partition] = [],
        at now: Duration = .zero, _ observer: (LoopTurn) -> Void
    ) {
        tell(.started, at: now, observer)
        tell(
            .source(
                Self.source,
                .listed(KeySnapshot(complete: keys, at: StorePoint(store: 1, revision: 100)), reason: "start")),
            at: now, observer)
        let reads = asked.compactMap { action in if case .readLedger(let read) = action { read } else { nil } }
        for read in reads {
            tell(
                .ledgerRead(read, .success(LedgerContent(records.mapValues { KeptRecord($0, RecordVersion(1)) }))),
                at: now, observer)
        }
        tell(.fabricRead(.success(FabricSnapshot(complete: fabric))), at: now, observer)
    }

    /// Answers what was last asked of a partition.
    mutating func answer(_ pkey: PKey, _ answer: EngineEvent.Answer, at now: Duration, _ observer: (LoopTurn) -> Void) {
        let run = asked.reversed().lazy.compactMap { action -> RunID? in
            switch action {
            case .read(pkey, let run), .ping(pkey, let run), .write(_, pkey, let run, _): run
            default: nil
            }
        }.first
        if let run { tell(.answered(pkey, run, answer), at: now, observer) }
    }

    static func key(_ name: String, _ revision: KeyVersion) -> KeyEntry {
        KeyEntry(key: "/p/" + name, value: Array("{'host_guids': ['0x043f720300f55101']}".utf8), revision: revision)
    }
}

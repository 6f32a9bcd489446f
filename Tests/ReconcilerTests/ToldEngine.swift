import Fabric
import KeyHistory
import Planning
import Reconciler

/// An engine that a test tells event by event.
struct ToldEngine {
    static let prefix: KeyName = "/p/"
    static let source = SourceID("etcd", prefix: prefix)

    var engine: Engine

    init(_ configuration: EngineConfiguration = EngineConfiguration(sources: [source])) {
        engine = Engine(configuration, seed: 1)
    }

    /// Tells an event; gives what the engine wants done.
    mutating func tell(_ event: EngineEvent, at now: Duration = .zero) -> [EngineAction] {
        engine.handle(event, now: now).actions
    }

    /// Tells what all three sides are, as at a start; gives what the engine wants done then.
    mutating func begin(
        keys: [KeyEntry], ledger: [PKey: LedgerRecord] = [:], fabric: [Partition] = [], revision: KeyVersion = 100
    ) -> [EngineAction] {
        tell(.started) + tell(.source(.listed(KeySnapshot(complete: keys, revision: revision), reason: "start")))
            + tell(.ledgerRead(.success(ledger))) + tell(.fabricRead(.success(FabricSnapshot(complete: fabric))))
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

extension [EngineAction] {
    /// What the log would say.
    var texts: [String] {
        compactMap { action in
            if case .say(let message) = action { message.text } else { nil }
        }
    }

    /// What is to be done on single partitions.
    var onPartitions: [PKey: EngineAction.PartitionAction] {
        reduce(into: [:]) { found, action in
            if case .onPartition(let pkey, let action) = action { found[pkey] = action }
        }
    }

    var batches: [[PKey: LedgerRecord]] {
        compactMap { action in
            if case .claimBatch(let records) = action { records } else { nil }
        }
    }

    var end: EngineEnd? {
        compactMap { action in
            if case .finish(let end) = action { end } else { nil }
        }.last
    }
}

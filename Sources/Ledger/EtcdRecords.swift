package import EtcdGateway
package import Fabric
import FoundationEssentials
import KeyHistory
package import Reconciler

/// The ledger in etcd.
package typealias EtcdLedger = PartitionLedger<EtcdRecords>

/// A source whose keys are in an etcd.
package protocol EtcdKeySource: KeySource {
    /// Whether it is the etcd of this client.
    func isKept(in client: EtcdClient) -> Bool
}

/// Records in etcd: one JSON text per partition under `/surf-ufm-pkeyd/<fabric>/partitions/<pkey>`, and what it waits for
/// under `…/notes/<pkey>`.
package struct EtcdRecords: RecordStore {
    private let client: EtcdClient
    private let prefix: KeyName
    private let notesPrefix: KeyName
    private let advice: Failure.Advice

    package init(
        _ client: EtcdClient, fabric: String, advice: @escaping Failure.Advice = { _ in nil }
    ) {
        self.client = client
        self.advice = advice
        prefix = "/surf-ufm-pkeyd/\(fabric)/partitions/"
        notesPrefix = "/surf-ufm-pkeyd/\(fabric)/notes/"
    }

    package func entries() async throws(Failure) -> [PKey: LedgerEntry] {
        let listing = try await told { () async throws(EtcdError) in try await client.list(.prefix(prefix.bytes)) }
        var entries: [PKey: LedgerEntry] = [:]
        for keyValue in listing.keyValues {
            // What is not under a PKey's name is not ours to judge.
            guard let name = KeyName(keyValue.key).text(behind: prefix), let pkey = try? PKey(parsing: name) else {
                continue
            }
            entries[pkey] = Self.entry(keyValue)
        }
        return entries
    }

    package func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? {
        try await told { () async throws(EtcdError) in try await client.get(key(pkey)) }.map(Self.entry)
    }

    package func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote] {
        let claimed = entries.filter { $0.value.record.state == .claimed }
        guard !claimed.isEmpty else { return [:] }
        let listing = try await told { () async throws(EtcdError) in
            // Of one partition, or of all.
            try await client.list(
                claimed.count == 1
                    ? .single((notesPrefix + (claimed.keys.first?.description ?? "")).bytes)
                    : .prefix(notesPrefix.bytes))
        }
        var notes: [PKey: WaitingNote] = [:]
        for keyValue in listing.keyValues {
            guard let name = KeyName(keyValue.key).text(behind: notesPrefix), let pkey = try? PKey(parsing: name),
                let record = claimed[pkey]?.record
            else { continue }
            notes[pkey] = WaitingDocument(keyValue.value)?.note(of: record)
        }
        return notes
    }

    package func follow(
        _ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void
    ) async throws(Failure) {
        try await told { () async throws(EtcdError) in
            try await Follower(client, .single(key(pkey))).run { event in
                switch event {
                case .listed(let list, _):
                    tell(.success(list.entries.first.map { Self.entry($0.value, version: $0.revision.number) }))
                case .changed(_, let changes):
                    guard let change = changes.last else { return }
                    tell(.success(change.value.map { Self.entry($0, version: change.revision.number) }))
                case .lost(let error): tell(.failure(Failure(error, advice)))
                case .progress, .restored: break
                }
            }
        }
    }

    package func holdsKeys(of source: any KeySource) -> Bool {
        (source as? any EtcdKeySource)?.isKept(in: client) ?? false
    }

    package func perform(_ transaction: RecordTransaction, _ permit: WritePermit) async throws(Failure) -> Bool {
        var conditions = transaction.conditions.sorted { $0.key < $1.key }.map { pkey, condition in
            switch condition {
            case .exists: TransactionCondition.exists(key: key(pkey))
            case .version(let version): TransactionCondition.modRevision(key: key(pkey), equals: version)
            }
        }
        conditions += transaction.keys.sorted { $0.key < $1.key }.map { key, version in
            .modRevision(key: key.bytes, equals: version.number)
        }
        if let fence = permit.fence {
            conditions.append(.modRevision(key: Array(fence.key.utf8), equals: fence.revision))
        }
        var changes: [TransactionChange] = []
        for (pkey, record) in transaction.changes.sorted(by: { $0.key < $1.key }) {
            guard let record else {
                changes.append(.delete(key: key(pkey)))
                continue
            }
            changes.append(.put(key: key(pkey), value: try LedgerDocument(record).json()))
        }
        for (pkey, note) in transaction.notes.sorted(by: { $0.key < $1.key }) {
            let noteKey = (notesPrefix + pkey.description).bytes
            if let note, let record = transaction.changes[pkey] ?? nil {
                changes.append(.put(key: noteKey, value: try WaitingDocument(note, record).json()))
            } else {
                changes.append(.delete(key: noteKey))
            }
        }
        return try await told { [conditions, changes] () async throws(EtcdError) in
            try await client.transaction(if: conditions, then: changes, operation: transaction.operation)
        }
    }

    private static func entry(_ keyValue: KeyValue) -> LedgerEntry {
        entry(keyValue.value, version: keyValue.modRevision)
    }

    /// A record is ours by being there. One that cannot be read is written anew when its partition is looked at; to pass it
    /// over would disown the partition, and its members would stay for ever.
    private static func entry(_ value: [UInt8], version: Int64) -> LedgerEntry {
        let document = try? JSONDecoder().decode(LedgerDocument.self, from: Data(value))
        return LedgerEntry(record: document?.record ?? .unreadable, time: document?.date, version: version)
    }

    private func key(_ pkey: PKey) -> [UInt8] { (prefix + pkey.description).bytes }

    private func told<Value>(_ call: () async throws(EtcdError) -> Value) async throws(Failure) -> Value {
        do throws(EtcdError) {
            return try await call()
        } catch {
            throw Failure(error, advice)
        }
    }
}

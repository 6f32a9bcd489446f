package import EtcdGateway
package import Fabric
import FoundationEssentials
package import KeyHistory
package import Reconciler

/// The ledger in etcd: one JSON record per partition under `/surf-ufm-pkeyd/<fabric>/partitions/<pkey>`.
package struct EtcdLedger: InspectableLedger {
    private let client: EtcdClient
    private let prefix: String
    private let advice: Failure.Advice

    package init(
        _ client: EtcdClient, fabric: String, advice: @escaping Failure.Advice = { _ in nil }
    ) {
        self.client = client
        self.advice = advice
        prefix = "/surf-ufm-pkeyd/\(fabric)/partitions/"
    }

    package func records() async throws(Failure) -> [PKey: LedgerRecord] {
        try await entries().mapValues(\.record)
    }

    package func entries() async throws(Failure) -> [PKey: LedgerEntry] {
        let listing = try await told { () async throws(EtcdError) in try await client.list(.prefix(bytes(prefix))) }
        var entries: [PKey: LedgerEntry] = [:]
        for keyValue in listing.keyValues {
            let key = String(decoding: keyValue.key, as: UTF8.self)
            // What is not under a PKey's name is not ours to judge.
            guard let pkey = try? PKey(parsing: key.dropFirst(prefix.count)) else { continue }
            entries[pkey] = Self.entry(keyValue)
        }
        return entries
    }

    package func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? {
        try await told { () async throws(EtcdError) in try await client.get(key(pkey)) }.map(Self.entry)
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

    package func claim(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool {
        try await write(
            record, for: pkey, if: [Self.condition(record.key, record.revision)],
            operation: "claim of PKey \(pkey)")
    }

    package func claim(_ records: [PKey: LedgerRecord]) async throws(Failure) -> Bool {
        let sorted = records.sorted { $0.key < $1.key }
        var changes: [TransactionChange] = []
        for (pkey, record) in sorted {
            changes.append(.put(key: key(pkey), value: try LedgerDocument(record).json()))
        }
        return try await told { [changes] () async throws(EtcdError) in
            try await client.transaction(
                if: sorted.map { Self.condition($0.value.key, $0.value.revision) }, then: changes,
                operation: "claim of \(records.count) PKeys")
        }
    }

    package func amend(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool {
        try await write(record, for: pkey, if: [.exists(key: key(pkey))], operation: "note on PKey \(pkey)")
    }

    package func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [KeyName: KeyVersion]
    ) async throws(Failure) -> Bool {
        let keysStand = expected.sorted { $0.key < $1.key }.map { Self.condition($0.key, $0.value) }
        return try await write(
            record, for: pkey, if: [.exists(key: key(pkey))] + keysStand,
            operation: "authorisation to delete PKey \(pkey)")
    }

    package func approve(_ shown: LedgerEntry, of pkey: PKey) async throws(Failure) -> Bool {
        try await write(
            shown.record.approved, for: pkey, if: [.modRevision(key: key(pkey), equals: shown.version)],
            operation: "approval of the deletion of PKey \(pkey)")
    }

    package func release(_ pkey: PKey) async throws(Failure) {
        _ = try await told { () async throws(EtcdError) in try await client.delete(.single(key(pkey))) }
    }

    private func write(
        _ record: LedgerRecord, for pkey: PKey, if conditions: [TransactionCondition], operation: String
    ) async throws(Failure) -> Bool {
        let value = try LedgerDocument(record).json()
        return try await told { () async throws(EtcdError) in
            try await client.transaction(
                if: conditions, then: [.put(key: key(pkey), value: value)], operation: operation)
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

    private static func condition(_ key: KeyName, _ version: KeyVersion) -> TransactionCondition {
        .modRevision(key: key.bytes, equals: version.number)
    }

    private func key(_ pkey: PKey) -> [UInt8] { bytes(prefix + pkey.description) }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func told<Value>(_ call: () async throws(EtcdError) -> Value) async throws(Failure) -> Value {
        do throws(EtcdError) {
            return try await call()
        } catch {
            throw Failure(error, advice)
        }
    }
}

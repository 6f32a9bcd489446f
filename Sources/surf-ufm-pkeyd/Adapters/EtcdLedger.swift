import EtcdGateway
import Fabric
import FoundationEssentials
import Reconciler

/// The ledger in etcd: one JSON record per partition under `/surf-ufm-pkeyd/<fabric>/partitions/<pkey>`.
struct EtcdLedger: OwnershipStore {
    private let client: EtcdClient
    private let prefix: String

    init(_ client: EtcdClient, fabric: String) {
        self.client = client
        prefix = "/surf-ufm-pkeyd/\(fabric)/partitions/"
    }

    func records() async throws(Failure) -> [PKey: LedgerRecord] {
        let listing = try await told { () async throws(EtcdError) in try await client.list(.prefix(bytes(prefix))) }
        var records: [PKey: LedgerRecord] = [:]
        for keyValue in listing.keyValues {
            let key = String(decoding: keyValue.key, as: UTF8.self)
            // What is not under a PKey's name is not ours to judge.
            guard let pkey = try? PKey(parsing: key.dropFirst(prefix.count)) else { continue }
            // A record is ours by being there. One that cannot be read is written anew when its partition is looked at;
            // to pass it over would disown the partition, and its members would stay for ever.
            let entry = try? JSONDecoder().decode(Entry.self, from: Data(keyValue.value))
            records[pkey] = entry?.record ?? .unreadable
        }
        return records
    }

    func claim(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool {
        try await write(
            record, for: pkey, if: [.modRevision(key: bytes(record.key), equals: record.revision)],
            operation: "claim of PKey \(pkey)")
    }

    func claim(_ records: [PKey: LedgerRecord]) async throws(Failure) -> Bool {
        let sorted = records.sorted { $0.key < $1.key }
        return try await told { () async throws(EtcdError) in
            var changes: [TransactionChange] = []
            for (pkey, record) in sorted {
                changes.append(.put(key: key(pkey), value: try Entry(record).json()))
            }
            return try await client.transaction(
                if: sorted.map { .modRevision(key: bytes($0.value.key), equals: $0.value.revision) }, then: changes,
                operation: "claim of \(records.count) PKeys")
        }
    }

    func amend(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool {
        try await write(record, for: pkey, if: [.exists(key: key(pkey))], operation: "note on PKey \(pkey)")
    }

    func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [String: Int64]
    ) async throws(Failure) -> Bool {
        let keysStand = expected.sorted { $0.key < $1.key }.map { key, revision in
            TransactionCondition.modRevision(key: bytes(key), equals: revision)
        }
        return try await write(
            record, for: pkey, if: [.exists(key: key(pkey))] + keysStand,
            operation: "authorisation to delete PKey \(pkey)")
    }

    func release(_ pkey: PKey) async throws(Failure) {
        _ = try await told { () async throws(EtcdError) in try await client.delete(.single(key(pkey))) }
    }

    private func write(
        _ record: LedgerRecord, for pkey: PKey, if conditions: [TransactionCondition], operation: String
    ) async throws(Failure) -> Bool {
        try await told { () async throws(EtcdError) in
            try await client.transaction(
                if: conditions, then: [.put(key: key(pkey), value: try Entry(record).json())], operation: operation)
        }
    }

    private func key(_ pkey: PKey) -> [UInt8] { bytes(prefix + pkey.description) }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func told<Value>(_ call: () async throws(EtcdError) -> Value) async throws(Failure) -> Value {
        do throws(EtcdError) {
            return try await call()
        } catch {
            throw Failure(error)
        }
    }
}

/// A record as it is written: `{"state":"synced","key":"/pcocc/…","revision":12,"time":"2026-01-31T12:00:00Z"}`.
private struct Entry: Codable {
    let state: String
    let key: String
    let revision: Int64
    let error: String?
    /// When it was written, in UTC; for people.
    let time: String

    init(_ record: LedgerRecord) {
        state = record.state.rawValue
        key = record.key
        revision = record.revision
        error = record.error
        time = Date.now.formatted(.iso8601)
    }

    var record: LedgerRecord? {
        LedgerRecord.State(rawValue: state).map { LedgerRecord($0, key: key, revision: revision, error: error) }
    }

    func json() throws(EtcdError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self))
        } catch {
            throw EtcdError(.usage, "the ledger record cannot be written as JSON: \(error)")
        }
    }
}

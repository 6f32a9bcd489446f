package import EtcdGateway
package import Fabric
import JSONText
import KeyHistory
package import Reconciler

/// The ledger in etcd.
package typealias EtcdLedger = PartitionLedger<EtcdRecords>

/// A source whose keys are in an etcd.
package protocol EtcdKeySource: KeySource {
    /// Whether it is the etcd of this client.
    func isKept(in client: EtcdClient) -> Bool
}

/// Records in etcd: one JSON text per partition under `/surf-ufm-pkeyd/<fabric>/partitions/<pkey>`, what it waits for
/// under `…/notes/<pkey>`, what was there of one that is deleted under `…/gone/<pkey>`, and what the ledger says of itself at
/// `…/about`.
package struct EtcdRecords: RecordStore {
    private let client: EtcdClient
    private let root: KeyName
    private let prefix: KeyName
    private let notesPrefix: KeyName
    private let aboutKey: KeyName
    private let gonePrefix: KeyName
    private let etcd: EtcdCall

    package init(
        _ client: EtcdClient, fabric: String, advice: @escaping Failure.Advice = { _ in nil }
    ) {
        self.client = client
        etcd = EtcdCall(advice)
        root = KeyName("/surf-ufm-pkeyd/\(fabric)/")
        prefix = root + "partitions/"
        notesPrefix = root + "notes/"
        aboutKey = root + "about"
        gonePrefix = root + "gone/"
        nothing = Array("/surf-ufm-pkeyd/\(fabric)/second-opinion".utf8)
    }

    package func contents() async throws(Failure) -> StoredRecords {
        let listing = try await etcd { () async throws(EtcdError) in
            // All that there is of the fabric, as it was at one moment.
            try await client.list(.prefix(root.bytes), at: present())
        }
        var stored = StoredRecords()
        for keyValue in listing.keyValues {
            if keyValue.key == aboutKey.bytes, let about = try? AboutDocument(keyValue.value).about() {
                try about.checkThatItCounts("in etcd")
            }
            if KeyName(keyValue.key).text(behind: prefix) != nil {
                stored.add(read(keyValue.key, keyValue.value, keyValue.modRevision))
            } else if let pkey = pkey(of: keyValue.key, behind: notesPrefix) {
                stored.conflicts[pkey] = NoteDocument(keyValue.value)?.conflictNote
            } else if let pkey = pkey(of: keyValue.key, behind: gonePrefix), keyValue.key == goneKey(pkey) {
                stored.add(TombstoneDocument(keyValue.value), of: pkey, RecordVersion(keyValue.modRevision))
            }
        }
        stored.room = await room()
        return stored
    }

    package func isEmpty() async throws(Failure) -> Bool {
        try await etcd { () async throws(EtcdError) in
            try await client.range(.prefix(prefix.bytes), limit: 1, revision: present(), keysOnly: true)
        }.keyValues.isEmpty
    }

    /// How far etcd is. A read alone could be stale, and a record that is long gone, or another's by now, be taken for ours.
    private func present() async throws(EtcdError) -> Int64 {
        do throws(EtcdError) {
            return try await client.presentRevision(deleting: nothing)
        } catch let error where error.kind == .permissionDenied {
            // Who may only read changes nothing by what he reads.
            return 0
        }
    }

    /// A key that is never made: its deletion moves nothing, needs no room, and goes the way of all writes.
    private let nothing: [UInt8]

    /// Whether etcd's quota is used up; unknown where it does not tell us.
    private func room() async -> LedgerContent.Room {
        do throws(EtcdError) {
            let alarms = try await client.alarms().filter { $0 == "NOSPACE" }
            return alarms.isEmpty ? .enough : .none("alarm NOSPACE")
        } catch {
            return .unknown
        }
    }

    package func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? {
        guard let found = try await etcd({ () async throws(EtcdError) in try await client.get(key(pkey)) }) else {
            return nil
        }
        return try read(found.key, found.value, found.modRevision).entry.get()
    }

    package func hasTombstone(_ pkey: PKey) async throws(Failure) -> Bool {
        try await etcd { () async throws(EtcdError) in try await client.get(goneKey(pkey)) } != nil
    }

    package func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote] {
        let claimed = entries.filter { $0.value.record.state == .claimed }
        guard !claimed.isEmpty else { return [:] }
        let listing = try await etcd { () async throws(EtcdError) in
            // Of one partition, or of all.
            try await client.list(
                claimed.count == 1
                    ? .single((notesPrefix + (claimed.keys.first?.description ?? "")).bytes)
                    : .prefix(notesPrefix.bytes))
        }
        var notes: [PKey: WaitingNote] = [:]
        for keyValue in listing.keyValues {
            guard let pkey = pkey(of: keyValue.key, behind: notesPrefix), let record = claimed[pkey]?.record
            else { continue }
            notes[pkey] = NoteDocument(keyValue.value)?.note(of: record)
        }
        return notes
    }

    package func follow(
        _ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void
    ) async throws(Failure) {
        try await follow(key(pkey), tell) { read(key(pkey), $0, $1.number).entry }
    }

    package func followConflict(
        over pkey: PKey, _ tell: @escaping @Sendable (Result<ConflictNote?, Failure>) -> Void
    ) async throws(Failure) {
        let key = (notesPrefix + pkey.description).bytes
        try await follow(key, { told in tell(told.map { $0 ?? nil }) }) { value, _ in
            .success(NoteDocument(value)?.conflictNote)
        }
    }

    private func follow<Value: Sendable>(
        _ key: [UInt8], _ tell: @escaping @Sendable (Result<Value?, Failure>) -> Void,
        reading read: @escaping @Sendable ([UInt8], KeyVersion) -> Result<Value, Failure>
    ) async throws(Failure) {
        try await etcd { () async throws(EtcdError) in
            try await Follower(client, .single(key)).run { event in
                switch event {
                case .listed(let list, _):
                    tell(list.entries.first.map { read($0.value, $0.revision).map(Optional.some) } ?? .success(nil))
                case .changed(_, let changes):
                    guard let change = changes.last else { return }
                    tell(change.value.map { read($0, change.revision).map(Optional.some) } ?? .success(nil))
                case .lost(let error): tell(.failure(etcd.failure(error)))
                case .progress, .restored: break
                }
            }
        }
    }

    package func about() async throws(Failure) -> KeptAbout {
        guard let found = try await etcd({ () async throws(EtcdError) in try await client.get(aboutKey.bytes) }) else {
            return .absent
        }
        do throws(AboutDocument.Unreadable) {
            return KeptAbout(try AboutDocument(found.value).about(), RecordVersion(found.modRevision))
        } catch {
            throw Failure(.malformed, "\(aboutKey): \(error.problem)")
        }
    }

    package func write(_ about: About, over version: RecordVersion) async throws(Failure) -> LedgerAnswer {
        let text = try AboutDocument(about).json()
        return try await etcd { () async throws(EtcdError) in
            try await client.revision(
                if: [.modRevision(key: aboutKey.bytes, equals: version.number)],
                then: [.put(key: aboutKey.bytes, value: text)], operation: "what the ledger says of itself"
            ).map { .written(RecordVersion($0)) } ?? .refused
        }
    }

    package func replaceAll(by stored: StoredRecords) async throws(Failure) {
        for old in [prefix, notesPrefix, gonePrefix] {
            _ = try await etcd { () async throws(EtcdError) in try await client.delete(.prefix(old.bytes)) }
        }
        var puts = try stored.entries.sorted { $0.key < $1.key }.map { pkey, entry throws(Failure) in
            TransactionChange.put(key: key(pkey), value: try entry.copy.json())
        }
        puts += try stored.tombstones.sorted { $0.key < $1.key }.map { pkey, kept throws(Failure) in
            TransactionChange.put(key: goneKey(pkey), value: try TombstoneDocument(kept.tombstone).json())
        }
        // etcd takes 128 changes at once.
        for start in stride(from: 0, to: puts.count, by: 100) {
            let some = Array(puts[start..<min(start + 100, puts.count)])
            _ = try await etcd { () async throws(EtcdError) in
                try await client.transaction(if: [], then: some, operation: "copy of \(some.count) ledger records")
            }
        }
    }

    package func holdsKeys(of source: any KeySource) -> Bool {
        (source as? any EtcdKeySource)?.isKept(in: client) ?? false
    }

    package func perform(_ transaction: RecordTransaction, _ permit: WritePermit) async throws(Failure) -> LedgerAnswer
    {
        var conditions = transaction.conditions.sorted { $0.key < $1.key }.map { pkey, version in
            TransactionCondition.modRevision(key: key(pkey), equals: version.number)
        }
        conditions += transaction.standing.sorted { $0.key < $1.key }.map { pkey, version in
            .modRevision(key: goneKey(pkey), equals: version.number)
        }
        conditions += TransactionCondition.those(of: transaction.keys) + permit.conditions
        var changes: [TransactionChange] = []
        for (pkey, record) in transaction.changes.sorted(by: { $0.key < $1.key }) {
            guard let record else {
                changes.append(.delete(key: key(pkey)))
                continue
            }
            let document = LedgerDocument(record, nonce: .random, time: transaction.time)
            changes.append(.put(key: key(pkey), value: try document.json()))
        }
        for (pkey, note) in transaction.notes.sorted(by: { $0.key < $1.key }) {
            let noteKey = (notesPrefix + pkey.description).bytes
            changes.append(
                try note.map { (note) throws(Failure) in .put(key: noteKey, value: try note.document.json()) }
                    ?? .delete(key: noteKey))
        }
        for (pkey, tombstone) in transaction.tombstones.sorted(by: { $0.key < $1.key }) {
            let key = goneKey(pkey)
            changes.append(
                try tombstone.map { (tombstone) throws(Failure) in
                    .put(key: key, value: try TombstoneDocument(tombstone).json())
                } ?? .delete(key: key))
        }
        guard !changes.isEmpty else {
            // What only compares could be answered by a stale member, as a read could.
            return try await etcd { [conditions] () async throws(EtcdError) in
                try await answer(conditions, [.delete(key: nothing)], transaction, permit)
            } == nil ? .refused : .allowed
        }
        do throws(EtcdError) {
            return try await answer(conditions, changes, transaction, permit).map { .written(RecordVersion($0)) }
                ?? .refused
        } catch let error where error.kind == .spaceExceeded && transaction.mayGoUnwritten {
            return try await etcd { [conditions] () async throws(EtcdError) in
                try await answer(
                    conditions + [.modRevision(key: nothing, equals: 0)], [.delete(key: nothing)], transaction,
                    permit)
            } == nil ? .refused : .allowed
        } catch {
            throw etcd.failure(error)
        }
    }

    private func answer(
        _ conditions: [TransactionCondition], _ changes: [TransactionChange], _ transaction: RecordTransaction,
        _ permit: WritePermit
    ) async throws(EtcdError) -> Int64? {
        try await client.revision(
            if: conditions, then: changes, operation: transaction.operation, under: permit.sendLease)
    }

    // MARK: Reading

    /// What stands under a name: a record, or something else that is to be told of and left alone.
    private func read(_ key: [UInt8], _ value: [UInt8], _ version: Int64) -> StoredRecord {
        let name = KeyName(key)
        let spelling = name.text(behind: prefix) ?? ""
        let version = RecordVersion(version)
        guard let pkey = try? PKey(parsing: spelling) else {
            return .strange(
                StrangeRecord("\(name)", of: nil, version, "is no record: its name is no PKey such as 0x200e"))
        }
        // Compared as bytes: texts that are equal to people are two names to etcd.
        guard key == self.key(pkey) else {
            let problem = "is no record: PKey \(pkey) is not spelt so"
            return .strange(StrangeRecord("\(name)", of: pkey, version, problem))
        }
        guard let document = try? LedgerDocument(text: value),
            let record = document.record
        else { return .strange(StrangeRecord("\(name)", of: pkey, version, "the ledger record cannot be read")) }
        return StoredRecord(
            LedgerEntry(record: record, time: document.date, version: version, nonce: document.nonce), of: pkey,
            at: "\(name)")
    }

    private func pkey(of key: [UInt8], behind prefix: KeyName) -> PKey? {
        KeyName(key).text(behind: prefix).flatMap { try? PKey(named: $0) }
    }

    private func goneKey(_ pkey: PKey) -> [UInt8] { (gonePrefix + pkey.description).bytes }

    private func key(_ pkey: PKey) -> [UInt8] { (prefix + pkey.description).bytes }
}

package import Fabric
import Files
package import Reconciler

/// The ledger in a local file, for sites whose etcd role may only read.
package typealias FileLedger = PartitionLedger<FileRecords>

/// Records in a local file.
package struct FileRecords: RecordStore {
    private let file: LedgerFile

    package init(_ file: LedgerFile) {
        self.file = file
    }

    package func contents() async throws(Failure) -> StoredRecords {
        var stored = StoredRecords()
        let content = try file.content()
        try content.about.about.checkThatItCounts(file.path)
        for (pkey, entry) in content.entries { stored.add(read(entry, of: pkey)) }
        stored.conflicts = content.notes.compactMapValues(\.conflictNote)
        for (pkey, kept) in content.gone { stored.add(kept.document, of: pkey, kept.version) }
        return stored
    }

    package func isEmpty() async throws(Failure) -> Bool { try await contents().isEmpty }

    package func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? {
        try file.content().entries[pkey].map { (entry) throws(Failure) in try read(entry, of: pkey).entry.get() }
    }

    package func hasTombstone(_ pkey: PKey) async throws(Failure) -> Bool { try file.content().gone[pkey] != nil }

    private func read(_ entry: LedgerEntry, of pkey: PKey) -> StoredRecord {
        StoredRecord(entry, of: pkey, at: "\(file.path): \(pkey)")
    }

    package func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote] {
        let notes = try file.content().notes
        return entries.reduce(into: [:]) { found, entry in
            found[entry.key] = notes[entry.key]?.note(of: entry.value.record)
        }
    }

    package func follow(
        _ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void
    ) async throws(Failure) {
        try await follow(tell) { $0.entries[pkey] }
    }

    package func followConflict(
        over pkey: PKey, _ tell: @escaping @Sendable (Result<ConflictNote?, Failure>) -> Void
    ) async throws(Failure) {
        try await follow(tell) { $0.notes[pkey]?.conflictNote }
    }

    private func follow<Value: Equatable & Sendable>(
        _ tell: @escaping @Sendable (Result<Value, Failure>) -> Void,
        reading read: @escaping @Sendable (LedgerFileContent) -> Value
    ) async throws(Failure) {
        var told: Result<Value, Failure>?
        try await FileFollower(file.path).run { () throws(Failure) in
            let now: Result<Value, Failure>
            do throws(Failure) {
                now = .success(read(try file.content()))
            } catch {
                // At first it is a wrong path or file; later somebody may be mending it.
                guard told != nil else { throw error }
                now = .failure(error)
            }
            if now != told { tell(now) }
            told = now
            return (try? now.get()) != nil
        }
    }

    package func about() async throws(Failure) -> KeptAbout { try file.content().about }

    package func write(_ about: About, over version: RecordVersion) async throws(Failure) -> LedgerAnswer {
        try await file.change { content in
            content.about.version == version ? .written(content.change(about)) : .refused
        }
    }

    package func replaceAll(by stored: StoredRecords) async throws(Failure) {
        try await file.change { $0.replaceAll(by: stored) }
    }

    package func holdsKeys(of source: any KeySource) -> Bool { false }

    package func perform(_ transaction: RecordTransaction, _ permit: WritePermit) async throws(Failure) -> LedgerAnswer
    {
        guard permit.fence == nil else {
            throw Failure(
                .settings, "the ledger \(file.path): who is elected in etcd is to keep the ledger there as well")
        }
        guard !transaction.isQuestion else {
            let entries = try file.content().entries
            return transaction.conditions.allSatisfy { (entries[$0]?.version ?? .absent) == $1 } ? .allowed : .refused
        }
        return try await file.change(under: permit.lease) { content in
            for (pkey, version) in transaction.conditions {
                guard (content.entries[pkey]?.version ?? .absent) == version else { return .refused }
            }
            for (pkey, version) in transaction.standing {
                guard content.gone[pkey]?.version == version else { return .refused }
            }
            let version = content.change(transaction.changes, time: transaction.time)
            for (pkey, note) in transaction.notes { content.notes[pkey] = note?.document }
            for (pkey, tombstone) in transaction.tombstones {
                content.gone[pkey] = tombstone.map { KeptDocument(TombstoneDocument($0), version) }
            }
            return .written(version)
        }
    }
}

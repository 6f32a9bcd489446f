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
        for (pkey, entry) in try file.content().entries { stored.add(read(entry, of: pkey)) }
        return stored
    }

    package func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? {
        try file.content().entries[pkey].map { (entry) throws(Failure) in try read(entry, of: pkey).entry.get() }
    }

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
        var told: Result<LedgerEntry?, Failure>?
        try await FileFollower(file.path).run { () throws(Failure) in
            let now: Result<LedgerEntry?, Failure>
            do throws(Failure) {
                now = .success(try file.content().entries[pkey])
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

    package func holdsKeys(of source: any KeySource) -> Bool { false }

    package func perform(_ transaction: RecordTransaction, _ permit: WritePermit) async throws(Failure) -> LedgerAnswer
    {
        guard permit.fence == nil else {
            throw Failure(
                .settings, "the ledger \(file.path): who is elected in etcd is to keep the ledger there as well")
        }
        guard !transaction.changes.isEmpty else {
            let entries = try file.content().entries
            return transaction.conditions.allSatisfy { (entries[$0]?.version ?? .absent) == $1 } ? .allowed : .refused
        }
        return try await file.change(under: permit.lease) { content in
            for (pkey, version) in transaction.conditions {
                guard (content.entries[pkey]?.version ?? .absent) == version else { return .refused }
            }
            let version = content.change(transaction.changes)
            for (pkey, note) in transaction.notes {
                guard let note, let record = transaction.changes[pkey] ?? nil else {
                    content.notes[pkey] = nil
                    continue
                }
                content.notes[pkey] = WaitingDocument(note, record)
            }
            return .written(version)
        }
    }
}

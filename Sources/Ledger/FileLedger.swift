package import Fabric
package import Reconciler

/// The ledger in a local file, for sites whose etcd role may only read.
///
/// etcd vouches for the keys in a read right before the writing, where the ledger in etcd has one transaction: in the
/// milliseconds between, a key may change. Its event then follows and is judged by itself.
package struct FileLedger: InspectableLedger {
    private let file: LedgerFile
    private let keys: any KeyRevisionReader

    package init(_ file: LedgerFile, keys: any KeyRevisionReader) {
        self.file = file
        self.keys = keys
    }

    package func records() async throws(Failure) -> [PKey: LedgerRecord] {
        try await entries().mapValues(\.record)
    }

    package func entries() async throws(Failure) -> [PKey: LedgerEntry] {
        try file.content().entries
    }

    package func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? {
        try file.content().entries[pkey]
    }

    package func claim(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool {
        try await claim([pkey: record])
    }

    package func claim(_ records: [PKey: LedgerRecord]) async throws(Failure) -> Bool {
        let found = try await keys.revisions(of: records.values.map(\.key)).keys
        guard records.values.allSatisfy({ found[$0.key] == $0.revision }) else { return false }
        return try await file.change { content in
            for (pkey, record) in records.sorted(by: { $0.key < $1.key }) { content.set(record, for: pkey) }
            return true
        }
    }

    package func amend(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool {
        try await file.change { content in
            guard content.entries[pkey] != nil else { return false }
            content.set(record, for: pkey)
            return true
        }
    }

    package func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [String: Int64]
    ) async throws(Failure) -> Bool {
        let found = try await keys.revisions(of: Array(expected.keys))
        guard found.keys == expected else { return false }
        return try await file.change { content in
            guard let old = content.entries[pkey]?.record else { return false }
            // Unlike a ledger in etcd this one outlives a wipe, after which every key looks deleted.
            guard old.revision <= found.store || old.state == .approved || old.state == .deleting else {
                let reason = "etcd has lost its history (revision \(found.store), was \(old.revision))"
                content.set(
                    LedgerRecord(
                        .guarded, key: old.key, revision: old.revision, error: "\(reason): waits for an approval"),
                    for: pkey)
                return false
            }
            content.set(record, for: pkey)
            return true
        }
    }

    package func release(_ pkey: PKey) async throws(Failure) {
        try await file.change { content in content.remove(pkey) }
    }

    package func approve(_ shown: LedgerEntry, of pkey: PKey) async throws(Failure) -> Bool {
        try await file.change { content in
            guard content.entries[pkey]?.version == shown.version else { return false }
            content.set(shown.record.approved, for: pkey)
            return true
        }
    }

    package func follow(
        _ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void
    ) async throws(Failure) {
        var told: Result<LedgerEntry?, Failure>?
        repeat {
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
        } while (try? await Task.sleep(for: .milliseconds(100))) != nil
    }
}

package import Fabric
package import KeyHistory
package import Reconciler

/// The ledger in a local file, for sites whose etcd role may only read.
///
/// The source vouches for its keys in a read right before the writing, where the ledger in etcd has one transaction: in the
/// milliseconds between, a key may change. Its event then follows and is judged by itself.
package struct FileLedger: InspectableLedger {
    private let file: LedgerFile
    private let source: any KeySource

    package init(_ file: LedgerFile, source: any KeySource) {
        self.file = file
        self.source = source
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
        let voucher = try await source.vouch(for: records.values.map(\.key))
        guard records.values.allSatisfy({ voucher.versions[$0.key] == $0.revision }) else { return false }
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
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [KeyName: KeyVersion]
    ) async throws(Failure) -> Bool {
        let voucher = try await source.vouch(for: Array(expected.keys))
        guard voucher.confirms(expected) else { return false }
        return try await file.change { content in
            guard let old = content.entries[pkey]?.record else { return false }
            // Unlike a ledger in etcd this one outlives a wipe, after which every key looks deleted.
            guard old.revision <= voucher.point.revision || old.state == .approved || old.state == .deleting else {
                let reason = "etcd has lost its history (revision \(voucher.point.revision), was \(old.revision))"
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

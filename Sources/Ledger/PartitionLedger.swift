package import Fabric
package import KeyHistory
package import Reconciler

/// Where records are kept: in etcd, in a file. It knows nothing of what they mean.
package protocol RecordStore: Sendable {
    /// Reads all records as they are held: completely, or not at all.
    func entries() async throws(Failure) -> [PKey: LedgerEntry]
    /// Reads one record as it is now; nil where there is none.
    func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry?
    /// Reads what partitions wait for, as far as a record says `claimed` for the same key and revision.
    func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote]
    /// Tells one record as it is, and again whenever it changes, until the task is cancelled. A failure that may pass is
    /// told, and tried again.
    func follow(_ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void) async throws(Failure)
    /// Whether it is one store with the keys of a source, so that its transactions compare them.
    func holdsKeys(of source: any KeySource) -> Bool
    /// Makes a transaction.
    ///
    /// - Returns: whether its conditions held; all of it is done then, and nothing of it otherwise.
    func perform(_ transaction: RecordTransaction, _ permit: WritePermit) async throws(Failure) -> Bool
}

/// Changes of records that are made together, or not at all.
package struct RecordTransaction: Sendable {
    package enum Condition: Hashable, Sendable {
        case exists
        /// It is as it was when it had this version.
        case version(Int64)
    }

    /// What is attempted, in words.
    package let operation: String
    /// The new records; nil removes one.
    package let changes: [PKey: LedgerRecord?]
    /// What partitions wait for from now on; nil where one waits no more. Each change of a record takes its note away, but
    /// where many are claimed at once: none of them can have one.
    package var notes: [PKey: WaitingNote?]
    /// What must hold of records.
    package var conditions: [PKey: Condition] = [:]
    /// The versions at which keys must stand; only those of sources that are in the same store.
    package var keys: [KeyName: KeyVersion] = [:]

    init(_ operation: String, _ changes: [PKey: LedgerRecord?], if conditions: [PKey: Condition] = [:]) {
        self.operation = operation
        self.changes = changes
        notes = changes.count == 1 ? changes.mapValues { _ in nil } : [:]
        self.conditions = conditions
    }
}

/// The ledger of partitions that are ours, wherever its records are kept.
///
/// What is written because of a key depends on how the key stands. Where key and record are in one store, one transaction
/// does both. Elsewhere the source confirms its keys by a transaction of its own right before: in the milliseconds between, a
/// key may change. Its event then follows and is judged by itself.
package struct PartitionLedger<Store: RecordStore>: InspectableLedger {
    private let store: Store
    private let sources: [any KeySource]

    /// - Parameter sources: who knows how the keys stand, in the order of precedence; the first one is asked for keys that
    ///   bear nobody's name. A ledger without sources can be read, and nothing can be claimed or deleted.
    package init(_ store: Store, sources: [any KeySource]) {
        self.store = store
        self.sources = sources
    }

    package func records() async throws(Failure) -> [PKey: LedgerRecord] {
        try await entries().mapValues(\.record)
    }

    package func entries() async throws(Failure) -> [PKey: LedgerEntry] { try await store.entries() }

    package func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? { try await store.entry(of: pkey) }

    package func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote] {
        try await store.notes(of: entries)
    }

    package func follow(
        _ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void
    ) async throws(Failure) {
        try await store.follow(pkey, tell)
    }

    package func claim(
        _ record: LedgerRecord, for pkey: PKey, _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        try await perform(
            RecordTransaction("claim of PKey \(pkey)", [pkey: record]), expecting: [record.key: record.revision],
            permit)
    }

    package func claim(_ records: [PKey: LedgerRecord], _ permit: WritePermit) async throws(Failure) -> Bool {
        try await perform(
            RecordTransaction("claim of \(records.count) PKeys", records),
            expecting: Dictionary(
                records.values.map { ($0.key, $0.revision) }, uniquingKeysWith: { first, _ in first }),
            permit)
    }

    package func amend(
        _ record: LedgerRecord, for pkey: PKey, _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        try await store.perform(
            RecordTransaction("note on PKey \(pkey)", [pkey: record], if: [pkey: .exists]), permit)
    }

    package func wait(
        _ record: LedgerRecord, for note: WaitingNote, of pkey: PKey, _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        var transaction = RecordTransaction("note on PKey \(pkey)", [pkey: record], if: [pkey: .exists])
        transaction.notes[pkey] = note
        return try await store.perform(transaction, permit)
    }

    package func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [KeyName: KeyVersion], _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        try await perform(
            RecordTransaction("authorisation to delete PKey \(pkey)", [pkey: record], if: [pkey: .exists]),
            expecting: expected, permit)
    }

    package func approve(
        _ shown: LedgerEntry, of pkey: PKey, _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        try await store.perform(
            RecordTransaction(
                "approval of the deletion of PKey \(pkey)", [pkey: shown.record.approved],
                if: [pkey: .version(shown.version)]), permit)
    }

    package func release(_ pkey: PKey, _ permit: WritePermit) async throws(Failure) {
        _ = try await store.perform(RecordTransaction("release of PKey \(pkey)", [pkey: nil]), permit)
    }

    /// Makes a transaction, if every key stands where it is expected.
    private func perform(
        _ transaction: RecordTransaction, expecting expected: [KeyName: KeyVersion], _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        var transaction = transaction
        var remaining = expected
        for (index, source) in sources.enumerated() {
            let own = remaining.filter { key, _ in source.id.names(key) || (index == 0 && isNobodys(key)) }
            guard !own.isEmpty else { continue }
            for key in own.keys { remaining[key] = nil }
            if store.holdsKeys(of: source) {
                transaction.keys.merge(own) { first, _ in first }
            } else {
                guard try await source.confirm(own, permit) else { return false }
            }
        }
        guard remaining.isEmpty else { return false }
        return try await store.perform(transaction, permit)
    }

    private func isNobodys(_ key: KeyName) -> Bool { !sources.contains { $0.id.names(key) } }
}

package import Fabric
import FoundationEssentials
package import KeyHistory
package import Reconciler

/// Where records are kept: in etcd, in a file. It knows nothing of what they mean.
package protocol RecordStore: Sendable {
    /// Reads all that is held: completely, or not at all.
    func contents() async throws(Failure) -> StoredRecords
    /// Whether it has no record, and nothing in the place of one: of all that is held no more is read than that takes.
    func isEmpty() async throws(Failure) -> Bool
    /// Reads one record as it is now; nil where there is none. What is no record fails.
    func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry?
    /// Whether something is kept of a partition that was deleted.
    func hasTombstone(_ pkey: PKey) async throws(Failure) -> Bool
    /// Reads what partitions wait for, as far as a record says `claimed` for the same key and revision.
    func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote]
    /// Tells one record as it is, and again whenever it changes, until the task is cancelled. A failure that may pass is
    /// told, and tried again.
    func follow(_ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void) async throws(Failure)
    /// Tells what stands against taking over a partition that has no record, likewise; nil while nothing does.
    func followConflict(
        over pkey: PKey, _ tell: @escaping @Sendable (Result<ConflictNote?, Failure>) -> Void
    ) async throws(Failure)
    /// Puts these in the place of all that is held, but of what the ledger says of itself. Not at one moment: whoever needs that
    /// says before that it does not count yet.
    func replaceAll(by stored: StoredRecords) async throws(Failure)
    /// Whether it is one store with the keys of a source, so that its transactions compare them.
    func holdsKeys(of source: any KeySource) -> Bool
    /// Reads what it says of itself. What cannot be understood fails.
    func about() async throws(Failure) -> KeptAbout
    /// Writes what it says of itself, over no other version than this.
    func write(_ about: About, over version: RecordVersion) async throws(Failure) -> LedgerAnswer
    /// Makes a transaction: all of it where its conditions hold, else nothing. One that changes nothing only says whether they
    /// hold, and is not answered by a stale member either.
    func perform(_ transaction: RecordTransaction, _ permit: WritePermit) async throws(Failure) -> LedgerAnswer
}

/// Changes of records that are made together, or not at all.
package struct RecordTransaction: Sendable {
    /// What is attempted, in words.
    package let operation: String
    /// What its records say of when they were written.
    let time = Date.now
    /// The new records; nil removes one.
    package let changes: [PKey: LedgerRecord?]
    /// What partitions wait for from now on; nil where one waits no more. Each change of a record takes its note away, but
    /// where many are claimed at once: none of them can have one.
    package var notes: [PKey: Note?]
    /// The versions over which they are written: those of all that are changed.
    package let conditions: [PKey: RecordVersion]
    package enum Note: Hashable, Sendable {
        /// What the partition of this record waits for.
        case waiting(WaitingNote, LedgerRecord)
        /// What stands against taking over one that has no record.
        case conflict(ConflictNote)

        var document: NoteDocument {
            switch self {
            case .waiting(let note, let record): NoteDocument(note, record)
            case .conflict(let note): NoteDocument(note)
            }
        }
    }

    /// What is kept from now on of partitions that are deleted; nil where nothing is any more.
    package var tombstones: [PKey: Tombstone?] = [:]
    /// The tombstones that must stand, in which writing.
    package var standing: [PKey: RecordVersion] = [:]

    /// Whether it says nothing but whether its conditions hold.
    var isQuestion: Bool { changes.isEmpty && notes.isEmpty && tombstones.isEmpty }

    /// How keys must stand; only those of sources that are in the same store.
    package var keys: [KeyName: KeyState] = [:]
    /// Whether a store that is full may say yes without writing it down.
    package var mayGoUnwritten = false

    /// The change of one record.
    init(_ operation: String, _ pkey: PKey, _ record: LedgerRecord?, over version: RecordVersion) {
        self.operation = operation
        changes = [pkey: record]
        conditions = [pkey: version]
        notes = [pkey: nil]
    }

    /// The claim of one, whose tombstone goes: its PKey is used again.
    init(_ operation: String, claiming pkey: PKey, _ record: LedgerRecord, over version: RecordVersion) {
        self.init(operation, pkey, record, over: version)
        tombstones = [pkey: nil]
    }

    /// Tombstones go, each as far as it is this one still.
    init(_ operation: String, clearing pkey: PKey, _ version: RecordVersion) {
        self.operation = operation
        (changes, conditions, notes) = ([:], [:], [:])
        (tombstones, standing) = ([pkey: nil], [pkey: version])
    }

    /// What stands against taking over a partition that has no record; nil where nothing does any more.
    init(_ operation: String, _ pkey: PKey, _ conflict: ConflictNote?) {
        self.operation = operation
        changes = [:]
        conditions = [pkey: .absent]
        notes = [pkey: conflict.map(Note.conflict)]
    }

    /// Nothing: only whether the conditions hold.
    init(_ operation: String, at versions: [PKey: RecordVersion]) {
        self.operation = operation
        changes = [:]
        conditions = versions
        notes = [:]
    }

    /// New records, where there are none.
    init(_ operation: String, new records: [PKey: LedgerRecord]) {
        self.operation = operation
        changes = records
        conditions = records.mapValues { _ in .absent }
        notes = [:]
        tombstones = records.mapValues { _ in nil }
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
    private let times: RecordTimes?

    /// - Parameters:
    ///   - sources: who knows how the keys stand, in the order of precedence; the first one is asked for keys that bear
    ///     nobody's name. A ledger without sources can be read, and nothing can be claimed or deleted.
    ///   - times: is told when records were written.
    package init(_ store: Store, sources: [any KeySource], times: RecordTimes? = nil) {
        self.store = store
        self.sources = sources
        self.times = times
    }

    package func records() async throws(Failure) -> LedgerContent {
        let stored = try await store.contents()
        times?.learn(stored.entries)
        return stored.content
    }

    package func contents() async throws(Failure) -> StoredRecords { try await store.contents() }

    package func isEmpty() async throws(Failure) -> Bool { try await store.isEmpty() }

    package func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? { try await store.entry(of: pkey) }

    package func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote] {
        try await store.notes(of: entries)
    }

    package func follow(
        _ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void
    ) async throws(Failure) {
        try await store.follow(pkey, tell)
    }

    package func followConflict(
        over pkey: PKey, _ tell: @escaping @Sendable (Result<ConflictNote?, Failure>) -> Void
    ) async throws(Failure) {
        try await store.followConflict(over: pkey, tell)
    }

    package func about() async throws(Failure) -> KeptAbout { try await store.about() }

    package func write(_ about: About, over version: RecordVersion) async throws(Failure) -> LedgerAnswer {
        try await store.write(about, over: version)
    }

    package func replaceAll(by stored: StoredRecords) async throws(Failure) {
        try await store.replaceAll(by: stored)
    }

    package func claim(
        _ record: LedgerRecord, for pkey: PKey, over version: RecordVersion, expecting key: KeyState,
        _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        try await perform(
            RecordTransaction("claim of PKey \(pkey)", claiming: pkey, record, over: version),
            expecting: [record.key: key],
            permit, for: .claim)
    }

    package func claim(_ claims: [PKey: NewClaim], _ permit: WritePermit) async throws(Failure) -> LedgerAnswer {
        try await perform(
            RecordTransaction("claim of \(claims.count) PKeys", new: claims.mapValues(\.record)),
            expecting: Dictionary(
                claims.values.map { ($0.record.key, $0.key) }, uniquingKeysWith: { first, _ in first }),
            permit, for: .claim)
    }

    package func amend(
        _ record: LedgerRecord, for pkey: PKey, over version: RecordVersion, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        guard version != .absent else { return .refused }
        return try await perform(
            RecordTransaction("note on PKey \(pkey)", pkey, record, over: version), expecting: [:], permit)
    }

    package func wait(
        _ record: LedgerRecord, for note: WaitingNote, of pkey: PKey, over version: RecordVersion, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        guard version != .absent else { return .refused }
        var transaction = RecordTransaction("note on PKey \(pkey)", pkey, record, over: version)
        transaction.notes[pkey] = .waiting(note, record)
        return try await perform(transaction, expecting: [:], permit)
    }

    package func note(
        _ conflict: ConflictNote?, on pkey: PKey, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        try await perform(
            RecordTransaction("note on the conflict over PKey \(pkey)", pkey, conflict), expecting: [:], permit)
    }

    package func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, over version: RecordVersion, expecting keys: [KeyName: KeyState],
        leaving tombstone: Tombstone?, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        guard version != .absent else { return .refused }
        var transaction = RecordTransaction("authorisation to delete PKey \(pkey)", pkey, record, over: version)
        transaction.mayGoUnwritten = true
        if let tombstone { transaction.tombstones = [pkey: tombstone] }
        return try await perform(transaction, expecting: keys, permit, isWrittenFirst: true)
    }

    package func takeBack(
        _ pkey: PKey, _ record: LedgerRecord, by tombstone: RecordVersion, expecting keys: [KeyName: KeyState],
        _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        var transaction = RecordTransaction("taking back of PKey \(pkey)", pkey, record, over: .absent)
        transaction.standing = [pkey: tombstone]
        return try await perform(transaction, expecting: keys, permit, isWrittenFirst: true)
    }

    package func clear(_ tombstones: [PKey: RecordVersion], _ permit: WritePermit) async throws(Failure) {
        for (pkey, version) in tombstones.sorted(by: { $0.key < $1.key }) {
            _ = try await perform(
                RecordTransaction("clearing of the tombstone of PKey \(pkey)", clearing: pkey, version),
                expecting: [:], permit)
        }
    }

    package func hasTombstone(_ pkey: PKey) async throws(Failure) -> Bool { try await store.hasTombstone(pkey) }

    package func confirm(
        _ pkey: PKey, over version: RecordVersion, expecting keys: [KeyName: KeyState], _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        guard version != .absent else { return .refused }
        return try await perform(
            RecordTransaction("second opinion on PKey \(pkey)", at: [pkey: version]), expecting: keys, permit)
    }

    package func confirm(
        _ expected: [PKey: Premise], _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        var keys: [KeyName: KeyState] = [:]
        for (key, state) in expected.values.flatMap(\.keys) {
            // Nothing can be so that is expected in two ways.
            guard keys.updateValue(state, forKey: key) ?? state == state else { return .refused }
        }
        guard expected.values.allSatisfy({ $0.version != .absent }) else { return .refused }
        return try await perform(
            RecordTransaction("second opinion on \(expected.count) PKeys", at: expected.mapValues(\.version)),
            expecting: keys, permit)
    }

    package func release(
        _ pkey: PKey, over version: RecordVersion, expecting keys: [KeyName: KeyState], _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        guard version != .absent else { return .refused }
        return try await perform(
            RecordTransaction("release of PKey \(pkey)", pkey, nil, over: version), expecting: keys, permit)
    }

    /// Makes a transaction, if every key stands as it is expected.
    ///
    /// - Parameter isWrittenFirst: whether what other stores say of keys is asked for when the record has been written: then
    ///   nothing comes between their word and what is done because of it.
    private func perform(
        _ transaction: RecordTransaction, expecting expected: [KeyName: KeyState], _ permit: WritePermit,
        for purpose: AffirmationPurpose = .other, isWrittenFirst: Bool = false
    ) async throws(Failure) -> LedgerAnswer {
        var transaction = transaction
        var elsewhere: [(source: any KeySource, keys: [KeyName: KeyState])] = []
        var remaining = expected
        for (index, source) in sources.enumerated() {
            let own = remaining.filter { key, _ in source.id.names(key) || (index == 0 && isNobodys(key)) }
            guard !own.isEmpty else { continue }
            for key in own.keys { remaining[key] = nil }
            if store.holdsKeys(of: source) {
                transaction.keys.merge(own) { first, _ in first }
            } else {
                elsewhere.append((source, own))
            }
        }
        guard remaining.isEmpty else { return .refused }
        if !isWrittenFirst, try await !stand(elsewhere, for: purpose, permit) { return .refused }
        let answer = try await store.perform(transaction, permit)
        if case .written(let version) = answer {
            times?.learn(transaction.changes.keys, written: version, at: transaction.time)
        }
        guard isWrittenFirst, answer != .refused, !elsewhere.isEmpty else { return answer }
        do throws(Failure) {
            return try await stand(elsewhere, for: purpose, permit) ? answer : .refused
        } catch {
            // The record is another one by now.
            throw Failure(error.cause, error.message, at: error.place, outcome: .unknown, retryAfter: error.retryAfter)
        }
    }

    /// Whether keys stand so in stores of their own.
    private func stand(
        _ keys: [(source: any KeySource, keys: [KeyName: KeyState])], for purpose: AffirmationPurpose,
        _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        for (source, expected) in keys {
            guard try await source.affirm(expected, for: purpose, permit) else { return false }
        }
        return true
    }

    private func isNobodys(_ key: KeyName) -> Bool { !sources.contains { $0.id.names(key) } }
}

package import Fabric
package import KeyHistory
package import Planning

/// What a source of desired state tells.
package enum SourceEvent: Sendable {
    /// Everything, read completely.
    case listed(KeySnapshot, reason: String)
    /// What the point's version changed.
    case changed(StorePoint, [KeyChange])
    /// Nothing new, but everything up to this point has been told.
    case progress(StorePoint)
    case lost(Failure)
    case restored(after: Duration)
}

/// A source of desired state: keys that name PKeys, such as the PKey directory in etcd.
package protocol KeySource: Sendable {
    var id: SourceID { get }

    /// Reads all keys at one moment: completely, or not at all.
    ///
    /// - Parameter witness: who is not to answer, where another one can.
    func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot

    /// Tells everything from now on, beginning with a list, until the task is cancelled.
    func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure)

    /// Says how keys stand in the source's present state, all at one moment.
    ///
    /// Never from memory: what was read before the call does not count.
    func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher

    /// Says whether keys stand so, in a way that no stale member can answer; up to 60 at once.
    ///
    /// What only a list has told, or the watch while lists are in doubt, is not written to the fabric without it. Versions alone
    /// would not do: after a restore, or with members that disagree, one version has two values.
    ///
    /// - Parameter expected: by key; ``KeyState/absent`` for one that must not be there.
    func confirm(_ expected: [KeyName: KeyState], _ permit: WritePermit) async throws(Failure) -> Bool

    /// Says whether keys stand so, for a ledger that is not in the store of the keys and cannot compare them by itself.
    func affirm(
        _ expected: [KeyName: KeyState], for purpose: AffirmationPurpose, _ permit: WritePermit
    ) async throws(Failure) -> Bool
}

/// What keys are affirmed for.
package enum AffirmationPurpose: Hashable, Sendable {
    /// A partition is to be ours, because a key is there.
    case claim
    /// Whatever else rests on the keys; a deletion above all.
    case other
}

extension KeySource {
    /// A second opinion, and then how they stand now.
    package func affirm(
        _ expected: [KeyName: KeyState], for purpose: AffirmationPurpose, _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        guard try await confirm(expected, permit) else { return false }
        return try await vouch(for: Array(expected.keys)).confirms(expected)
    }

    /// Reads all keys at one moment: completely, or not at all.
    package func list() async throws(Failure) -> KeySnapshot { try await list(avoiding: nil) }

    /// A source of one member that always tells the present vouches for its keys.
    package func confirm(
        _ expected: [KeyName: KeyState], _ permit: WritePermit
    ) async throws(Failure) -> Bool {
        try await vouch(for: Array(expected.keys)).confirms(expected)
    }
}

extension [any KeySource] {
    /// A complete list of each.
    package func lists() async throws(Failure) -> [SourceID: KeySnapshot] {
        var lists: [SourceID: KeySnapshot] = [:]
        for source in self { lists[source.id] = try await source.list() }
        return lists
    }
}

/// How keys stood in their source at one moment, by the source's own word.
package struct Voucher: Hashable, Sendable {
    /// The moment.
    package let point: StorePoint
    /// The keys that were asked for.
    package let states: [KeyName: KeyState]

    package init(at point: StorePoint, _ states: [KeyName: KeyState]) {
        self.point = point
        self.states = states
    }

    /// Whether all these keys stood so.
    package func confirms(_ expected: [KeyName: KeyState]) -> Bool {
        expected.allSatisfy { states[$0.key] == $0.value }
    }
}

/// What keeps, for a next life, how far sources were told.
package protocol PointMemory: Sendable {
    func remember(_ point: StorePoint, of source: SourceID) async throws(Failure)
}

/// The fabric manager. What writes takes a permit of the gate.
package protocol FabricProvider: Sendable {
    /// Reads all partitions: completely, or not at all.
    func snapshot() async throws(Failure) -> FabricSnapshot
    /// Asks something cheap that is about no partition: returns if the fabric manager is at work.
    func ping() async throws(Failure)
    /// Reads one partition; nil means that it is not there.
    func partition(_ pkey: PKey) async throws(Failure) -> Partition?
    /// Performs one step, and in no other way than it says. Whatever is answered, only the next read shows what is so.
    func perform(_ step: PlanStep, _ permit: WritePermit) async throws(Failure) -> StepAnswer
}

/// What the fabric manager made of a step.
package enum StepAnswer: Hashable, Sendable {
    case done
    case refused(StepRefusal)
}

/// A step that the fabric manager did not take as it is, where there may be a way round.
package struct StepRefusal: Hashable, Sendable {
    package let setback: WriteCourse.Setback
    /// What it said.
    package let failure: Failure
    /// Whether it keeps partitions without members, as some releases do not.
    package let keepsEmpty: Bool

    package init(_ setback: WriteCourse.Setback, _ failure: Failure, keepsEmpty: Bool) {
        self.setback = setback
        self.failure = failure
        self.keepsEmpty = keepsEmpty
    }
}

/// The ledger of partitions that are ours. What writes takes a permit of the gate.
///
/// Every writing says over which version of the record it is meant, and is made over no other: a store may carry out what was
/// given up long before, and that must not undo what was written since.
package protocol OwnershipStore: Sendable {
    /// Reads all records: completely, or not at all.
    func records() async throws(Failure) -> LedgerContent
    /// Writes that a partition is ours, if its key still stands as it was told.
    ///
    /// Atomic, on the store's present state: a partition becomes ours only while somebody wants it there. After a wipe of
    /// etcd what we remember could otherwise claim partitions in the new store, whose keys then look deleted.
    func claim(
        _ record: LedgerRecord, for pkey: PKey, over version: RecordVersion, expecting key: KeyState,
        _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer
    /// Claims many partitions at once that have no record, each under the same condition as a single claim: all of them, or
    /// none.
    func claim(_ claims: [PKey: NewClaim], _ permit: WritePermit) async throws(Failure) -> LedgerAnswer
    /// Changes what the ledger says of a partition that is ours.
    func amend(
        _ record: LedgerRecord, for pkey: PKey, over version: RecordVersion, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer
    /// Changes what the ledger says of a partition that is ours to this, and what it waits for; whatever record is written
    /// next takes the note away.
    func wait(
        _ record: LedgerRecord, for note: WaitingNote, of pkey: PKey, over version: RecordVersion, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer
    /// Writes what stands against taking over a partition that has no record, or that nothing does any more.
    func note(_ conflict: ConflictNote?, on pkey: PKey, _ permit: WritePermit) async throws(Failure) -> LedgerAnswer
    /// Marks a partition as being deleted, if its record and its keys still stand as expected.
    ///
    /// Atomic, on the store's present state, so that no deletion can rest on an old or broken read. A store that is full may
    /// only allow it.
    ///
    /// - Parameter tombstone: what is kept of the partition until its PKey is claimed again; nil leaves what is kept as it is.
    func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, over version: RecordVersion, expecting keys: [KeyName: KeyState],
        leaving tombstone: Tombstone?, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer
    /// Takes back a partition that we had deleted and that is there again, marked as being deleted: if it has no record, its
    /// tombstone is this one still, and its keys stand as expected. A store that is full refuses it.
    func takeBack(
        _ pkey: PKey, _ record: LedgerRecord, by tombstone: RecordVersion, expecting keys: [KeyName: KeyState],
        _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer
    /// Takes tombstones away that are too old, each as far as it is this one still.
    func clear(_ tombstones: [PKey: RecordVersion], _ permit: WritePermit) async throws(Failure)
    /// Says whether the record and the keys of a partition that is ours stand so, in a way that no stale member can answer.
    ///
    /// What only a list has told, or the watch while lists are in doubt, is not written to the fabric without it.
    func confirm(
        _ pkey: PKey, over version: RecordVersion, expecting keys: [KeyName: KeyState], _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer
    /// The same of many partitions at once: all of them stand so, or not all.
    func confirm(_ expected: [PKey: Premise], _ permit: WritePermit) async throws(Failure) -> LedgerAnswer
    /// Forgets a partition that is gone, if its record and its keys still stand as expected.
    func release(
        _ pkey: PKey, over version: RecordVersion, expecting keys: [KeyName: KeyState], _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer
}

/// The first record of a partition, and how the key stands that wants it.
package struct NewClaim: Hashable, Sendable {
    package let record: LedgerRecord
    package let key: KeyState

    package init(_ record: LedgerRecord, _ key: KeyState) {
        self.record = record
        self.key = key
    }
}

/// How the record and the keys of a partition that is ours are believed to stand.
package struct Premise: Hashable, Sendable {
    package let version: RecordVersion
    package let keys: [KeyName: KeyState]

    package init(over version: RecordVersion, _ keys: [KeyName: KeyState]) {
        self.version = version
        self.keys = keys
    }
}

/// What the ledger says of a write of ours.
package enum LedgerAnswer: Hashable, Sendable {
    /// It is made; the record has this version now.
    case written(RecordVersion)
    /// All stands as expected, and nothing was written: there was nothing to write, or the store is full and a deletion was
    /// to be authorised.
    case allowed
    /// A key, or the record, is not what it was to be: nothing was written.
    case refused
}

/// Who is told after each turn of the loop how it stands.
///
/// It is called by the loop itself, between one event and the next: what it does must take no time, whatever happens, and it
/// can change nothing.
package protocol TurnWitness: Sendable {
    /// How often the loop is to turn at least, even where nothing happens.
    var beat: Duration { get }
    func turned(_ status: EngineStatus)
}

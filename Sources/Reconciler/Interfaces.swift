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

    /// Says whether keys stand at these versions, in a way that no stale member can answer; up to 100 at once.
    ///
    /// What only a list has told is not written to the fabric without it.
    ///
    /// - Parameter expected: versions by key; ``KeyVersion/absent`` for a key that must not be there.
    func confirm(_ expected: [KeyName: KeyVersion], _ permit: WritePermit) async throws(Failure) -> Bool
}

extension KeySource {
    /// Reads all keys at one moment: completely, or not at all.
    package func list() async throws(Failure) -> KeySnapshot { try await list(avoiding: nil) }

    /// A source of one member that always tells the present vouches for its keys.
    package func confirm(
        _ expected: [KeyName: KeyVersion], _ permit: WritePermit
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
    /// The versions of the keys that were asked for; ``KeyVersion/absent`` for one that was not there.
    package let versions: [KeyName: KeyVersion]

    package init(at point: StorePoint, _ versions: [KeyName: KeyVersion]) {
        self.point = point
        self.versions = versions
    }

    /// Whether all these keys stood at these versions.
    package func confirms(_ expected: [KeyName: KeyVersion]) -> Bool {
        expected.allSatisfy { versions[$0.key] == $0.value }
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
package protocol OwnershipStore: Sendable {
    /// Reads all records: completely, or not at all.
    func records() async throws(Failure) -> [PKey: LedgerRecord]
    /// Writes that a partition is ours, if its key still stands at the version that the record names.
    ///
    /// Atomic, on the store's present state: a partition becomes ours only while somebody wants it there. After a wipe of
    /// etcd what we remember could otherwise claim partitions in the new store, whose keys then look deleted.
    ///
    /// - Returns: whether the record was written.
    func claim(_ record: LedgerRecord, for pkey: PKey, _ permit: WritePermit) async throws(Failure) -> Bool
    /// Claims many partitions at once, each under the same condition as a single claim: all of them, or none.
    ///
    /// - Returns: whether the records were written.
    func claim(_ records: [PKey: LedgerRecord], _ permit: WritePermit) async throws(Failure) -> Bool
    /// Changes what the ledger says of a partition that is ours, if the ledger has it.
    ///
    /// - Returns: whether it had.
    func amend(_ record: LedgerRecord, for pkey: PKey, _ permit: WritePermit) async throws(Failure) -> Bool
    /// Changes what the ledger says of a partition that is ours to this, and what it waits for; whatever record is written
    /// next takes the note away.
    ///
    /// - Returns: whether the ledger had it.
    func wait(
        _ record: LedgerRecord, for note: WaitingNote, of pkey: PKey, _ permit: WritePermit
    ) async throws(Failure) -> Bool
    /// Marks a partition as being deleted, if it is in the ledger and its keys still stand as expected.
    ///
    /// Atomic, on the store's present state, so that no deletion can rest on an old or broken read.
    ///
    /// - Parameter expected: versions by key; ``KeyVersion/absent`` for a key that must not be there.
    /// - Returns: whether the partition may be deleted.
    func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [KeyName: KeyVersion], _ permit: WritePermit
    ) async throws(Failure) -> Bool
    /// Forgets a partition that is gone.
    func release(_ pkey: PKey, _ permit: WritePermit) async throws(Failure)
}

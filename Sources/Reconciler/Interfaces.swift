package import Fabric
package import Planning

/// What the source of desired state tells.
package enum SourceEvent: Sendable {
    /// Everything, read completely.
    case listed(KeySnapshot, reason: String)
    /// What one revision changed.
    case changed(revision: Int64, [KeyChange])
    case lost(Failure)
    case restored(after: Duration)
}

/// Where desired state comes from: the PKey directory in etcd.
package protocol KeyValueSource: Sendable {
    /// Reads all keys at one revision: completely, or not at all.
    func list() async throws(Failure) -> KeySnapshot

    /// Tells everything from now on, beginning with a list, until the task is cancelled.
    func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure)
}

/// The fabric manager.
package protocol FabricProvider: Sendable {
    /// Reads all partitions: completely, or not at all.
    func snapshot() async throws(Failure) -> FabricSnapshot
    /// Reads one partition; nil means that it is not there.
    func partition(_ pkey: PKey) async throws(Failure) -> Partition?
    /// Performs one step. After a failure nothing is known but what the next read shows.
    func perform(_ step: PlanStep) async throws(Failure)
}

/// The ledger of partitions that are ours.
package protocol OwnershipStore: Sendable {
    /// Reads all records: completely, or not at all.
    func records() async throws(Failure) -> [PKey: LedgerRecord]
    /// Writes that a partition is ours, if its key in etcd still stands at the revision that the record names.
    ///
    /// Atomic, on the store's present state: a partition becomes ours only while somebody wants it there. After a wipe of
    /// etcd what we remember could otherwise claim partitions in the new store, whose keys then look deleted.
    ///
    /// - Returns: whether the record was written.
    func claim(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool
    /// Claims many partitions at once, each under the same condition as a single claim: all of them, or none.
    ///
    /// - Returns: whether the records were written.
    func claim(_ records: [PKey: LedgerRecord]) async throws(Failure) -> Bool
    /// Changes what the ledger says of a partition that is ours, if the ledger has it.
    ///
    /// - Returns: whether it had.
    func amend(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool
    /// Marks a partition as being deleted, if it is in the ledger and its keys in etcd still stand as expected.
    ///
    /// Atomic, on the store's present state, so that no deletion can rest on an old or broken read.
    ///
    /// - Parameter expected: revisions by key; 0 for a key that must not be there.
    /// - Returns: whether the partition may be deleted.
    func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [String: Int64]
    ) async throws(Failure) -> Bool
    /// Forgets a partition that is gone.
    func release(_ pkey: PKey) async throws(Failure)
}

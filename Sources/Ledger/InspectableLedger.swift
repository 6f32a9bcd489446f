package import Fabric
package import Reconciler

/// A ledger that people can look into, wait on, and give their approval through.
package protocol InspectableLedger: OwnershipStore {
    /// Reads all that is held: completely, or not at all.
    func contents() async throws(Failure) -> StoredRecords

    /// Reads one record as it is now; nil where there is none. What is no record fails.
    func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry?

    /// Reads what partitions wait for, as far as these records say `claimed` for the same key and revision.
    func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote]

    /// Tells one record as it is, and again whenever it changes, until the task is cancelled. A failure that may pass is
    /// told, and tried again.
    func follow(_ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void) async throws(Failure)

    /// Tells what stands against taking over a partition that has no record, likewise; nil while nothing does.
    func followConflict(
        over pkey: PKey, _ tell: @escaping @Sendable (Result<ConflictNote?, Failure>) -> Void
    ) async throws(Failure)
}

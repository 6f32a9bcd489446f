package import Fabric
package import Reconciler

/// A ledger that people can look into, wait on, and give their approval through.
package protocol InspectableLedger: OwnershipStore {
    /// Reads all that is held: completely, or not at all.
    func contents() async throws(Failure) -> StoredRecords

    /// Whether there is no record, and nothing in the place of one; whether they count, since they have not moved elsewhere, is not
    /// looked at, unlike in `contents`.
    func isEmpty() async throws(Failure) -> Bool

    /// Reads what it says of itself, beside its records. What cannot be understood fails.
    func about() async throws(Failure) -> KeptAbout

    /// Writes what it says of itself, if that is still of this version.
    ///
    /// No permit is asked for: it is about no partition, and the last word is written when the gate is closed for good.
    func write(_ about: About, over version: RecordVersion) async throws(Failure) -> LedgerAnswer

    /// Puts these in the place of all that is held, but of what the ledger says of itself.
    func replaceAll(by stored: StoredRecords) async throws(Failure)

    /// Reads one record as it is now; nil where there is none. What is no record fails.
    func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry?

    /// Whether something is kept of a partition that was deleted: it is gone, and not unknown.
    func hasTombstone(_ pkey: PKey) async throws(Failure) -> Bool

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

extension InspectableLedger {
    /// Whether anything is held here, and has not moved elsewhere.
    package func holdsWhatCounts() async throws(Failure) -> Bool {
        guard try await about().about.counts else { return false }
        return try await !isEmpty()
    }

    /// Changes what it says of itself, and looks again whenever somebody else was quicker.
    ///
    /// - Parameter change: leaves it as it is where there is nothing to do; is called for each look.
    /// - Returns: what it says now.
    @discardableResult
    package func amendAbout(
        _ change: @Sendable (inout About) throws(Failure) -> Void
    ) async throws(Failure) -> About {
        for _ in 0..<8 {
            let kept = try await about()
            var about = kept.about
            try change(&about)
            guard about != kept.about else { return about }
            if try await write(about, over: kept.version) != .refused { return about }
        }
        throw Failure(.busy, "what the ledger says of itself is changed by others all the time")
    }
}

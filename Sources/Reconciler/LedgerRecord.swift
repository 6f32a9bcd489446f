package import KeyHistory

/// What the ledger says of a partition that is ours.
package struct LedgerRecord: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// Written before the first change in UFM: from here on the partition is ours.
        case claimed
        /// UFM shows what the revision wants.
        case synced
        case failing
        /// The key's value cannot be read: UFM keeps what the revision wanted, which is the last one that could.
        case held
        /// The key is gone, and so are suspiciously many others: the partition stays until somebody approves its deletion.
        case guarded
        /// Somebody has approved the deletion.
        case approved
        case deleting
    }

    package var state: State { didSet { isSeenGone = false } }
    /// The name of the key that wants the partition.
    package var key: KeyName
    /// The version of that key.
    package var revision: KeyVersion
    /// Why it is failing or held.
    package var error: String?
    /// Of a partition that is being deleted: whether it was seen to be gone. It is ours until that is beyond doubt.
    package private(set) var isSeenGone = false

    /// - Parameter isSeenGone: counts for what is being deleted.
    package init(
        _ state: State, key: KeyName, revision: KeyVersion, error: String? = nil, isSeenGone: Bool = false
    ) {
        self.state = state
        self.key = key
        self.revision = revision
        self.error = error
        self.isSeenGone = isSeenGone && state == .deleting
    }

    /// Whether the guard may hold the deletion: nobody has approved it, and it is not under way.
    var isGuardable: Bool { state != .approved && state != .deleting }
}

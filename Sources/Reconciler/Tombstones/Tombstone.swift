package import Fabric
package import KeyHistory

/// What the ledger keeps of a partition that we have deleted: what was last there.
///
/// A fabric manager that comes back with an older state has the partition again, and a tenant with it of whom nobody knows any
/// more. By its tombstone it is known to be ours, and nothing else is: others use PKeys too, and the same hosts.
package struct Tombstone: Hashable, Sendable {
    /// The key that had wanted the partition.
    package let key: KeyName
    /// Its members when its deletion was authorised, in ascending order; none where it was not there.
    package let members: [GUID]

    package init(key: KeyName, members: some Sequence<GUID>) {
        self.key = key
        self.members = members.sorted()
    }

    /// Whether a partition is what was deleted: exactly these members, and one of them is such as only pcocc makes, for this
    /// PKey alone.
    package func isOf(_ partition: Partition, _ pkey: PKey) -> Bool {
        partition.number == pkey.number && members == partition.members.guids
            && members.contains { $0.isVirtualFunction(of: pkey) }
    }
}

/// A tombstone as the ledger has it.
package struct KeptTombstone: Hashable, Sendable {
    package let tombstone: Tombstone
    /// Which writing of it that is.
    package let version: RecordVersion

    package init(_ tombstone: Tombstone, _ version: RecordVersion) {
        self.tombstone = tombstone
        self.version = version
    }
}

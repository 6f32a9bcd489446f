package import Fabric

/// What etcd wants of one partition.
package enum Intent: Hashable, Sendable {
    /// Exactly these members; never an empty set.
    case present(DesiredPartition)
    /// No key, or a key that names no valid GUID.
    case absent
    /// A key that cannot be read: the partition stays as it is until the key can.
    case held
}

/// A partition that should be: at least one member, and flags for what has to be made.
package struct DesiredPartition: Hashable, Sendable {
    package let members: [GUID: Member]
    /// For a partition that does not exist yet; one that does keeps its own.
    package let ipOverIB: Bool

    /// The partition, or nil without a member.
    package init?(members: some Sequence<Member>, ipOverIB: Bool) {
        self.members = Dictionary(members.map { ($0.guid, $0) }, uniquingKeysWith: { _, later in later })
        self.ipOverIB = ipOverIB
        if self.members.isEmpty { return nil }
    }
}

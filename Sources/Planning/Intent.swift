package import Fabric

/// What is to be done with one partition.
package enum Intent: Hashable, Sendable {
    /// Exactly these members; never an empty set.
    case present(DesiredPartition)
    /// No key, or a key that names no valid GUID.
    case absent
    /// The partition stays as it is until the reason is gone.
    case held(HoldReason)
}

/// Why a partition is left as it is, whatever etcd says.
package enum HoldReason: String, Sendable, CaseIterable {
    /// Its key in etcd has a value that cannot be read.
    case unreadable
    /// It is outside the managed range.
    case outsideRange = "outside-range"
    /// The policy forbids the change.
    case policy
    /// Its deletion is one of suspiciously many, and nobody has approved it yet.
    case deletionGuard = "deletion-guard"
}

/// A partition that should be: at least one member, and flags for what has to be made.
package struct DesiredPartition: Hashable, Sendable {
    package let members: [GUID: Member]
    /// For a partition that does not exist yet; one that does keeps its own, unless flags are enforced.
    package let ipOverIB: Bool

    /// The partition, or nil without a member.
    package init?(members: some Sequence<Member>, ipOverIB: Bool) {
        self.members = Dictionary(members.map { ($0.guid, $0) }, uniquingKeysWith: { _, later in later })
        self.ipOverIB = ipOverIB
        if self.members.isEmpty { return nil }
    }
}

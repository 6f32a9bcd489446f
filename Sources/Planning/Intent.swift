package import Fabric

/// What is to be done with one partition.
package enum Intent: Hashable, Sendable {
    /// Exactly these members; never an empty set.
    case present(DesiredPartition)
    /// No key, or a key whose lists are empty.
    case absent
    /// The partition stays as it is until the reason is gone.
    case held(HoldReason)

    /// Whether anything may come of it.
    package var isCarriedOut: Bool {
        switch self {
        case .present, .absent: true
        case .held: false
        }
    }
}

/// Why a partition is left as it is, whatever etcd says.
package enum HoldReason: String, Sendable, CaseIterable {
    /// What the ledger has of it cannot be read, or is not its own.
    case record
    /// UFM has a partition of that number which is not ours, and nobody has said that it is.
    case conflict
    /// Its key in etcd has a value that cannot be read.
    case unreadable
    /// It is outside the managed range.
    case outsideRange = "outside-range"
    /// The policy forbids the change.
    case policy
    /// Its deletion is one of suspiciously many, and nobody has approved it yet.
    case deletionGuard = "deletion-guard"
    /// A list lacks its key, and the watch has yet to tell the end of it.
    case awaitingWatch = "awaiting-watch"
    /// Members of the source disagree, and only a list says what is wanted.
    case membersDisagree = "members-disagree"
    /// The watch has told of its key what cannot be true beside what was told before, while a list of the source is in doubt.
    case disputed
}

/// A partition that should be: at least one member, and flags for what has to be made.
package struct DesiredPartition: Hashable, Sendable {
    package let members: Members
    /// For a partition that does not exist yet; one that does keeps its own, unless flags are enforced.
    package let ipOverIB: Bool

    /// The partition, or nil without a member.
    package init?(members: some Sequence<Member>, ipOverIB: Bool) {
        self.members = Members(members)
        self.ipOverIB = ipOverIB
        if self.members.isEmpty { return nil }
    }
}

/// Which ports of a tenant get the partition at index 0 of their PKey table.
package enum Index0Policy: String, Sendable, CaseIterable {
    /// Hosts and virtual functions, as the predecessor did.
    case all
    /// Virtual functions alone, as pcocc's own daemon told OpenSM.
    case vf
    case none
}

/// The flags that new members and new partitions get; those of members already there are left alone.
package struct FlagPolicy: Hashable, Sendable {
    package var index0: Index0Policy
    package var ipOverIB: Bool

    package init(index0: Index0Policy = .all, ipOverIB: Bool = false) {
        self.index0 = index0
        self.ipOverIB = ipOverIB
    }

    /// The members that hosts and virtual functions become. A port named as both is a virtual function.
    package func members(hosts: [GUID], virtualFunctions: [GUID]) -> Members {
        // Of two with one GUID the later counts.
        Members(
            hosts.map { Member(guid: $0, index0: index0 == .all) }
                + virtualFunctions.map { Member(guid: $0, index0: index0 != .none) })
    }
}

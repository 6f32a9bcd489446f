package import Fabric

/// What one partition is to be, whoever wants it: the daemon for a key, an import for an entry of its file, the command
/// line for the GUIDs of `--set-guids`.
package struct PartitionGoal: Hashable, Sendable {
    package let pkey: PKey
    /// These and no others; none for a partition that is there without members.
    package var members: Members
    package var ipOverIB: Bool
    /// Its name; nil where any will do.
    package var name: String?
    /// Its quality of service; nil where any will do.
    package var qos: QualityOfService?

    package init(
        _ pkey: PKey, members: some Sequence<Member>, ipOverIB: Bool, name: String? = nil,
        qos: QualityOfService? = nil
    ) {
        self.pkey = pkey
        self.members = Members(members)
        self.ipOverIB = ipOverIB
        self.name = name
        self.qos = qos
    }

    package init(_ pkey: PKey, _ desired: DesiredPartition) {
        self.init(pkey, members: desired.members, ipOverIB: desired.ipOverIB)
    }

    /// A partition as it is; nil for 0x0 and the default partition, which nobody may write.
    package init?(_ partition: Partition) {
        guard let pkey = PKey(partition.number) else { return nil }
        self.init(
            pkey, members: partition.members, ipOverIB: partition.ipOverIB, name: partition.customName,
            qos: partition.qos)
    }

    /// The same, but index 0 of members that are there already, and IP over IB of the partition itself, as they are.
    func keepingFlags(of actual: Partition) -> PartitionGoal {
        var goal = self
        goal.ipOverIB = actual.ipOverIB
        goal.members = Self.keepingIndex0(members, of: actual)
        return goal
    }

    /// A partition with the flags that it is to have, where nobody tells which ones it has.
    func assumed(of actual: Partition) -> Partition {
        guard !actual.tellsIndex0 || !actual.tellsIPOverIB else { return actual }
        var assumed = actual
        if !actual.tellsIPOverIB { assumed.ipOverIB = ipOverIB }
        if !actual.tellsIndex0 {
            assumed.members = actual.members.reflagged { there in
                var member = there
                if let wanted = members[there.guid] { member.index0 = wanted.index0 }
                return member
            }
        }
        return assumed
    }

    /// The members with the memberships that are wanted, and index 0 as it is where they are there already.
    static func keepingIndex0(_ members: Members, of actual: Partition) -> Members {
        guard members != actual.members else { return members }
        return members.reflagged { wanted in
            var member = wanted
            if let there = actual.members[wanted.guid] { member.index0 = there.index0 }
            return member
        }
    }

    /// The same for a partition that goes and is made anew: where any name and quality of service will do, those it had.
    func remaking(_ actual: Partition) -> PartitionGoal {
        var goal = self
        goal.name = name ?? actual.customName
        goal.qos = qos ?? actual.qos
        return goal
    }
}

package import Fabric

/// Ports that a partition is to have and may not be given yet, since other partitions still have them: one at least.
///
/// What is left of a wish without them is no wish of its own: where no port is left, nothing is deleted or let go of, and
/// nothing is in step.
package struct Waiting: Hashable, Sendable {
    /// Which partition still has it, by port.
    package let holders: [GUID: PKey]

    /// The ports with those that have them; nil where there is none.
    package init?(_ holders: [GUID: PKey]) {
        guard !holders.isEmpty else { return nil }
        self.holders = holders
    }

    /// The ports in ascending order.
    package var ports: [GUID] { holders.keys.sorted() }
}

extension Planner {
    /// The steps that lead as far as can be got while ports are waited for: nothing that waits is named by any, and what is
    /// to leave leaves.
    ///
    /// - Parameter actual: the partition as the fabric has it; what is in it already waits for nothing.
    package func steps(
        for pkey: PKey, _ desired: DesiredPartition, without waiting: Waiting?, actual: Partition?,
        strategy: WriteStrategy = .single
    ) -> [PlanStep] {
        var goal = PartitionGoal(pkey, desired)
        guard let waiting else { return steps(for: goal, actual: actual, strategy: strategy) }
        goal.members = Members(
            goal.members.filter { waiting.holders[$0.guid] == nil || actual?.members[$0.guid] != nil })
        guard goal.members.isEmpty else { return steps(for: goal, actual: actual, strategy: strategy) }
        let leaving = actual?.members.guids ?? []
        return leaving.isEmpty ? [] : [.remove(pkey, leaving)]
    }
}

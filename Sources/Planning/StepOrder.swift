package import Fabric

/// One of several partitions that are changed together.
package struct PartitionChange: Hashable, Sendable {
    package let pkey: PKey
    /// As UFM has it; nil where it does not.
    package let actual: Partition?
    /// What it is to be; nil where it is to go.
    package let goal: PartitionGoal?

    package init(_ pkey: PKey, from actual: Partition?, to goal: PartitionGoal?) {
        self.pkey = pkey
        self.actual = actual
        self.goal = goal
    }

    /// How it differs from what it is to be. Of one that is to go, all members are unexpected.
    package var difference: Difference {
        guard let goal else { return Difference(from: actual, to: [], ipOverIB: actual?.ipOverIB ?? false) }
        return Difference(from: actual, to: goal)
    }
}

/// The steps of several partitions, in an order in which a port leaves before it joins.
///
/// All of `leaving` comes before any of `joining`. Whoever carries them out leaves a port out of `joining` as long as it
/// is not seen to have left: this order alone does not help where a removal fails.
package struct StepOrder: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package let pkey: PKey
        package let steps: [PlanStep]
    }

    /// Removals and deletions, in ascending order of PKey.
    package let leaving: [Entry]
    /// All else, in ascending order of PKey; an exchange by one request is among these.
    package let joining: [Entry]

    /// All steps of each partition, in their order.
    package let steps: [PKey: [PlanStep]]
}

extension Planner {
    /// The steps of several partitions, none of which gets a port before the other has given it up.
    ///
    /// Members change places in one request only where nobody who leaves is on the way to another of these partitions.
    package func order(_ changes: some Sequence<PartitionChange>) -> StepOrder {
        let changes = changes.sorted { $0.pkey < $1.pkey }
        let arriving = Set(changes.flatMap { $0.difference.missing.map(\.guid) })
        var (leaving, joining): ([StepOrder.Entry], [StepOrder.Entry]) = ([], [])
        var all: [PKey: [PlanStep]] = [:]
        for change in changes {
            let steps = steps(of: change, arriving: arriving)
            all[change.pkey] = steps
            let takingAway = steps.prefix(while: \.takesAwayOnly)
            if !takingAway.isEmpty { leaving.append(StepOrder.Entry(pkey: change.pkey, steps: Array(takingAway))) }
            if takingAway.count < steps.count {
                joining.append(StepOrder.Entry(pkey: change.pkey, steps: Array(steps.dropFirst(takingAway.count))))
            }
        }
        return StepOrder(leaving: leaving, joining: joining, steps: all)
    }

    private func steps(of change: PartitionChange, arriving: Set<GUID>) -> [PlanStep] {
        guard let goal = change.goal else { return change.actual == nil ? [] : [.delete(change.pkey)] }
        let isFree = arriving.isDisjoint(with: change.difference.unexpected)
        return steps(for: goal, actual: change.actual, strategy: isFree ? .single : .removeThenAdd)
    }
}

extension PlanStep {
    fileprivate var takesAwayOnly: Bool {
        switch self {
        case .remove, .delete: true
        case .create, .add, .replace, .setQoS: false
        }
    }
}

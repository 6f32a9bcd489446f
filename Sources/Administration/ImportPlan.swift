package import Fabric
package import Planning

/// What makes UFM's partitions those of a file; a pure value.
package struct ImportPlan: Sendable {
    /// What is to be done to one partition.
    package struct Entry: Sendable {
        package enum Action: String, Sendable {
            case create, change, delete, unchanged
        }

        package let pkey: PKey
        /// As UFM has it; nil where it does not.
        package let current: Partition?
        /// As the file has it; nil where it does not.
        package let wanted: PartitionGoal?
        package let difference: Difference

        package init(_ pkey: PKey, current: Partition?, wanted: PartitionGoal?) {
            self.pkey = pkey
            self.current = current
            self.wanted = wanted
            difference = PartitionChange(pkey, from: current, to: wanted).difference
        }

        package var action: Action {
            guard wanted != nil else { return .delete }
            guard current != nil else { return .create }
            return difference.isEmpty ? .unchanged : .change
        }
    }

    /// In ascending order of PKey; also those without a change.
    package let entries: [Entry]
    /// Those with a change.
    package let changes: [Entry]
    /// The requests, as the planner orders them.
    package let order: StepOrder
    /// What of the file's wishes these leave undone.
    package let obstacles: [PKey: Planner.Obstacle]

    /// - Parameters:
    ///   - current: every partition that may be written, with its quality of service.
    ///   - prunes: whether what is not in the file is to go.
    package init(
        from current: [PKey: Partition], to wanted: [PartitionGoal], prunes: Bool, limits: UFMLimits = UFMLimits()
    ) {
        let goals = Dictionary(wanted.map { ($0.pkey, $0) }, uniquingKeysWith: { _, later in later })
        let pkeys = prunes ? Set(goals.keys).union(current.keys) : Set(goals.keys)
        entries = pkeys.sorted().map { Entry($0, current: current[$0], wanted: goals[$0]) }
        changes = entries.filter { $0.action != .unchanged }
        let planner = Planner(enforcesFlags: true, limits: limits)
        let order = planner.order(changes.map { PartitionChange($0.pkey, from: $0.current, to: $0.wanted) })
        self.order = order
        var obstacles: [PKey: Planner.Obstacle] = [:]
        for entry in changes {
            guard let goal = entry.wanted else { continue }
            obstacles[entry.pkey] = planner.obstacle(
                to: goal, actual: entry.current, steps: order.steps[entry.pkey] ?? [])
        }
        self.obstacles = obstacles
    }

    /// What is to be taken away.
    package struct Destruction: Hashable, Sendable {
        package let deletedPartitions: Int
        package let removedMembers: Int
        /// The partitions that lose members and stay.
        package let poorerPartitions: Int
    }

    /// What is to be taken away; nil where nothing is.
    package var destruction: Destruction? {
        let deletions = changes.count { $0.action == .delete }
        let poorer = changes.filter { $0.action != .delete && !$0.difference.unexpected.isEmpty }
        guard deletions > 0 || !poorer.isEmpty else { return nil }
        return Destruction(
            deletedPartitions: deletions, removedMembers: poorer.reduce(0) { $0 + $1.difference.unexpected.count },
            poorerPartitions: poorer.count)
    }

    /// A partition that is to be made under a name of the file; nil where none is.
    package var firstToBeNamed: PKey? {
        changes.first { entry in
            guard entry.wanted?.name != nil, let steps = order.steps[entry.pkey] else { return false }
            return steps.contains { if case .create = $0 { true } else { false } }
        }?.pkey
    }
}

package import Fabric

/// How members are exchanged for others.
package enum WriteStrategy: Hashable, Sendable, CaseIterable {
    /// By one request that sets them all, where one can: old and new members change places at once.
    case single
    /// Those who must go are removed, then the others are added.
    case removeThenAdd
    /// Likewise, and a partition is made by adding too, for a UFM that refused a request which sets all members. Only where
    /// adding does not make it, that one is tried all the same (``WriteCourse``); and QoS has a PUT of its own.
    case wholeLast
}

/// Decides which requests make a partition what it is to be, for the daemon, for an import and for the command line. Pure:
/// the same inputs give the same steps in the same order.
///
///     wanted             | in UFM              | owned | policy    | steps
///     -------------------+---------------------+-------+-----------+----------------------------------------------
///     members            | no partition        | any   | 1         | create by adding
///     … with name, QoS   | no partition        | any   | 2         | create whole, as many as one request takes,
///       or both          |                     |       |           |   and add the rest
///       memberships      |                     |       |           |
///     no members         | no partition        | any   | 2         | create empty
///     members            | some of these       | any   | 1         | add
///     members            | these and others    | any   | 1         | remove
///     members            | some, and others    | any   | 1         | replace, if all have one index 0 and go into one
///                        |                     |       |           |   request; else remove, add
///     members            | others alone        | any   | 1         | replace, likewise; else remove, create
///     no members         | members             | any   | 2         | remove, create empty
///     members            | these, otherwise    | any   | 1         | add those that have another membership, or, where
///                        |                     |       |           |   flags are enforced, other flags; else none
///     … but some wait    | anything            | any   | 1         | as if those were not wanted; where no other is,
///                        |                     |       |           |   remove all that are there
///     … with QoS         | another QoS         | any   | 2         | set QoS, after what the members need
///     absent             | a partition         | yes   | sync      | delete
///     absent             | a partition         | yes   | otherwise | none: held
///     absent             | a partition         | no    | any       | none: unmanaged
///     absent             | no partition        | any   | any       | none
///     held               | anything            | any   | any       | none
///
///     1  sync, upsert-only, an import, the command line; under `report` it is held
///     2  an import, the command line: no key in etcd asks for it
///
/// Policy, managed range and deletion guard have had their say before: what they hold back arrives here as
/// ``Intent/held(_:)``. The claim in the ledger stands before the first step; etcd is asked before a deletion.
package struct Planner: Hashable, Sendable {
    /// Whether the flags of members that are there already, and of the partition itself, are made what is wanted. Membership
    /// is no such flag: a limited member does not reach its like, so that it is always made what is wanted.
    package var enforcesFlags: Bool
    /// What goes into one request. Above what one that sets all members takes, they are removed and added instead.
    package var limits: UFMLimits

    package init(enforcesFlags: Bool = false, limits: UFMLimits = UFMLimits()) {
        self.enforcesFlags = enforcesFlags
        self.limits = limits
    }

    /// The steps for one partition, none when it is right.
    ///
    /// - Parameters:
    ///   - actual: the partition as the fabric has it, nil where it has none.
    ///   - isOwned: whether the ledger says that we made or adopted it. What is not owned is never deleted.
    ///   - waiting: ports of it that other partitions have still to give up.
    package func steps(
        for pkey: PKey, intent: Intent, actual: Partition?, isOwned: Bool, waiting: Waiting? = nil,
        strategy: WriteStrategy = .single
    ) -> [PlanStep] {
        switch intent {
        case .held: []
        case .absent: isOwned && actual != nil ? [.delete(pkey)] : []
        case .present(let desired):
            steps(for: pkey, desired, without: waiting, actual: actual, strategy: strategy)
        }
    }

    /// Whether a partition that is there is what it is to be, so that it takes no step: seen without making any.
    package func isRight(_ actual: Partition, for desired: DesiredPartition) -> Bool {
        // What nobody tells of a partition, and flags that are not enforced, are as they are wanted.
        guard !(enforcesFlags && actual.tellsIPOverIB) || actual.ipOverIB == desired.ipOverIB else { return false }
        return actual.members.are(desired.members, regardlessOfIndex0: !(enforcesFlags && actual.tellsIndex0))
    }

    /// How a partition differs as far as this planner is to change it.
    package func difference(from actual: Partition?, to desired: DesiredPartition) -> Difference {
        guard let actual, let pkey = PKey(actual.number) else {
            return Difference(from: actual, to: desired.members, ipOverIB: desired.ipOverIB)
        }
        let assumed = PartitionGoal(pkey, desired).assumed(of: actual)
        guard !enforcesFlags else {
            return Difference(from: assumed, to: desired.members, ipOverIB: desired.ipOverIB)
        }
        let members = PartitionGoal.keepingIndex0(desired.members, of: assumed)
        return Difference(from: assumed, to: members, ipOverIB: assumed.ipOverIB)
    }

    /// The steps that make a partition what it is to be, none when it is.
    ///
    /// What UFM cannot change in a partition that is there stays as it is; ``obstacle(to:actual:steps:)`` tells.
    package func steps(
        for wanted: PartitionGoal, actual: Partition?, strategy: WriteStrategy = .single
    ) -> [PlanStep] {
        guard let actual = actual.map(wanted.assumed) else { return creation(of: wanted, strategy) }
        let goal = enforcesFlags ? wanted : wanted.keepingFlags(of: actual)
        let difference = Difference(from: actual, to: goal)
        let (pkey, ipOverIB) = (goal.pkey, goal.ipOverIB)
        let obsolete = difference.unexpected
        let qos = difference.qosDiffers ? goal.qos.map { [PlanStep.setQoS(pkey, $0)] } ?? [] : []
        var changed = (difference.missing + difference.misflagged).sorted { $0.guid < $1.guid }
        if changed.isEmpty, difference.ipOverIBDiffers {
            // The flag of a partition changes with any addition, that of a member which is there included.
            changed = Array(goal.members.prefix(1))
        }
        guard !obsolete.isEmpty else { return (changed.isEmpty ? [] : [.add(pkey, changed, ipOverIB: ipOverIB)]) + qos }
        // UFM deletes a partition with its last member: it is made anew, and keeps what it was called and given.
        let isRemade = obsolete.count == actual.members.count
        guard !changed.isEmpty || isRemade else { return [.remove(pkey, obsolete)] + qos }
        let whole = Array(goal.members)
        // A replacing request has one index0 for all; with mixed ones it would change members that stay.
        let isUniform = Set(whole.map(\.index0)).count == 1
        if strategy == .single, isUniform, whole.count <= limits.replaced {
            let kept = (goal.qos ?? actual.qos)?.uncommon
            return [.replace(pkey, whole, ipOverIB: ipOverIB, qos: kept)] + qos
        }
        // The old tenant goes before the new one comes.
        if isRemade { return [.remove(pkey, obsolete)] + creation(of: goal.remaking(actual), strategy) }
        return [.remove(pkey, obsolete), .add(pkey, changed, ipOverIB: ipOverIB)] + qos
    }

    /// The steps that make a partition which is not there.
    private func creation(of goal: PartitionGoal, _ strategy: WriteStrategy) -> [PlanStep] {
        let qos = goal.qos?.uncommon
        func new(_ members: [Member], _ qos: QualityOfService?, by way: NewPartition.Way) -> PlanStep {
            .create(
                NewPartition(goal.pkey, members, ipOverIB: goal.ipOverIB, name: goal.name, qos: qos, by: way))
        }
        let members = Array(goal.members)
        guard let index0 = members.first?.index0 else { return [new([], qos, by: .empty(index0: false))] }
        let isPlain = goal.name == nil && qos == nil && Set(members.map(\.membership)).count == 1
        guard !isPlain, strategy != .wholeLast else {
            return [new(members, nil, by: .adding)] + (qos.map { [.setQoS(goal.pkey, $0)] } ?? [])
        }
        let first = Array(members.filter { $0.index0 == index0 }.prefix(limits.replaced))
        let isFirst = Set(first.map(\.guid))
        let rest = members.filter { !isFirst.contains($0.guid) }
        return [new(first, qos, by: .whole)]
            + (rest.isEmpty ? [] : [.add(goal.pkey, rest, ipOverIB: goal.ipOverIB)])
    }

    /// What no request can change in a partition that is there.
    package enum Obstacle: Hashable, Sendable {
        /// UFM names a partition when it is made.
        case name
        /// UFM sets IP over IB with members, and there are none.
        case ipOverIB
    }

    /// What of a goal the steps towards it leave undone; nil where they lead there.
    package func obstacle(to wanted: PartitionGoal, actual: Partition?, steps: [PlanStep]) -> Obstacle? {
        guard let actual = actual.map(wanted.assumed),
            !steps.contains(where: { if case .create = $0 { true } else { false } })
        else { return nil }
        let goal = enforcesFlags ? wanted : wanted.keepingFlags(of: actual)
        let difference = Difference(from: actual, to: goal)
        if difference.nameDiffers { return .name }
        return difference.ipOverIBDiffers && goal.members.isEmpty ? .ipOverIB : nil
    }
}

/// How a partition differs from what it is to be.
package struct Difference: Hashable, Sendable {
    /// Members to add, in ascending order of GUID.
    package var missing: [Member] = []
    /// GUIDs that should not be there, in ascending order.
    package var unexpected: [GUID] = []
    /// Members that are there with another membership or index 0, as they should be.
    package var misflagged: [Member] = []
    package var ipOverIBDiffers = false
    /// Whether another name is wanted than it has.
    package var nameDiffers = false
    /// Whether another quality of service is wanted than it has.
    package var qosDiffers = false

    package var isEmpty: Bool { self == Difference() }

    private init() {}

    /// - Parameters:
    ///   - actual: nil where there is no partition; then all members are missing, and nothing else differs.
    package init(
        from actual: Partition?, to wanted: Members, ipOverIB: Bool, name: String? = nil,
        qos: QualityOfService? = nil
    ) {
        guard let actual else {
            missing = Array(wanted)
            return
        }
        let members = actual.members
        // As a rule nothing differs, and to see that is a hundred times cheaper than to look for each member.
        if members != wanted {
            missing = wanted.filter { members[$0.guid] == nil }
            unexpected = members.guids.filter { wanted[$0] == nil }
            misflagged = wanted.filter { wanted in members[wanted.guid].map { $0 != wanted } ?? false }
        }
        ipOverIBDiffers = actual.ipOverIB != ipOverIB
        nameDiffers = name != nil && name != actual.customName
        qosDiffers = qos != nil && qos != actual.qos
    }

    package init(from actual: Partition?, to goal: PartitionGoal) {
        self.init(from: actual, to: goal.members, ipOverIB: goal.ipOverIB, name: goal.name, qos: goal.qos)
    }
}

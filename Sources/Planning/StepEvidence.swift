package import Fabric

/// What a read shows of a step that UFM has taken.
package enum StepEvidence: Hashable, Sendable {
    case done
    /// Ports that it was to take away are there. There is no patience with that: two tenants may be together.
    case notGone
    /// What it was to add is not there: reads may lag behind.
    case notThere
}

extension PlanStep {
    /// What the partition, as it was read, shows of this step. Of flags, membership alone counts: not every UFM tells others.
    package func evidence(in partition: Partition?) -> StepEvidence {
        let there = partition?.members ?? []
        func has(_ members: [Member]) -> Bool {
            members.allSatisfy { there[$0.guid]?.membership == $0.membership }
        }
        switch self {
        case .create(let new): return partition != nil && has(new.members) ? .done : .notThere
        case .add(_, let members, _): return has(members) ? .done : .notThere
        case .remove(_, let guids): return guids.allSatisfy { there[$0] == nil } ? .done : .notGone
        case .replace(_, let members, _, _):
            let named = Set(members.map(\.guid))
            guard there.guids.allSatisfy(named.contains) else { return .notGone }
            return has(members) ? .done : .notThere
        case .setQoS: return partition != nil ? .done : .notThere
        case .delete: return partition == nil ? .done : .notGone
        }
    }

    /// Ports that are in the partition after the step and need not have been before.
    package var arriving: [GUID] {
        switch self {
        case .create(let new): new.members.map(\.guid)
        case .add(_, let members, _), .replace(_, let members, _, _): members.map(\.guid)
        case .remove, .setQoS, .delete: []
        }
    }
}

import Administration
import Fabric
import Planning
import UFMClient
import UFMModel

/// One thing that the client is asked to do with a partition, and what the partition is to be after it.
enum Step: Sendable {
    case create
    case add([Member])
    case replace([Member])
    case remove([GUID])
    case delete
    case setQoS(QualityOfService)

    /// None of our partitions has IP over IB: UFM's default is to have it, so a flag that is lost shows.
    static let ipOverIB = false

    /// The steps for a partition that is like this before, as whoever plans them knows.
    func planned(for key: PKey, from actual: Fabric.Partition?) -> [PlanStep] {
        func new(_ members: [Member], by way: NewPartition.Way) -> PlanStep {
            .create(NewPartition(key, members, ipOverIB: Self.ipOverIB, by: way))
        }
        switch self {
        case .create: return [new([], by: .empty(index0: false))]
        case .add(let members):
            return actual == nil ? [new(members, by: .adding)] : [.add(key, members, ipOverIB: Self.ipOverIB)]
        case .replace(let members):
            let planner = Planner(enforcesFlags: true)
            guard members.count <= planner.limits.replaced else {
                let goal = PartitionGoal(key, members: members, ipOverIB: Self.ipOverIB)
                return planner.steps(for: goal, actual: actual)
            }
            return actual == nil ? [new(members, by: .whole)] : [.replace(key, members, ipOverIB: Self.ipOverIB)]
        case .remove(let guids): return [.remove(key, guids)]
        case .delete: return [.delete(key)]
        case .setQoS(let qos): return [.setQoS(key, qos)]
        }
    }

    func perform(_ client: UFMClient, _ key: PKey, from actual: Fabric.Partition?) async throws(UFMError) {
        try await PartitionWriter(client).perform(planned(for: key, from: actual))
    }

    /// The members that must be there afterwards, all of them, if those refused are not let in.
    func members(after before: Members, refused: Set<GUID> = []) -> Members {
        var members = before
        switch self {
        case .create, .setQoS: break
        case .replace(let wanted):
            members = []
            for member in wanted where !refused.contains(member.guid) { members[member.guid] = member }
        case .add(let wanted):
            for member in wanted where !refused.contains(member.guid) { members[member.guid] = member }
        case .remove(let guids):
            for guid in guids { members[guid] = nil }
        case .delete: members = []
        }
        return members
    }
}

extension UFMModel.Partition {
    /// The partition in our own terms.
    var fabricPartition: Fabric.Partition {
        Fabric.Partition(
            number: PartitionNumber(lowBitsOf: key), name: name, ipOverIB: ipOverIB, members: fabricMembers)
    }

    /// The members in our own terms.
    var fabricMembers: Members {
        var result: Members = []
        for (number, member) in members {
            guard let guid = GUID(number) else { continue }
            result[guid] = Member(
                guid: guid, membership: member.membership == .full ? .full : .limited, index0: member.index0)
        }
        return result
    }
}

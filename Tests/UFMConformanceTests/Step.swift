import Fabric
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

    func perform(_ client: UFMClient, _ key: PKey) async throws(UFMError) {
        switch self {
        case .create: _ = try await client.createEmpty(key, ipOverIB: Self.ipOverIB, index0: false)
        case .add(let members): try await client.addMembers(members, to: key, ipOverIB: Self.ipOverIB)
        case .replace(let members):
            try await client.replaceMembers(of: key, with: members, ipOverIB: Self.ipOverIB)
        case .remove(let guids): try await client.removeMembers(guids, from: key)
        case .delete: _ = try await client.deletePartition(key)
        case .setQoS(let qos): _ = try await client.setQoS(of: key, to: qos)
        }
    }

    /// The members that must be there afterwards, all of them, if those refused are not let in.
    func members(after before: [GUID: Member], refused: Set<GUID> = []) -> [GUID: Member] {
        var members = before
        switch self {
        case .create, .setQoS: break
        case .replace(let wanted):
            members = [:]
            for member in wanted where !refused.contains(member.guid) { members[member.guid] = member }
        case .add(let wanted):
            for member in wanted where !refused.contains(member.guid) { members[member.guid] = member }
        case .remove(let guids):
            for guid in guids { members[guid] = nil }
        case .delete: members = [:]
        }
        return members
    }
}

extension UFMModel.Partition {
    /// The members in our own terms.
    var fabricMembers: [GUID: Member] {
        var result: [GUID: Member] = [:]
        for (number, member) in members {
            guard let guid = GUID(number) else { continue }
            result[guid] = Member(
                guid: guid, membership: member.membership == .full ? .full : .limited, index0: member.index0)
        }
        return result
    }
}

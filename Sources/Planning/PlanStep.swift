package import Fabric

/// One request that changes the fabric.
package enum PlanStep: Hashable, Sendable {
    /// Adds members; makes the partition if it is not there.
    case add(PKey, [Member], ipOverIB: Bool)
    case remove(PKey, [GUID])
    /// Makes the members exactly these, in one request.
    case replace(PKey, [Member], ipOverIB: Bool)
    case delete(PKey)

    package var pkey: PKey {
        switch self {
        case .add(let pkey, _, _), .remove(let pkey, _), .replace(let pkey, _, _), .delete(let pkey): pkey
        }
    }

    /// What the partition is after the step, if the fabric manager does as asked.
    ///
    /// A partition that loses its last member is gone: UFM deletes it by itself.
    package func applied(to partition: Partition?) -> Partition? {
        switch self {
        case .add(let pkey, let added, let ipOverIB):
            var result = partition ?? Partition(number: pkey.number, ipOverIB: ipOverIB, members: [])
            for member in added { result.members[member.guid] = member }
            result.ipOverIB = ipOverIB
            return result
        case .remove(_, let guids):
            guard var result = partition else { return nil }
            for guid in guids { result.members[guid] = nil }
            return result.members.isEmpty ? nil : result
        case .replace(let pkey, let members, let ipOverIB):
            return Partition(number: pkey.number, name: partition?.name, ipOverIB: ipOverIB, members: members)
        case .delete:
            return nil
        }
    }
}

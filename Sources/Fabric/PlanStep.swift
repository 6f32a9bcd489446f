/// One change of one partition, as UFM takes it: what the planner decides and the client carries out.
///
/// A step says all that is sent. It is one request, or the same request in pieces (additions and removals).
package enum PlanStep: Hashable, Sendable {
    /// Makes a partition that is not there.
    case create(NewPartition)
    /// Adds members to a partition that is there, or gives those already in it these flags.
    case add(PKey, [Member], ipOverIB: Bool)
    case remove(PKey, [GUID])
    /// Makes the members of a partition that is there exactly these, in one request: never a part of those wanted.
    case replace(PKey, [Member], ipOverIB: Bool, qos: QualityOfService? = nil)
    case setQoS(PKey, QualityOfService)
    case delete(PKey)

    package var pkey: PKey {
        switch self {
        case .create(let new): new.pkey
        case .add(let pkey, _, _), .remove(let pkey, _), .replace(let pkey, _, _, _), .setQoS(let pkey, _),
            .delete(let pkey):
            pkey
        }
    }

    /// How many GUIDs it is about.
    package var count: Int {
        switch self {
        case .create(let new): new.members.count
        case .add(_, let members, _), .replace(_, let members, _, _): members.count
        case .remove(_, let guids): guids.count
        case .setQoS, .delete: 0
        }
    }

    /// What the partition is after the step, if UFM does as asked.
    ///
    /// A partition that loses its last member is gone: UFM deletes it by itself.
    package func applied(to partition: Partition?) -> Partition? {
        switch self {
        case .create(let new):
            guard var result = partition else { return new.partition }
            switch new.way {
            case .empty: return result
            case .whole: return new.partition
            case .adding:
                for member in new.members { result.members[member.guid] = member }
                result.ipOverIB = new.ipOverIB
                return result
            }
        case .add(let pkey, let added, let ipOverIB):
            var result = partition ?? Partition(number: pkey.number, ipOverIB: ipOverIB, members: [])
            for member in added { result.members[member.guid] = member }
            result.ipOverIB = ipOverIB
            return result
        case .remove(_, let guids):
            guard var result = partition else { return nil }
            for guid in guids { result.members[guid] = nil }
            return result.members.isEmpty ? nil : result
        case .replace(let pkey, let members, let ipOverIB, let qos):
            return Partition(
                number: pkey.number, name: partition?.name, ipOverIB: ipOverIB, members: members,
                qos: qos ?? partition?.qos)
        case .setQoS(_, let qos):
            var result = partition
            result?.qos = qos
            return result
        case .delete:
            return nil
        }
    }
}

/// A partition that is to be made, and how.
package struct NewPartition: Hashable, Sendable {
    /// Which of UFM's requests makes it.
    package enum Way: Hashable, Sendable {
        /// The one that adds members (POST): makes what is not there. A partition that is there all the same keeps what
        /// it has.
        case adding
        /// The one that sets all members (PUT): takes quality of service and different memberships as well, but one
        /// `index0`. A partition that is there all the same is overwritten.
        case whole
        /// The one that makes a partition without members (POST to `add`).
        case empty(index0: Bool)
    }

    package var pkey: PKey
    /// None where the way is ``Way/empty(index0:)``.
    package var members: [Member]
    package var ipOverIB: Bool
    /// Left out where UFM takes no names, which it then makes up.
    package var name: String?
    package var qos: QualityOfService?
    package var way: Way

    package init(
        _ pkey: PKey, _ members: [Member] = [], ipOverIB: Bool, name: String? = nil, qos: QualityOfService? = nil,
        by way: Way
    ) {
        self.pkey = pkey
        self.members = members
        self.ipOverIB = ipOverIB
        self.name = name
        self.qos = qos
        self.way = way
    }

    /// What it is to be.
    package var partition: Partition {
        Partition(number: pkey.number, name: name, ipOverIB: ipOverIB, members: members, qos: qos)
    }
}

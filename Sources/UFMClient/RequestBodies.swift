import Fabric

/// The body of `POST /resources/pkeys/add`. UFM refuses fields that it does not know, so there are no others.
struct CreationBody: Encodable {
    let pkey: String
    let ipOverIB: Bool
    let index0: Bool
    let partitionName: String?
    let mtuLimit: Int?
    let serviceLevel: Int?
    let rateLimit: Double?

    private enum CodingKeys: String, CodingKey {
        case pkey, index0
        case ipOverIB = "ip_over_ib"
        case partitionName = "partition_name"
        case mtuLimit = "mtu_limit"
        case serviceLevel = "service_level"
        case rateLimit = "rate_limit"
    }

    init(_ key: PKey, ipOverIB: Bool, index0: Bool, qos: QualityOfService?, name: String?) {
        pkey = key.description
        self.ipOverIB = ipOverIB
        self.index0 = index0
        partitionName = name
        mtuLimit = qos?.mtuLimit
        serviceLevel = qos?.serviceLevel
        rateLimit = qos?.rateLimit
    }
}

/// The body of `PUT /resources/pkeys/qos_conf`: everything, every time.
struct QoSBody: Encodable {
    let pkey: String
    let mtuLimit: Int
    let serviceLevel: Int
    let rateLimit: Double

    private enum CodingKeys: String, CodingKey {
        case pkey
        case mtuLimit = "mtu_limit"
        case serviceLevel = "service_level"
        case rateLimit = "rate_limit"
    }

    init(pkey: String, _ qos: QualityOfService) {
        self.pkey = pkey
        mtuLimit = qos.mtuLimit
        serviceLevel = qos.serviceLevel
        rateLimit = qos.rateLimit
    }
}

/// The body of `POST` and `PUT /resources/pkeys/`.
struct MembersBody: Encodable {
    let pkey: String
    let guids: [String]
    let index0: Bool
    let ipOverIB: Bool
    /// One value for all GUIDs; never together with `memberships`, with which it conflicts.
    private(set) var membership: String?
    /// One value per GUID. UFM 6.19 takes it in a `PUT` and silently makes everyone full in a `POST`.
    private(set) var memberships: [String]?
    /// Only for a UFM that knows the field; see ``UFMClient/takesPartitionNames()``.
    private(set) var partitionName: String?
    private(set) var mtuLimit: Int?
    private(set) var serviceLevel: Int?
    private(set) var rateLimit: Double?

    private enum CodingKeys: String, CodingKey {
        case pkey, guids, index0, membership, memberships
        case ipOverIB = "ip_over_ib"
        case partitionName = "partition_name"
        case mtuLimit = "mtu_limit"
        case serviceLevel = "service_level"
        case rateLimit = "rate_limit"
    }

    /// For members with one membership in common.
    init(_ key: PKey, _ batch: MemberBatch, ipOverIB: Bool, name: String?) {
        pkey = key.description
        guids = batch.guids.map(\.description)
        index0 = batch.flags.index0
        self.ipOverIB = ipOverIB
        membership = batch.flags.membership.rawValue
        partitionName = name
    }

    /// For all members of a partition: `membership` if they have one in common, else `memberships`.
    init(
        _ key: PKey, all members: [Member], index0: Bool, ipOverIB: Bool, qos: QualityOfService? = nil, name: String?
    ) {
        pkey = key.description
        partitionName = name
        mtuLimit = qos?.mtuLimit
        serviceLevel = qos?.serviceLevel
        rateLimit = qos?.rateLimit
        guids = members.map(\.guid.description)
        self.index0 = index0
        self.ipOverIB = ipOverIB
        let values = members.map(\.membership.rawValue)
        if let first = values.first, values.allSatisfy({ $0 == first }) {
            membership = first
        } else {
            memberships = values
        }
    }
}

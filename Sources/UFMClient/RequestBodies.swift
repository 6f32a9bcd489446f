import Fabric
import FoundationEssentials

/// The body of `POST /resources/pkeys/add`. UFM refuses fields that it does not know, so there are no others.
struct CreationBody: Encodable {
    let pkey: String
    let ipOverIB: Bool
    let index0: Bool

    private enum CodingKeys: String, CodingKey {
        case pkey, index0
        case ipOverIB = "ip_over_ib"
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

    private enum CodingKeys: String, CodingKey {
        case pkey, guids, index0, membership, memberships
        case ipOverIB = "ip_over_ib"
    }

    /// For members with one membership in common.
    init(_ key: PKey, _ batch: MemberBatch, ipOverIB: Bool) {
        pkey = key.description
        guids = batch.guids.map(\.description)
        index0 = batch.flags.index0
        self.ipOverIB = ipOverIB
        membership = batch.flags.membership.rawValue
    }

    /// For all members of a partition: `membership` if they have one in common, else `memberships`.
    init(_ key: PKey, all members: [Member], index0: Bool, ipOverIB: Bool) {
        pkey = key.description
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

extension Encodable {
    /// This as JSON with sorted keys, so that equal requests are equal bytes.
    func jsonBytes() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return try Array(encoder.encode(self))
    }
}

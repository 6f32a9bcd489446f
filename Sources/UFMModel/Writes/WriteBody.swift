/// The body of a write, checked against the schema of its call: what the caller left out is nil.
struct WriteBody {
    /// The fields that some call knows, by their names on the wire.
    enum Field: String {
        case pkey, guids, index0, membership, memberships
        case ipOverIB = "ip_over_ib"
        case defaultMembership = "default_membership"
        case mtuLimit = "mtu_limit"
        case serviceLevel = "service_level"
        case rateLimit = "rate_limit"
        case partitionName = "partition_name"
        case hosts = "hosts_names"
        case action
    }

    /// What a call accepts and what it insists on.
    struct Schema {
        let allowed: Set<Field>
        let required: [Field]
    }

    private(set) var pkey: UInt16 = 0
    private(set) var guids: [UInt64] = []
    private(set) var index0: Bool?
    private(set) var ipOverIB: Bool?
    private(set) var membership: Member.Membership?
    private(set) var memberships: [Member.Membership]?
    private(set) var mtuLimit: Int?
    private(set) var serviceLevel: Int?
    private(set) var rateLimit: Double?
    private(set) var partitionName: String?
    private(set) var hosts: [String] = []
    private(set) var isEnabling = false

    init(_ bytes: [UInt8], schema: Schema) throws(Refusal) {
        guard let document = JSONValue(parsing: bytes) else { throw .badRequest("The body is not valid JSON") }
        guard case .object(let members) = document else { throw Self.mistyped("body", "object") }
        for (name, value) in members {
            guard let field = Field(rawValue: name), schema.allowed.contains(field) else {
                throw Self.unexpected(name)
            }
            try take(field, value)
        }
        for field in schema.required where members[field.rawValue] == nil {
            throw .badRequest("'\(field.rawValue)' is a required property\n\nFailed validating 'required' in schema")
        }
        try checkMemberships()
    }

    /// The membership of each GUID, by `memberships` where the call heeds it.
    func resolvedMemberships(heedingPlural: Bool) -> [Member.Membership] {
        if heedingPlural, let memberships { return memberships }
        return Array(repeating: membership ?? .full, count: guids.count)
    }

    /// The quality of service with the values of this body in place of those given.
    func merged(into qos: QoS) -> QoS {
        var merged = qos
        merged.mtuLimit = mtuLimit ?? qos.mtuLimit
        merged.serviceLevel = serviceLevel ?? qos.serviceLevel
        merged.rateLimit = rateLimit ?? qos.rateLimit
        return merged
    }
}

extension WriteBody {
    private mutating func take(_ field: Field, _ value: JSONValue) throws(Refusal) {
        switch field {
        case .pkey: pkey = try Self.writablePKey(value)
        case .guids: guids = try Self.guids(value)
        case .index0: index0 = try Self.flag(value, field)
        case .ipOverIB: ipOverIB = try Self.flag(value, field)
        case .membership, .defaultMembership: membership = try Self.membership(value, field)
        case .memberships:
            guard case .array(let values) = value else { throw Self.mistyped(field.rawValue, "array") }
            memberships = []
            for value in values { memberships?.append(try Self.membership(value, field)) }
        case .mtuLimit: mtuLimit = try Self.integer(value, field, among: [2, 4])
        case .serviceLevel: serviceLevel = try Self.integer(value, field, among: Array(0...15))
        case .rateLimit:
            guard case .number(let rate) = value else { throw Self.mistyped(field.rawValue, "number") }
            guard Self.rates.contains(rate) else { throw Self.unlisted(field, Self.rates) }
            rateLimit = rate
        case .partitionName:
            guard case .string(let name) = value else { throw Self.mistyped(field.rawValue, "string") }
            guard !name.isEmpty else { throw .badRequest("partition_name must not be empty") }
            partitionName = name
        case .hosts:
            guard case .string(let list) = value else { throw Self.mistyped(field.rawValue, "string") }
            hosts = list.split(separator: ",").map { $0.filter { $0 != " " } }
            guard !hosts.isEmpty else { throw .badRequest("hosts_names must not be empty") }
        case .action:
            guard case .string(let word) = value, ["enable", "disable"].contains(word) else {
                throw Self.unlisted(field, ["enable", "disable"])
            }
            isEnabling = word == "enable"
        }
    }

    private func checkMemberships() throws(Refusal) {
        guard let memberships else { return }
        guard membership == nil else {
            throw .badRequest("membership and memberships are in conflict: send one of them")
        }
        guard memberships.count == guids.count else {
            throw .badRequest("memberships has \(memberships.count) values for \(guids.count) guids")
        }
    }
}

extension WriteBody.Schema {
    /// `POST /resources/pkeys/add`.
    static func addEmpty(_ version: Release) -> Self {
        Self(
            allowed: named([.pkey, .index0, .ipOverIB, .mtuLimit, .serviceLevel, .rateLimit], version),
            required: [.pkey])
    }

    /// `POST /resources/pkeys`.
    static func post(_ version: Release) -> Self {
        Self(
            allowed: named([.pkey, .guids, .index0, .ipOverIB, .membership, .memberships], version),
            required: [.guids, .pkey])
    }

    /// `PUT /resources/pkeys`.
    static func put(_ version: Release) -> Self {
        Self(
            allowed: named(
                [
                    .pkey, .guids, .index0, .ipOverIB, .membership, .memberships, .mtuLimit, .serviceLevel,
                    .rateLimit,
                ], version),
            required: [.guids, .pkey])
    }

    /// `PUT /resources/pkeys/qos_conf`: everything, every time.
    static let qos = Self(
        allowed: [.pkey, .mtuLimit, .serviceLevel, .rateLimit],
        required: [.pkey, .mtuLimit, .serviceLevel, .rateLimit])

    /// `POST /actions/add_guids_to_pkey`.
    static let addGUIDs = Self(
        allowed: [.pkey, .guids, .index0, .ipOverIB, .defaultMembership], required: [.guids, .pkey])

    /// `POST /actions/remove_guids_from_pkey`.
    static let removeGUIDs = Self(allowed: [.pkey, .guids], required: [.guids, .pkey])

    /// `POST /resources/pkeys/hosts`.
    static let hosts = Self(
        allowed: [.hosts, .pkey, .index0, .ipOverIB, .membership], required: [.hosts, .pkey])

    /// `PUT /resources/pkeys/{pkey}/sharp-reservation`.
    static let sharp = Self(allowed: [.action], required: [.action])

    private static func named(_ fields: Set<WriteBody.Field>, _ version: Release) -> Set<WriteBody.Field> {
        version.hasPartitionName ? fields.union([.partitionName]) : fields
    }
}

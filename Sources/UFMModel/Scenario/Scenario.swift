/// What a UFM is to be, or to become while it runs, as a JSON document tells it. All of its members may be left out.
package struct Scenario: Sendable {
    var profile: Profile?
    var version: String?
    var switches: [(name: String, value: String)] = []
    var bugs: Set<Bug>?
    var partitions: [UInt16: Partition?] = [:]
    var foreignPartitions: [UInt16: Partition?] = [:]
    var knownPorts: Set<UInt64> = []
    var hosts: [String: [UInt64]] = [:]
    var virtualPorts: [UInt64: UInt64] = [:]
    var downPorts: Set<UInt64> = []
    var users: [User] = []
    var tokens: [String] = []
    var certificateUsers: [String: String] = [:]
}

extension Scenario {
    /// The members of a document that are read here.
    package static let members = [
        "profile", "version", "switches", "bugs", "partitions", "foreignPartitions", "knownPorts", "hosts",
        "virtualPorts", "downPorts", "users", "tokens", "certificateUsers",
    ]

    /// Reads the members of a document, and leaves those alone that are somebody else's.
    package init(_ members: [String: JSONField]) throws(JSONField.Failure) {
        profile = try members["profile"]?.choice(Profile.self)
        if let field = members["version"] {
            let text = try field.string()
            guard (try? Release(text)) != nil else { throw field.failure("must be a version such as 6.22.1-3") }
            version = text
        }
        if let field = members["switches"] { switches = try Self.readSwitches(field) }
        if let field = members["bugs"] {
            bugs = []
            for field in try field.elements() { bugs?.insert(try field.choice(Bug.self)) }
        }
        if let field = members["partitions"] { partitions = try PartitionDocument.read(field) }
        if let field = members["foreignPartitions"] { foreignPartitions = try PartitionDocument.read(field) }
        try readTopology(members)
        for field in try members["users"]?.elements() ?? [] { users.append(try Self.readUser(field)) }
        for field in try members["tokens"]?.elements() ?? [] { tokens.append(try field.string()) }
        for (name, field) in try members["certificateUsers"]?.entries() ?? [:] {
            certificateUsers[name] = try field.string()
        }
    }

    /// Switches by name; a value may be written as a string, a number or a flag.
    package static func readSwitches(_ field: JSONField) throws(JSONField.Failure) -> [(name: String, value: String)] {
        var settings: [(name: String, value: String)] = []
        for (name, field) in try field.entries() {
            let value: String
            switch field.value {
            case .string(let text): value = text
            case .bool(let flag): value = String(flag)
            default: value = String(try field.integer(0...1_000_000_000))
            }
            var trial = Switches()
            do {
                try trial.set(name, to: value)
            } catch {
                throw field.failure(error.description)
            }
            settings.append((name, value))
        }
        return settings
    }

    private mutating func readTopology(_ members: [String: JSONField]) throws(JSONField.Failure) {
        for field in try members["knownPorts"]?.elements() ?? [] { knownPorts.insert(try field.guid()) }
        for field in try members["downPorts"]?.elements() ?? [] { downPorts.insert(try field.guid()) }
        for (name, field) in try members["hosts"]?.entries() ?? [:] {
            hosts[name] = []
            for field in try field.elements() { hosts[name]?.append(try field.guid()) }
        }
        for (name, field) in try members["virtualPorts"]?.entries() ?? [:] {
            guard let guid = Spelling.readGUID(name) else { throw field.failure("the name must be a GUID") }
            virtualPorts[guid] = try field.guid()
        }
    }

    private static func readUser(_ field: JSONField) throws(JSONField.Failure) -> User {
        let members = try field.members(["name", "password", "role"])
        guard let name = members["name"], let password = members["password"] else {
            throw field.failure("name and password are needed")
        }
        return User(
            name: try name.string(), password: try password.string(),
            role: try members["role"]?.choice(User.Role.self) ?? .systemAdmin)
    }
}

extension UFM.Configuration {
    /// Puts what a scenario says in place of what there is, and adds what it adds.
    package mutating func apply(_ scenario: Scenario) throws(UFMModelError) {
        if let profile = scenario.profile { try apply(profile) }
        version = scenario.version ?? version
        bugs = scenario.bugs ?? bugs
        for (name, value) in scenario.switches { try switches.set(name, to: value) }
        partitions = Self.merged(partitions, scenario.partitions)
        foreignPartitions = Self.merged(foreignPartitions, scenario.foreignPartitions)
        knownPorts.formUnion(scenario.knownPorts)
        downPorts.formUnion(scenario.downPorts)
        hosts.merge(scenario.hosts) { _, new in new }
        virtualPorts.merge(scenario.virtualPorts) { _, new in new }
        users += scenario.users
        tokens += scenario.tokens
        certificateUsers.merge(scenario.certificateUsers) { _, new in new }
    }

    private static func merged(
        _ partitions: [Partition], _ changes: [UInt16: Partition?]
    ) -> [Partition] {
        partitions.filter { changes[$0.key] == nil } + changes.values.compactMap { $0 }
    }
}

extension UFM {
    /// Becomes what a scenario says; partitions that it names are put in place or removed as if by hand.
    package mutating func apply(_ scenario: Scenario, at now: Moment) throws(UFMModelError) {
        var wanted = configuration
        wanted.switches = switches
        try wanted.apply(scenario)
        version = try Release(wanted.version)
        switches = wanted.switches
        bugs = wanted.bugs
        topology = Topology(wanted)
        foreign = Dictionary(wanted.foreignPartitions.map { ($0.key, $0) }) { _, last in last }
        accounts.adopt(scenario)
        configuration = wanted
        guard !scenario.partitions.isEmpty || !scenario.foreignPartitions.isEmpty else { return }
        edit(at: now) { partitions in
            for (key, partition) in scenario.partitions { partitions[key] = partition }
        }
    }
}

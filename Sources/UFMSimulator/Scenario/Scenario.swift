extension UFMSimulator {
    /// What a simulator is to be and to do, as a JSON document tells it: for a start, or while it runs.
    ///
    /// All of its members may be left out; `ufm-simulator --help` lists them.
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
        var faults: [Fault] = []

        /// Reads a document. Errors name the place in it, and the file if there is one.
        package init(parsing bytes: [UInt8], file: String? = nil) throws(SimulatorError) {
            do throws(JSONField.Failure) {
                self = try Scenario(JSONField(document: bytes))
            } catch {
                throw .badDocument(file.map { "\($0): \(error)" } ?? error.description)
            }
        }

        /// Reads a file.
        package init(file: String) throws(SimulatorError) {
            guard let bytes = try LocalFile(file).read() else { throw .file(file, "there is no such file") }
            try self.init(parsing: bytes, file: file)
        }
    }
}

extension UFMSimulator.Scenario {
    private init(_ document: JSONField) throws(JSONField.Failure) {
        let members = try document.members([
            "profile", "version", "switches", "bugs", "partitions", "foreignPartitions", "knownPorts", "hosts",
            "virtualPorts", "downPorts", "users", "tokens", "certificateUsers", "faults",
        ])
        profile = try members["profile"]?.choice(UFMSimulator.Profile.self)
        if let field = members["version"] {
            let text = try field.string()
            guard (try? UFMVersion(text)) != nil else { throw field.failure("must be a version such as 6.22.1-3") }
            version = text
        }
        if let field = members["switches"] { switches = try Self.readSwitches(field) }
        if let field = members["bugs"] {
            bugs = []
            for field in try field.elements() { bugs?.insert(try field.choice(UFMSimulator.Bug.self)) }
        }
        if let field = members["partitions"] { partitions = try PartitionDocument.read(field) }
        if let field = members["foreignPartitions"] { foreignPartitions = try PartitionDocument.read(field) }
        try readTopology(members)
        for field in try members["users"]?.elements() ?? [] { users.append(try Self.readUser(field)) }
        for field in try members["tokens"]?.elements() ?? [] { tokens.append(try field.string()) }
        for (name, field) in try members["certificateUsers"]?.entries() ?? [:] {
            certificateUsers[name] = try field.string()
        }
        for field in try members["faults"]?.elements() ?? [] { faults.append(try FaultDocument.read(field)) }
    }

    /// Switches by name; a value may be written as a string, a number or a flag.
    static func readSwitches(_ field: JSONField) throws(JSONField.Failure) -> [(name: String, value: String)] {
        var settings: [(name: String, value: String)] = []
        for (name, field) in try field.entries() {
            let value: String
            switch field.value {
            case .string(let text): value = text
            case .bool(let flag): value = String(flag)
            default: value = String(try field.integer(0...1_000_000_000))
            }
            var trial = UFMSimulator.Switches()
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

    private static func readUser(_ field: JSONField) throws(JSONField.Failure) -> UFMSimulator.User {
        let members = try field.members(["name", "password", "role"])
        guard let name = members["name"], let password = members["password"] else {
            throw field.failure("name and password are needed")
        }
        return UFMSimulator.User(
            name: try name.string(), password: try password.string(),
            role: try members["role"]?.choice(UFMSimulator.User.Role.self) ?? .systemAdmin)
    }
}

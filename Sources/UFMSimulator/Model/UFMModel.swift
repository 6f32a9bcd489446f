/// UFM as a value: takes a request, answers it, and is changed by it.
///
/// It has no clock, no socket and no lock; `UFMSimulator` gives it all three.
package struct UFMModel: Sendable {
    /// The partitions by number, the default one among them.
    package internal(set) var partitions: [UInt16: UFMSimulator.Partition]
    /// When a partition last changed; nil since the start, or since a restart.
    package internal(set) var lastUpdated: UFMSimulator.Moment?

    /// The answers to open questions; they may change while it runs.
    package var switches: UFMSimulator.Switches

    let version: UFMVersion
    let bugs: Set<UFMSimulator.Bug>
    let knownPorts: Set<UInt64>
    /// The partitions of `partitions.conf.user_ext`, which no request changes.
    let foreign: [UInt16: UFMSimulator.Partition]
    var tables: PKeyTables
    var readBack = ReadBack()
    private let account: Account

    /// A UFM of that configuration, with the default partition and those to preload.
    package init(configuration: UFMSimulator.Configuration) throws(SimulatorError) {
        version = try UFMVersion(configuration.version)
        switches = configuration.switches
        bugs = configuration.bugs
        knownPorts = configuration.knownPorts
        foreign = Dictionary(configuration.foreignPartitions.map { ($0.key, $0) }) { _, last in last }
        account = Account(user: configuration.user, password: configuration.password)
        partitions = [Spelling.defaultPKey: Self.management]
        for partition in configuration.partitions {
            guard Spelling.writablePKeys.contains(partition.key) else {
                throw .badPartition(Spelling.pkey(partition.key), "the PKey must be 0x1 to 0x7ffe")
            }
            partitions[partition.key] = partition
        }
        tables = PKeyTables([partitions, foreign])
    }

    /// Answers a request, and does at that moment what it asks for.
    package mutating func answer(
        _ request: SimulatedRequest, at now: UFMSimulator.Moment
    ) -> SimulatedResponse {
        readBack.advance(to: now)
        // A copy that is kept costs the next write one of all partitions: only where reads lag.
        let before = switches.applyDelay > 0 ? partitions : nil
        let response = carryOut(request, at: now)
        if let before, response.changedState {
            readBack.note(from: before, to: partitions, at: now, delay: switches.applyDelay)
        }
        return response
    }

    private mutating func carryOut(_ request: SimulatedRequest, at now: UFMSimulator.Moment) -> SimulatedResponse {
        do throws(Refusal) {
            let route = try admit(request)
            switch (request.method, route) {
            case ("GET", .version): return .json(versionText)
            case ("GET", .lastUpdated): return .json(lastUpdatedText)
            case ("GET", .pkeys): return try list(ReadFlags(request.query))
            case ("GET", .pkey(let text)): return try read(text, ReadFlags(request.query))
            case ("POST", .addEmpty): return try addEmpty(request.body, at: now)
            case ("POST", .pkeys): return try addMembers(request.body, schema: .post(version), at: now)
            case ("POST", .addGUIDs): return try addMembers(request.body, schema: .addGUIDs, at: now)
            case ("PUT", .pkeys): return try replaceMembers(request.body, at: now)
            case ("PUT", .qos): return try setQoS(request.body, at: now)
            case ("POST", .removeGUIDs): return try removeMembers(request.body, at: now)
            case ("DELETE", .guids(let text, let list)): return try removeMembers(text, list, at: now)
            case ("DELETE", .pkey(let text)): return try delete(text, at: now)
            default: throw Self.wrongMethod(route)
            }
        } catch {
            return error.response
        }
    }

    /// Changes partitions as somebody at UFM's own user interface would.
    package mutating func edit(
        at now: UFMSimulator.Moment, _ change: (inout [UInt16: UFMSimulator.Partition]) -> Void
    ) {
        let before = partitions
        change(&partitions)
        tables = PKeyTables([partitions, foreign])
        if switches.applyDelay > 0 {
            readBack.note(from: before, to: partitions, at: now, delay: switches.applyDelay)
        }
        lastUpdated = now
    }

    /// The partitions that found no room in the PKey table of a port.
    package var overflow: [UInt64: [UInt16]] { tables.overflow(size: switches.tableSize) }

    /// Whether the subnet manager has dropped all partitions because it cannot parse its file.
    package var isFileBroken: Bool {
        bugs.contains(.emptyBreaksFile)
            && partitions.values.contains { $0.key != Spelling.defaultPKey && $0.members.isEmpty }
    }

    /// What a restart does: partitions stay, the time of the last change is forgotten, pending settings take hold.
    package mutating func restart() {
        lastUpdated = nil
        for (key, partition) in partitions {
            guard let pending = partition.pendingQoS else { continue }
            partitions[key]?.qos = pending
            partitions[key]?.pendingQoS = nil
        }
    }
}

extension UFMModel {
    /// Takes a request past the checks that hold for all of them, to the resource it names.
    private func admit(_ request: SimulatedRequest) throws(Refusal) -> Route {
        guard request.lineLength <= switches.maxUrl else { throw .page(414) }
        guard let (gate, resource) = Gate.split(request.path) else { throw .page(404) }
        guard account.passes(gate, request) else {
            switch switches.badAuth {
            case .unauthorized:
                var response = SimulatedResponse.page(401)
                response.headers = [.init(name: "WWW-Authenticate", value: "Basic realm=\"UFM\"")]
                throw Refusal(response: response)
            case .redirect:
                var response = SimulatedResponse.page(302)
                response.headers = [.init(name: "Location", value: "/ufm_web/login")]
                throw Refusal(response: response)
            case .loginPage:
                throw Refusal(
                    response: SimulatedResponse(
                        status: 200, contentType: HTMLPage.contentType, body: HTMLPage.login))
            }
        }
        guard let route = Route(resource, version: version) else { throw .page(404) }
        return route
    }

    private static func wrongMethod(_ route: Route) -> Refusal {
        var response = SimulatedResponse.page(405)
        response.headers = [.init(name: "Allow", value: route.methods.joined(separator: ", "))]
        return Refusal(response: response)
    }

    private static let management = UFMSimulator.Partition(key: Spelling.defaultPKey, name: "management")
}

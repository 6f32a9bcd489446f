extension UFM {
    /// A request that may go on to its resource, and who sent it.
    private struct Visit {
        let route: Route
        let gate: Gate
        let user: User
    }

    /// Answers a request, and does at that moment what it asks for.
    mutating func carryOut(_ request: SimulatedRequest, at now: Moment) -> SimulatedResponse {
        do throws(Refusal) {
            guard request.lineLength <= switches.maxUrl else { throw .page(414) }
            if request.path == "/dologin" { return try logIn(request) }
            guard let (gate, resource) = Gate.split(request.path) else { throw .page(404) }
            guard let (user, byCertificate) = accounts.user(behind: gate, request) else { throw unauthorized(gate) }
            var response: SimulatedResponse
            do throws(Refusal) {
                response = try answer(request, try admit(request, user, to: resource, behind: gate), at: now)
            } catch {
                response = error.response
            }
            if byCertificate { response.headers.append(.init(name: "ClientCertAuthen", value: "yes")) }
            return response
        } catch {
            return error.response
        }
    }

    /// Takes a user's request to the resource it names.
    private func admit(
        _ request: SimulatedRequest, _ user: User, to resource: Substring, behind gate: Gate
    ) throws(Refusal) -> Visit {
        guard let route = Route(resource, version: version) else { throw .page(404) }
        if switches.hidesVersion, route == .version { throw .page(404) }
        if request.method == "GET" { try checkSlash(request, route) }
        if user.role == .monitoringOnly, request.method != "GET" { throw .page(403) }
        return Visit(route: route, gate: gate, user: user)
    }

    /// Routers differ in what they make of a slash at the end of a path.
    private func checkSlash(_ request: SimulatedRequest, _ route: Route) throws(Refusal) {
        switch route {
        case .pkeys, .pkey: break
        default: return
        }
        switch (switches.readSlash, request.path.hasSuffix("/")) {
        case (.optional, _), (.required, true), (.redirect, true), (.refused, false): return
        case (.required, false), (.refused, true): throw .page(404)
        case (.redirect, false):
            var response = SimulatedResponse.page(301)
            let query = request.target.dropFirst(request.path.utf8.count)
            response.headers = [.init(name: "Location", value: request.path + "/" + query)]
            throw Refusal(response: response)
        }
    }

    private mutating func answer(
        _ request: SimulatedRequest, _ visit: Visit, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        switch (request.method, visit.route) {
        case ("GET", _): try get(request, visit)
        case (_, .tokens), (_, .revokeToken), (_, .user): try changeAccounts(request, visit, at: now)
        case (_, .hosts), (_, .hostMembers), (_, .job), (_, .abortJobs): try changeJobs(request, visit, at: now)
        default: try changePartitions(request, visit.route, at: now)
        }
    }

    private func get(_ request: SimulatedRequest, _ visit: Visit) throws(Refusal) -> SimulatedResponse {
        switch visit.route {
        case .version: .json(versionText)
        case .subnetManager: .json(subnetManagerText)
        case .configuration: .json(configurationText)
        case .tokens: listTokens(of: visit.user)
        case .ports: .json(topology.portsText(systemType: request.query["sys_type"]))
        case .virtualPorts: .json(topology.virtualPortsText)
        case .systems: .json(topology.systemsText)
        case .jobs: listJobs(request.query["object_ids"], request.query)
        case .job(let ids): listJobs(ids)
        case .jobInfo(let id): try jobInfo(id)
        case .lastUpdated: .json(lastUpdatedText)
        case .pkeys, .allPKeys: try list(ReadFlags(request.query))
        case .pkey(let text): try read(text, ReadFlags(request.query))
        default: throw Self.wrongMethod(visit.route.methods)
        }
    }

    private mutating func changePartitions(
        _ request: SimulatedRequest, _ route: Route, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        switch (request.method, route) {
        case ("POST", .addEmpty): try addEmpty(request.body, at: now)
        case ("POST", .pkeys): try addMembers(request.body, schema: .post(version), at: now)
        case ("POST", .addGUIDs): try addMembers(request.body, schema: .addGUIDs, at: now)
        case ("PUT", .pkeys): try replaceMembers(request.body, at: now)
        case ("PUT", .qos): try setQoS(request.body, at: now)
        case ("PUT", .sharp(let text)): try reserveSHARP(text, request.body, at: now)
        case ("POST", .removeGUIDs): try removeMembers(request.body, at: now)
        case ("DELETE", .guids(let text, let list)): try removeMembers(text, list, at: now)
        case ("DELETE", .pkey(let text)): try delete(text, at: now)
        default: throw Self.wrongMethod(route.methods)
        }
    }

    private mutating func changeAccounts(
        _ request: SimulatedRequest, _ visit: Visit, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        switch (request.method, visit.route) {
        case ("POST", .tokens): try makeToken(for: visit.user, at: now)
        case ("POST", .revokeToken): try revokeToken(request, by: visit.user)
        case ("PUT", .user(let name)): try setPassword(of: name, request.body, by: visit.user)
        default: throw Self.wrongMethod(visit.route.methods)
        }
    }

    private mutating func changeJobs(
        _ request: SimulatedRequest, _ visit: Visit, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        switch (request.method, visit.route) {
        case ("POST", .hosts): try addHosts(request.body, by: visit.user.name, behind: visit.gate, at: now)
        case ("DELETE", .hostMembers(let text, let list)):
            try removeHosts(text, list, by: visit.user.name, behind: visit.gate, at: now)
        case ("DELETE", .job(let ids)): deleteJobs(ids)
        case ("POST", .abortJobs): abortJobs(at: now)
        default: throw Self.wrongMethod(visit.route.methods)
        }
    }

    static func wrongMethod(_ methods: [String]) -> Refusal {
        var response = SimulatedResponse.page(405)
        response.headers = [.init(name: "Allow", value: methods.joined(separator: ", "))]
        return Refusal(response: response)
    }
}

/// The resources behind a gate.
enum Route: Equatable {
    case version
    case subnetManager
    case configuration
    case tokens
    case revokeToken
    /// `/app/users/{name}`.
    case user(String)
    case ports
    case virtualPorts
    case systems
    case jobs
    case abortJobs
    /// `/jobs/{id,id}`.
    case job(String)
    /// `/jobs/{id}/info`.
    case jobInfo(String)
    case pkeys
    case addEmpty
    case qos
    case lastUpdated
    case hosts
    case allPKeys
    case addGUIDs
    case removeGUIDs
    /// `/resources/pkeys/{pkey}`, with the slot's text as it was sent.
    case pkey(String)
    /// `/resources/pkeys/{pkey}/guids/{csv}`.
    case guids(pkey: String, list: String)
    /// `/resources/pkeys/{pkey}/hosts/{csv}`.
    case hostMembers(pkey: String, list: String)
    /// `/resources/pkeys/{pkey}/sharp-reservation`.
    case sharp(String)

    /// The resource of a path, which may end in one slash; nil when there is none.
    init?(_ resource: Substring, version: Release) {
        let path = resource.hasSuffix("/") ? resource.dropLast() : resource
        if let fixed = Self.fixed[String(path)] {
            guard fixed != .addEmpty || version.hasAdd else { return nil }
            self = fixed
            return
        }
        var segments: [String] = []
        for segment in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let decoded = Spelling.percentDecoded(segment) else { return nil }
            segments.append(decoded)
        }
        if segments.contains("") { return nil }
        switch segments.count {
        case 2 where segments[0] == "jobs": self = .job(segments[1])
        case 3 where segments[0] == "jobs" && segments[2] == "info": self = .jobInfo(segments[1])
        case 3 where segments[0] == "app" && segments[1] == "users": self = .user(segments[2])
        default:
            guard let route = Self(partition: segments) else { return nil }
            self = route
        }
    }

    /// What stands below `/resources/pkeys/`.
    private init?(partition segments: [String]) {
        guard segments.starts(with: ["resources", "pkeys"]), segments.count > 2, !Self.reserved.contains(segments[2])
        else { return nil }
        switch segments.count {
        case 3: self = .pkey(segments[2])
        case 4 where segments[3] == "sharp-reservation": self = .sharp(segments[2])
        case 5 where segments[3] == "guids": self = .guids(pkey: segments[2], list: segments[4])
        case 5 where segments[3] == "hosts": self = .hostMembers(pkey: segments[2], list: segments[4])
        default: return nil
        }
    }

    /// The methods the resource knows, for the `Allow` header of a 405.
    var methods: [String] {
        switch self {
        case .version, .lastUpdated, .subnetManager, .configuration, .ports, .virtualPorts, .systems, .jobs,
            .jobInfo, .allPKeys:
            ["GET"]
        case .tokens: ["GET", "POST"]
        case .user, .sharp: ["PUT"]
        case .job: ["GET", "DELETE"]
        case .pkeys: ["GET", "POST", "PUT"]
        case .addEmpty, .addGUIDs, .removeGUIDs, .hosts, .revokeToken, .abortJobs: ["POST"]
        case .qos: ["PUT"]
        case .pkey: ["GET", "DELETE"]
        case .guids, .hostMembers: ["DELETE"]
        }
    }

    private static let fixed: [String: Route] = [
        "/app/ufm_version": .version,
        "/app/smconf": .subnetManager,
        "/app/ufm_config": .configuration,
        "/app/tokens": .tokens,
        "/app/tokens/revoke": .revokeToken,
        "/jobs": .jobs,
        "/jobs/abortall": .abortJobs,
        "/resources/ports": .ports,
        "/resources/vports": .virtualPorts,
        "/resources/systems": .systems,
        "/resources/pkeys": .pkeys,
        "/resources/pkeys/add": .addEmpty,
        "/resources/pkeys/qos_conf": .qos,
        "/resources/pkeys/last_updated": .lastUpdated,
        "/resources/pkeys/hosts": .hosts,
        "/actions/get_all_pkeys": .allPKeys,
        "/actions/add_guids_to_pkey": .addGUIDs,
        "/actions/remove_guids_from_pkey": .removeGUIDs,
    ]

    /// Names that stand where a pkey would: never read as one, whichever the method and version.
    private static let reserved: Set<String> = ["add", "hosts", "qos_conf", "last_updated"]
}

/// The resources behind a gate.
enum Route: Equatable {
    case version
    case pkeys
    case addEmpty
    case qos
    case lastUpdated
    case addGUIDs
    case removeGUIDs
    /// `/resources/pkeys/{pkey}`, with the slot's text as it was sent.
    case pkey(String)
    /// `/resources/pkeys/{pkey}/guids/{csv}`.
    case guids(pkey: String, list: String)

    /// The resource of a path, which may end in one slash; nil when there is none.
    init?(_ resource: Substring, version: UFMVersion) {
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
        guard segments.starts(with: ["resources", "pkeys"]), segments.count > 2, !segments[2].isEmpty,
            !Self.reserved.contains(segments[2])
        else { return nil }
        switch segments.count {
        case 3: self = .pkey(segments[2])
        case 5 where segments[3] == "guids": self = .guids(pkey: segments[2], list: segments[4])
        default: return nil
        }
    }

    /// The methods the resource knows, for the `Allow` header of a 405.
    var methods: [String] {
        switch self {
        case .version, .lastUpdated: ["GET"]
        case .pkeys: ["GET", "POST", "PUT"]
        case .addEmpty, .addGUIDs, .removeGUIDs: ["POST"]
        case .qos: ["PUT"]
        case .pkey: ["GET", "DELETE"]
        case .guids: ["DELETE"]
        }
    }

    private static let fixed: [String: Route] = [
        "/app/ufm_version": .version,
        "/resources/pkeys": .pkeys,
        "/resources/pkeys/add": .addEmpty,
        "/resources/pkeys/qos_conf": .qos,
        "/resources/pkeys/last_updated": .lastUpdated,
        "/actions/add_guids_to_pkey": .addGUIDs,
        "/actions/remove_guids_from_pkey": .removeGUIDs,
    ]

    /// Names that stand where a pkey would: never read as one, whichever the method and version.
    private static let reserved: Set<String> = ["add", "hosts", "qos_conf", "last_updated"]
}

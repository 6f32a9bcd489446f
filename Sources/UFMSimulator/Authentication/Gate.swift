import FoundationEssentials

/// How a client proves who it is; the path's first segment decides which way holds.
enum Gate: Sendable, CaseIterable {
    case basic

    /// The first segment of the paths behind this gate.
    var prefix: String {
        switch self {
        case .basic: "/ufmRest"
        }
    }

    /// The gate that a path stands behind and the resource behind it; nil for a path of no gate.
    static func split(_ path: Substring) -> (gate: Gate, resource: Substring)? {
        for gate in allCases where path.hasPrefix(gate.prefix) {
            let resource = path.dropFirst(gate.prefix.count)
            if resource.first == "/" { return (gate, resource) }
        }
        return nil
    }
}

/// The user UFM knows.
struct Account: Sendable {
    private let basicCredentials: String

    init(user: String, password: String) {
        basicCredentials = Data("\(user):\(password)".utf8).base64EncodedString()
    }

    /// Whether the request may pass the gate.
    func passes(_ gate: Gate, _ request: SimulatedRequest) -> Bool {
        switch gate {
        case .basic:
            guard let words = request.authorization?.split(separator: " "), words.count == 2 else { return false }
            return words[0].lowercased() == "basic" && words[1] == basicCredentials
        }
    }
}

/// How a client proves who it is; the path's first segment decides which way holds.
enum Gate: Sendable, CaseIterable {
    /// Basic authentication, or a client certificate.
    case basic
    /// The cookie of a session that `/dologin` began.
    case session
    /// An access token, raw behind the word `Basic`.
    case token
    /// Kerberos, which nobody passes here.
    case kerberos

    /// The first segment of the paths behind this gate.
    var prefix: String {
        switch self {
        case .basic: "/ufmRest"
        case .session: "/ufmRestV2"
        case .token: "/ufmRestV3"
        case .kerberos: "/ufmRestKrb"
        }
    }

    /// The `WWW-Authenticate` header of its 401.
    var challenge: String? {
        switch self {
        case .basic, .token: "Basic realm=\"UFM\""
        case .session: nil
        case .kerberos: "Negotiate"
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

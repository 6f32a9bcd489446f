/// How a client proves who it is; the path's first segment decides which way holds.
package enum Gate: Sendable, CaseIterable {
    /// Basic authentication, or a client certificate.
    case basic
    /// The cookie of a session that `/dologin` began.
    case session
    /// An access token, raw behind the word `Basic`.
    case token
    /// Kerberos, which nobody passes here.
    case kerberos

    /// The first segment of the paths behind this gate.
    package var prefix: String {
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
    package static func split(_ path: Substring) -> (gate: Gate, resource: Substring)? {
        for gate in allCases where path.hasPrefix(gate.prefix) {
            let resource = path.dropFirst(gate.prefix.count)
            if resource.first == "/" { return (gate, resource) }
        }
        return nil
    }
}

/// Somebody who may ask UFM.
package struct User: Sendable, Equatable {
    /// What somebody may do; by UFM's own names.
    package enum Role: String, Sendable, CaseIterable {
        /// Everything.
        case systemAdmin = "System_Admin"
        /// Everything but tokens and users.
        case fabricAdmin = "Fabric_Admin"
        /// Reading.
        case monitoringOnly = "Monitoring_Only"
    }

    /// The name.
    package let name: String
    /// The password, in clear.
    package var password: String
    /// What the user may do.
    package var role: Role

    /// A user.
    package init(name: String, password: String, role: Role = .systemAdmin) {
        self.name = name
        self.password = password
        self.role = role
    }
}

extension User {
    /// Reads `name:password:role`; the role may be left out. The password has no colon.
    package init(specification text: String) throws(UFMModelError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
        guard (2...3).contains(parts.count), !parts[0].isEmpty else { throw .badUser(text) }
        guard let role = parts.count == 3 ? Role(rawValue: parts[2]) : .systemAdmin else { throw .badUser(text) }
        self.init(name: parts[0], password: parts[1], role: role)
    }
}

/// A token for `/ufmRestV3`, as `/app/tokens` tells of it.
package struct AccessToken: Sendable, Equatable {
    let text: String
    let user: String
    /// Seconds since 1970.
    let issuedAt: Int64
    var isRevoked = false

    /// Ten years, in seconds.
    static let lifetime: Int64 = 315_360_000

    /// A token that nobody has seen before: 30 letters and digits.
    static func invented(for user: String, at now: Moment) -> AccessToken {
        AccessToken(text: randomText(), user: user, issuedAt: now.epochSeconds)
    }

    /// 30 letters and digits.
    static func randomText() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<30).compactMap { _ in letters.randomElement() })
    }

    /// Writes the token as `/app/tokens` tells it.
    package func write(to json: inout JSONText) {
        json.object { json in
            json.key("access_token")
            json.string(text)
            json.key("revoked")
            json.bool(isRevoked)
            json.key("issued_at")
            json.integer(issuedAt)
            json.key("expires_in")
            json.integer(Self.lifetime)
            json.key("username")
            json.string(user)
        }
    }
}

extension AccessToken {
    /// Reads a token as `/app/tokens` tells it.
    package init(_ field: JSONField) throws(JSONField.Failure) {
        let members = try field.members(["access_token", "revoked", "issued_at", "expires_in", "username"])
        guard let text = members["access_token"], let user = members["username"] else {
            throw field.failure("access_token and username are needed")
        }
        self.init(
            text: try text.string(), user: try user.string(),
            issuedAt: Int64(try members["issued_at"]?.integer(0...Int.max) ?? 0),
            isRevoked: try members["revoked"]?.flag() ?? false)
    }
}

/// The fields of a form, as a browser or `curl --form` sends it.
enum FormBody {
    /// `application/x-www-form-urlencoded`; a part that cannot be read is left out.
    static func urlEncoded(_ bytes: [UInt8]) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in String(decoding: bytes, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                .map { Spelling.percentDecoded($0.replacing("+", with: " ")) }
            guard parts.count == 2, let name = parts[0], let value = parts[1] else { continue }
            fields[name] = value
        }
        return fields
    }

    /// `multipart/form-data`; nil when the content type is another one or names no boundary.
    static func multipart(_ bytes: [UInt8], contentType: String?) -> [String: String]? {
        guard let contentType, contentType.lowercased().hasPrefix("multipart/form-data"),
            let mark = contentType.firstRange(of: "boundary=")
        else { return nil }
        let boundary = contentType[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        guard !boundary.isEmpty else { return nil }
        var fields: [String: String] = [:]
        // Line ends are one character of a Swift string, so that splitting by "\n" alone would miss them.
        let text = String(decoding: bytes.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        for part in text.split(separator: "--" + boundary) {
            guard let blank = part.firstRange(of: "\n\n"),
                let name = part[..<blank.lowerBound].firstRange(of: "name=\"")
            else { continue }
            let value = part[blank.upperBound...]
            fields[String(part[name.upperBound...].prefix { $0 != "\"" })] =
                String(value.hasSuffix("\n") ? value.dropLast() : value)
        }
        return fields
    }
}

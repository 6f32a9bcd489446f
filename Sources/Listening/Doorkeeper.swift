internal import Text

/// Whom an answer is for. Pure.
struct Doorkeeper: Sendable {
    /// What a visitor from the network has to know; nil where none is asked for.
    var token: [UInt8]?

    /// Why a request is not answered; nil where it is.
    ///
    /// - Parameter isPath: whether it came through the file system, which has decided already.
    func refusal(of inquiry: Inquiry, isPath: Bool) -> Reply? {
        guard inquiry.method == "GET" || inquiry.method == "HEAD" else {
            return Reply(405, line: "nothing can be changed here", headers: ["Allow": "GET, HEAD"])
        }
        guard !isPath else { return nil }
        guard let token else {
            guard Self.isOurs(inquiry.headers["host"]) else {
                return Reply(421, line: "not the name of this server: ask for it by its address")
            }
            return nil
        }
        guard let given = Self.token(in: inquiry.headers["authorization"]), Self.areEqual(given, token) else {
            return Reply(401, line: "a token is asked for", headers: ["WWW-Authenticate": "Bearer"])
        }
        return nil
    }

    /// Whether a page of another site could not have sent it: its name may lead here, its visitors' browsers would then let
    /// it read everything.
    private static func isOurs(_ host: String?) -> Bool {
        guard let host, !host.isEmpty else { return true }
        guard let server = try? HostAndPort(parsing: host) else { return false }
        return server.host.lowercased() == "localhost" || server.isIPv6
            || server.host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { UInt8($0) != nil }
    }

    private static func token(in authorization: String?) -> [UInt8]? {
        guard let words = authorization?.split(separator: " ", maxSplits: 1), words.count == 2,
            words[0].lowercased() == "bearer"
        else { return nil }
        return Array(words[1].utf8)
    }

    /// Takes as long for a token that is almost right as for one that is not.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        var difference = UInt(left.count) ^ UInt(right.count)
        for index in right.indices { difference |= UInt(right[index] ^ (index < left.count ? left[index] : 0xff)) }
        return difference == 0
    }
}

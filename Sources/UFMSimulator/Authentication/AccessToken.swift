/// A token for `/ufmRestV3`, as `/app/tokens` tells of it.
struct AccessToken: Sendable, Equatable {
    let text: String
    let user: String
    /// Seconds since 1970.
    let issuedAt: Int64
    var isRevoked = false

    /// Ten years, in seconds.
    static let lifetime: Int64 = 315_360_000

    /// A token that nobody has seen before: 30 letters and digits.
    static func invented(for user: String, at now: UFMSimulator.Moment) -> AccessToken {
        AccessToken(text: randomText(), user: user, issuedAt: now.epochSeconds)
    }

    /// 30 letters and digits.
    static func randomText() -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        return String((0..<30).compactMap { _ in letters.randomElement() })
    }

    func write(to json: inout JSONText) {
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

import FoundationEssentials

/// Who may pass which gate.
struct Accounts: Sendable {
    /// The name of the session cookie. No source tells UFM's own.
    static let cookieName = "session"

    /// The user of tokens that are there from the start.
    private let owner: String
    private var users: [String: User] = [:]
    private var basicCredentials: [String: String] = [:]
    private var sessions: [String: String] = [:]
    private(set) var tokens: [AccessToken] = []
    private var certificateUsers: [String: String]
    /// How often the tokens have changed.
    private(set) var tokenChanges = 0

    init(_ configuration: UFM.Configuration) {
        certificateUsers = configuration.certificateUsers
        owner = configuration.user
        let admin = User(name: configuration.user, password: configuration.password)
        for user in configuration.users + [admin] { put(user) }
        tokens = configuration.tokens.map { AccessToken(text: $0, user: configuration.user, issuedAt: 0) }
    }

    /// The user whom the request proves to come from, and whether a certificate was the proof; nil if it proves none.
    func user(behind gate: Gate, _ request: SimulatedRequest) -> (user: User, byCertificate: Bool)? {
        if gate == .basic,
            let name = request.certificateNames.lazy.compactMap({ certificateUsers[$0] }).first,
            let user = users[name]
        {
            return (user, true)
        }
        let name: String? =
            switch gate {
            case .basic: Self.credentials(in: request).flatMap { basicCredentials[$0] }
            case .session: request.cookies[Self.cookieName].flatMap { sessions[$0] }
            case .token:
                Self.credentials(in: request).flatMap { text in
                    tokens.first { $0.text == text && !$0.isRevoked }?.user
                }
            case .kerberos: nil
            }
        return name.flatMap { users[$0] }.map { ($0, false) }
    }

    /// The cookie of a new session; nil for a wrong name or password.
    mutating func beginSession(name: String, password: String) -> String? {
        guard let user = users[name], user.password == password else { return nil }
        let cookie = AccessToken.randomText()
        sessions[cookie] = name
        return cookie
    }

    /// Ends all sessions, as a restart does; tokens stay.
    mutating func endSessions() {
        sessions = [:]
    }

    mutating func add(_ token: AccessToken) {
        tokens.append(token)
        tokenChanges += 1
    }

    /// Revokes a token; false if there is none of that text.
    mutating func revoke(_ text: String) -> Bool {
        guard let index = tokens.firstIndex(where: { $0.text == text }) else { return false }
        tokens[index].isRevoked = true
        tokenChanges += 1
        return true
    }

    /// Changes the password of a user; false if there is none of that name.
    mutating func setPassword(of name: String, to password: String) -> Bool {
        guard var user = users[name] else { return false }
        user.password = password
        put(user)
        return true
    }

    /// Takes in what a scenario says of users, tokens and certificates.
    mutating func adopt(_ scenario: Scenario) {
        for user in scenario.users { put(user) }
        for text in scenario.tokens { add(AccessToken(text: text, user: owner, issuedAt: 0)) }
        certificateUsers.merge(scenario.certificateUsers) { _, new in new }
    }

    /// Takes back tokens that were kept, in place of those of the same text.
    mutating func restore(_ kept: [AccessToken]) {
        let texts = Set(kept.map(\.text))
        tokens = tokens.filter { !texts.contains($0.text) } + kept
    }

    private mutating func put(_ user: User) {
        if let old = users[user.name] { basicCredentials[Self.encoded(old)] = nil }
        users[user.name] = user
        basicCredentials[Self.encoded(user)] = user.name
    }

    private static func encoded(_ user: User) -> String {
        Data("\(user.name):\(user.password)".utf8).base64EncodedString()
    }

    /// What stands behind the word `Basic`.
    private static func credentials(in request: SimulatedRequest) -> String? {
        guard let words = request.authorization?.split(separator: " "), words.count == 2,
            words[0].lowercased() == "basic"
        else { return nil }
        return String(words[1])
    }
}

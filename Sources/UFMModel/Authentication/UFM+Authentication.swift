extension UFM {
    /// `/dologin`: a form with name and password begins a session. Without a cookie in its answer it has failed.
    mutating func logIn(_ request: SimulatedRequest) throws(Refusal) -> SimulatedResponse {
        guard request.method == "POST" else { throw Self.wrongMethod(["POST"]) }
        let form = FormBody.urlEncoded(request.body)
        guard let name = form["httpd_username"], let password = form["httpd_password"],
            let cookie = accounts.beginSession(name: name, password: password)
        else { throw unauthorized(.session) }
        var response = SimulatedResponse.page(302)
        response.headers = [
            .init(name: "Location", value: "/ufm_web/"),
            .init(name: "Set-Cookie", value: "\(Accounts.cookieName)=\(cookie);Path=/;HttpOnly;Secure"),
        ]
        return response
    }

    /// What a request gets that proves no user.
    func unauthorized(_ gate: Gate) -> Refusal {
        switch switches.badAuth {
        case .unauthorized:
            var response = SimulatedResponse.page(401)
            response.headers = gate.challenge.map { [.init(name: "WWW-Authenticate", value: $0)] } ?? []
            return Refusal(response: response)
        case .redirect:
            var response = SimulatedResponse.page(302)
            response.headers = [.init(name: "Location", value: "/ufm_web/login")]
            return Refusal(response: response)
        case .loginPage:
            return Refusal(
                response: SimulatedResponse(status: 200, contentType: HTMLPage.contentType, body: HTMLPage.login))
        }
    }

    /// A new token for whoever asks.
    mutating func makeToken(
        for user: User, at now: Moment
    ) throws(Refusal) -> SimulatedResponse {
        guard user.role == .systemAdmin else { throw .page(403) }
        let token = AccessToken.invented(for: user.name, at: now)
        accounts.add(token)
        var json = JSONText()
        token.write(to: &json)
        return .json(json.text)
    }

    /// The tokens of the user, revoked ones among them.
    func listTokens(of user: User) -> SimulatedResponse {
        var json = JSONText()
        json.array { json in
            for token in accounts.tokens where token.user == user.name { token.write(to: &json) }
        }
        return .json(json.text)
    }

    /// A multipart form with the token; any other body is no form.
    mutating func revokeToken(
        _ request: SimulatedRequest, by user: User
    ) throws(Refusal) -> SimulatedResponse {
        guard let token = FormBody.multipart(request.body, contentType: request.contentType)?["token"] else {
            throw .badRequest("token is missing: it is a field of a multipart form")
        }
        guard accounts.tokens.contains(where: { $0.text == token && $0.user == user.name }),
            accounts.revoke(token)
        else { throw .notFound("Token was not found") }
        return .json("{}")
    }

    /// `{"password":"…"}` for a user's new password: 4 to 30 letters, digits and underscores.
    mutating func setPassword(
        of name: String, _ bytes: [UInt8], by user: User
    ) throws(Refusal) -> SimulatedResponse {
        guard user.role == .systemAdmin else { throw .page(403) }
        guard case .object(let fields) = JSONValue(parsing: bytes), fields.count == 1,
            case .string(let password) = fields["password"]
        else { throw .badRequest("The body is {\"password\": …}") }
        let isAllowed = password.utf8.allSatisfy { byte in
            UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || byte == UInt8(ascii: "_")
        }
        guard isAllowed, (4...30).contains(password.utf8.count) else {
            throw .badRequest("A password has 4 to 30 letters, digits and underscores")
        }
        guard accounts.setPassword(of: name, to: password) else { throw .notFound("User \(name) was not found") }
        return .json(
            JSONText.object { json in
                json.key("name")
                json.string(name)
            })
    }
}

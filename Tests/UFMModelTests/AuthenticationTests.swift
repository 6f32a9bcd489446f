import Testing
import UFMModel

struct AuthenticationTests {
    private static let version = "/app/ufm_version"

    /// The cookie of a login; nil if there was none.
    private static func logIn(_ ufm: inout ModelHarness, _ form: String) -> String? {
        let response = ufm.ask("POST", "/dologin", body: form)
        return response.headers.first { $0.name == "Set-Cookie" }?.value.split(separator: ";").first.map { String($0) }
    }

    /// The text of a new token.
    private static func makeToken(_ ufm: inout ModelHarness) -> String? {
        let body = ufm.send("POST", "/app/tokens").body
        return body.split(separator: "\"").dropFirst(3).first.map { String($0) }
    }

    private static func multipart(_ token: String) -> String {
        "--XX\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n\(token)\r\n--XX--\r\n"
    }

    @Test("A session begins with the login form, holds for its prefix alone, and ends with a restart")
    func session() throws {
        var ufm = try ModelHarness()
        let login = ufm.ask("POST", "/dologin", body: "httpd_username=admin&httpd_password=123456")
        #expect(login.status == 302 && login.contentType.hasPrefix("text/html"))
        let cookie = try #require(Self.logIn(&ufm, "httpd_username=admin&httpd_password=123456"))
        #expect(ufm.ask("GET", "/ufmRestV2" + Self.version, cookie: "a=b; " + cookie).status == 200)
        for prefix in ["/ufmRest", "/ufmRestV3", "/ufmRestKrb"] {
            #expect(ufm.ask("GET", prefix + Self.version, cookie: cookie).status == 401)
        }
        #expect(ufm.ask("GET", "/ufmRestV2" + Self.version, authorization: ModelHarness.basic).status == 401)
        ufm.model.restart()
        #expect(ufm.ask("GET", "/ufmRestV2" + Self.version, cookie: cookie).status == 401)
    }

    @Test(
        "A wrong login gets no cookie",
        arguments: [
            "httpd_username=admin&httpd_password=wrong", "httpd_username=root&httpd_password=123456",
            #"{"httpd_username":"admin","httpd_password":"123456"}"#, "",
        ])
    func wrongLogin(form: String) throws {
        var ufm = try ModelHarness()
        #expect(Self.logIn(&ufm, form) == nil)
        ufm.model.switches.badAuth = .loginPage
        let response = ufm.ask("POST", "/dologin", body: form)
        #expect(response.status == 200 && response.body.contains("httpd_password") && response.headers.isEmpty)
    }

    @Test("The form's fields may be percent-encoded")
    func encodedForm() throws {
        var ufm = try ModelHarness { $0.password = "a+b &c" }
        #expect(Self.logIn(&ufm, "httpd_username=adm%69n&httpd_password=a%2Bb+%26c") != nil)
    }

    @Test("A token is made behind basic authentication, opens its own prefix raw, and no longer when revoked")
    func token() throws {
        var ufm = try ModelHarness()
        let token = try #require(Self.makeToken(&ufm))
        #expect(token.utf8.count == 30)
        let list = #"[{"access_token":"\#(token)","revoked":false,"issued_at":1730016556,"expires_in":315360000,"#
        #expect(ufm.send("GET", "/app/tokens").body == list + #""username":"admin"}]"#)
        #expect(ufm.ask("GET", "/ufmRestV3" + Self.version, authorization: "Basic " + token).status == 200)
        #expect(ufm.ask("GET", "/ufmRestV3" + Self.version, authorization: ModelHarness.basic).status == 401)
        #expect(ufm.ask("GET", "/ufmRest" + Self.version, authorization: "Basic " + token).status == 401)
        ufm.model.restart()
        #expect(ufm.ask("GET", "/ufmRestV3" + Self.version, authorization: "Basic " + token).status == 200)

        let revoke = "/ufmRest/app/tokens/revoke"
        let type = "multipart/form-data; boundary=XX"
        #expect(ufm.send("POST", "/app/tokens/revoke", "token=" + token).status == 400)
        #expect(
            ufm.ask(
                "POST", revoke, authorization: ModelHarness.basic, contentType: type, body: Self.multipart("unknown")
            ).status == 404)
        #expect(
            ufm.ask("POST", revoke, authorization: ModelHarness.basic, contentType: type, body: Self.multipart(token))
                .status == 200)
        #expect(ufm.ask("GET", "/ufmRestV3" + Self.version, authorization: "Basic " + token).status == 401)
        #expect(ufm.send("GET", "/app/tokens").body.contains(#""revoked":true"#))
    }

    @Test("A token may be there from the start")
    func preloaded() throws {
        var ufm = try ModelHarness { $0.tokens = ["abc"] }
        #expect(ufm.ask("GET", "/ufmRestV3/resources/pkeys", authorization: "Basic abc").status == 200)
    }

    @Test("Kerberos asks to negotiate and lets nobody in")
    func kerberos() throws {
        var ufm = try ModelHarness()
        let response = ufm.ask("GET", "/ufmRestKrb" + Self.version, authorization: ModelHarness.basic)
        #expect(response.status == 401)
        #expect(response.headers.map { "\($0.name): \($0.value)" } == ["WWW-Authenticate: Negotiate"])
    }

    @Test("Who may only watch reads everything, and gets Apache's 403 for a write or a token")
    func roles() throws {
        var ufm = try ModelHarness {
            $0.users = [
                .init(name: "w", password: "w", role: .monitoringOnly),
                .init(name: "f", password: "f", role: .fabricAdmin),
            ]
        }
        let watcher = "Basic dzp3"
        let fabric = "Basic Zjpm"
        #expect(ufm.ask("GET", pkeys, authorization: watcher).status == 200)
        let refused = ufm.ask("POST", pkeys, authorization: watcher, body: addA)
        #expect(refused.status == 403 && refused.contentType.hasPrefix("text/html") && ufm.members(5) == nil)
        #expect(ufm.ask("POST", pkeys, authorization: fabric, body: addA).status == 200)
        #expect(ufm.ask("POST", "/ufmRest/app/tokens", authorization: fabric).status == 403)
        #expect(
            ufm.ask("PUT", "/ufmRest/app/users/f", authorization: fabric, body: #"{"password":"abcd"}"#).status == 403)
    }

    @Test("A new password holds from the next request on, and a bad one is refused")
    func password() throws {
        var ufm = try ModelHarness()
        for bad in ["abc", "with space", String(repeating: "a", count: 31)] {
            #expect(ufm.send("PUT", "/app/users/admin", #"{"password":"\#(bad)"}"#).status == 400)
        }
        #expect(ufm.send("PUT", "/app/users/nobody", #"{"password":"abcd_1"}"#).status == 404)
        #expect(ufm.send("PUT", "/app/users/admin", #"{"password":"abcd_1"}"#).body == #"{"name":"admin"}"#)
        #expect(ufm.send("GET", Self.version).status == 401)
        #expect(ufm.ask("GET", pkeys, authorization: "Basic YWRtaW46YWJjZF8x").status == 200)
    }

    @Test("A certificate's name opens the prefix of basic authentication for its user, and no other")
    func certificate() throws {
        var ufm = try ModelHarness { $0.certificateUsers = ["daemon.example.org": "admin", "ghost": "nobody"] }
        let names = ["other", "daemon.example.org"]
        let response = ufm.ask("GET", pkeys, certificateNames: names)
        #expect(response.status == 200)
        #expect(response.headers.map { "\($0.name): \($0.value)" } == ["ClientCertAuthen: yes"])
        #expect(ufm.ask("GET", "/ufmRest/nowhere", certificateNames: names).headers.count == 1)
        #expect(ufm.ask("GET", "/ufmRestV3" + Self.version, certificateNames: names).status == 401)
        for stranger in ["other", "ghost"] {
            #expect(ufm.ask("GET", pkeys, certificateNames: [stranger]).status == 401)
        }
        let basic = ufm.ask("GET", pkeys, authorization: ModelHarness.basic, certificateNames: ["other"])
        #expect(basic.status == 200 && basic.headers.isEmpty)
    }

    @Test(
        "A user that cannot be read is an error without the password",
        arguments: ["", "a", ":b", "a:secret:King", "a:b:c:d"])
    func badUser(text: String) {
        let error = #expect(throws: UFMModelError.self) { try User(specification: text) }
        #expect(error?.description.contains("secret") == false)
    }
}

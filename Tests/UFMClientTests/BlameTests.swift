import Fabric
import ScriptedUFM
import Testing
import Transport
import UFMClient

/// Which words a wrong answer gets, and what it counts as.
@Suite("Who is to blame")
struct BlameTests {
    private func failure(_ step: ScriptedTransport.Step, http: Bool = false) async -> UFMError? {
        let scripted = Scripted(step)
        var client = scripted.client
        if http { client.configuration.scheme = .http }
        return await #expect(throws: UFMError.self) { try await client.snapshot() }
    }

    @Test("A 403 is no wrong password: it may be a role, or another web server")
    func forbidden() async {
        let error = await failure(.html("<h1>403 Forbidden</h1>", status: 403))
        #expect(error?.isRefusedCredentials == true)
        #expect(error?.description.contains("access is forbidden (status 403)") == true)
        #expect(error?.description.contains("credentials") == false)
    }

    @Test(
        "A page with 200 is a login only if it asks for one",
        arguments: [
            ("<title>Welcome to nginx!</title>", false), ("<h1>It works!</h1>", false),
            ("<html><form><input type='Password'></form></html>", true), ("<title>UFM Enterprise</title>", true),
            ("<a href='/login'>Log in</a>", true),
        ])
    func page(body: String, isLogin: Bool) async {
        let error = await failure(.html(body))
        #expect(error?.isRefusedCredentials == isLogin && error?.isOutage == !isLogin)
        let words = isLogin ? "UFM asks for a login" : "a web page came where UFM's data were due"
        #expect(error?.description.contains("\(words) (status 200)") == true, "\(error?.description ?? "")")
    }

    @Test(
        "A TLS port that is asked without TLS says so",
        arguments: [
            "Bad Request\nYour browser sent a request that this server could not understand.\nReason: You're speaking plain "
                + "HTTP to an SSL-enabled server port.",
            "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>",
            "Client sent an HTTP request to an HTTPS server.",
        ])
    func withoutTLS(body: String) async {
        let error = await failure(.status(400, body), http: true)
        #expect(error?.isOutage == true && error?.outcome == .notApplied)
        #expect(error?.description.contains("TLS failed: asked without TLS, which is spoken there") == true)
        // Over TLS the same words mean something else.
        #expect(await failure(.status(400, body))?.kind == .rejected)
    }

    @Test("A redirect to TLS says so")
    func redirectToTLS() async {
        let answer = HTTPResponse(
            status: 301, headers: [HTTPHeader("Location", "https://ufm1/ufmRest/resources/pkeys")])
        let error = await failure(.answer(answer), http: true)
        #expect(error?.description.contains("asked without TLS") == true)
        #expect(await failure(.answer(answer))?.isRefusedCredentials == true)
    }

    @Test("A part of an answer is no answer, whatever is in it", arguments: [201, 202, 205, 206, 207, 226])
    func partial(status: Int) async throws {
        let whole = #"{"0x7fff":{"guids":[],"partition":"management"}}"#
        let error = await failure(.json(whole, status: status))
        #expect(error?.kind == .incompleteAnswer("status \(status) is not a whole answer"))
        // To a write any success is one.
        #expect(try await Scripted(.json("{}", status: status)).client.perform(.delete(key("0x67"))) == .done)
        // Absence neither.
        await #expect(throws: UFMError.self) {
            try await Scripted(.json("{}", status: status)).client.partition(key("0x67").number)
        }
    }
}

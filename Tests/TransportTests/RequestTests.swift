import TestSupport
import Testing

@testable import Transport

@Suite("What is sent and what comes back", .timeLimit(.minutes(20)))
struct RequestTests {
    /// The request as a server reads it.
    private func received(_ request: (String) -> HTTPRequest) async throws -> ScriptedRequest {
        let server = try ScriptedServer.answering()
        _ = try await withClient { try await $0.send(request(server.url)) }
        return try #require(server.log.read(\.requests.first))
    }

    @Test("A request with a body says that it brings and wants JSON, and does not wait for leave to send")
    func defaultHeaders() async throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 2 << 20)
        let request = try await received { HTTPRequest(.post, "\($0)/v3/kv/put?a=b", body: body) }
        #expect(request.method == "POST")
        #expect(request.target == "/v3/kv/put?a=b")
        #expect(request.headers["accept"] == "application/json")
        #expect(request.headers["content-type"] == "application/json")
        #expect(request.headers["expect"] == nil)
        #expect(request.headers["content-length"] == "\(body.count)")
        #expect(request.headers["transfer-encoding"] == nil)
        #expect(request.body == body)
    }

    @Test("Our own headers replace the usual ones, whatever the case of their names")
    func ownHeaders() async throws {
        let request = try await received { url in
            HTTPRequest(
                .put, url,
                headers: [HTTPHeader("ACCEPT", "text/html"), HTTPHeader("content-type", "text/plain")], body: [65])
        }
        #expect(request.headers["accept"] == "text/html")
        #expect(request.headers["content-type"] == "text/plain")
    }

    @Test("Every method reaches the server as it is", arguments: [HTTPRequest.Method.get, .post, .put, .delete])
    func methods(method: HTTPRequest.Method) async throws {
        let bare = try await received { HTTPRequest(method, $0) }
        #expect(bare.method == method.rawValue)
        #expect(bare.body == [])
        #expect(bare.headers["content-type"] == nil)
        let full = try await received { HTTPRequest(method, $0, body: [1, 2]) }
        #expect(full.method == method.rawValue)
        #expect(full.body == [1, 2])
    }

    @Test("Bodies of arbitrary bytes arrive unchanged in both directions", arguments: [Seed.fresh()])
    func binaryBodies(seed: Seed) async throws {
        var generator = SeededGenerator(seed)
        let sent = (0..<200_000).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let server = try ScriptedServer { connection in
            while let request = connection.readRequest() { connection.send(.ok(request.body.reversed())) }
        }
        let response = try await withClient { try await $0.send(HTTPRequest(.post, server.url, body: sent)) }
        #expect(response.body == sent.reversed(), "\(seed)")
    }

    @Test("A redirect is an answer and is not followed", arguments: [301, 302, 307, 308])
    func redirect(status: Int) async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send("HTTP/1.1 \(status) Moved\r\nLocation: /login\r\nContent-Length: 4\r\n\r\nmove")
            connection.readRequest()
        }
        let response = try await withClient { try await $0.send(HTTPRequest(.get, server.url)) }
        #expect(response.status == status)
        #expect(response.head.header("location") == "/login")
        #expect(response.text == "move")
        #expect(server.log.read(\.requests.count) == 1)
    }

    @Test("Interim answers are passed over, and their headers are not those of the answer")
    func interimAnswer() async throws {
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send("HTTP/1.1 100 Continue\r\nX-Which: interim\r\n\r\n")
            connection.send("HTTP/1.1 503 Busy\r\nX-Which:  final\r\nX-Empty:\r\nContent-Length: 2\r\n\r\n{}")
        }
        let response = try await withClient { try await $0.send(HTTPRequest(.post, server.url, body: [1])) }
        #expect(response.status == 503)
        #expect(response.head.headers.filter { $0.name == "X-Which" }.map(\.value) == ["final"])
        #expect(response.head.header("x-empty") == "")
        #expect(response.text == "{}")
    }

    @Test("A body above the limit is refused, one of exactly the limit is not")
    func bodyLimit() async throws {
        let server = try ScriptedServer.answering(String(repeating: "x", count: 100_000))
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, server.url, bodyLimit: 99_999))
            }
            #expect(error == .answerTooLarge(host: "127.0.0.1:\(server.port)", part: .body, limit: 99_999))
            let response = try await client.send(HTTPRequest(.get, server.url, bodyLimit: 100_000))
            #expect(response.body.count == 100_000)
        }
    }

    @Test(
        "Only http and https URLs with a host are opened",
        arguments: ["ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1:80", "", "http://", "https:///x", "http:/a"])
    func otherSchemes(url: String) async throws {
        try await withClient { client in
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, url))
            }
            #expect(error?.kind == "invalidRequest")
            #expect(error?.nothingWasSent == true)
        }
    }

    @Test("The value of a header is in no description, neither of a request nor of an error")
    func secrets() async throws {
        let secret = "Zm9vOmJhcg"
        let server = try ScriptedServer { connection in
            connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort")
        }
        let headers = [HTTPHeader("Authorization", "Basic \(secret)")]
        try await withClient { client in
            for url in [server.url, "http://127.0.0.1:1", "http://no-such-host.invalid", "nonsense"] {
                let request = HTTPRequest(.post, url, headers: headers, body: [1])
                #expect(!"\(request)".contains(secret) && !String(reflecting: request).contains(secret))
                let error = await failure { () async throws(TransportError) in try await client.send(request) }
                let texts = [error.debugDescription, error.map { "\($0)" } ?? "", String(reflecting: error)]
                #expect(!texts.contains { $0.contains(secret) })
            }
        }
        #expect("\(headers[0])" == "Authorization: …")
        #expect(server.log.read(\.requests.first)?.headers["authorization"] == "Basic \(secret)")
    }
}

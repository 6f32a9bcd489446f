import TestSupport
import Testing

@testable import Transport

@Suite("Connections that are kept", .timeLimit(.minutes(20)))
struct KeptConnectionTests {
    /// Answers the first request of the first connection, then does as told; later connections answer all with their number.
    private static func server(
        then misbehave: @escaping @Sendable (ScriptedConnection) -> Void
    ) throws -> ScriptedServer {
        try ScriptedServer { connection in
            guard connection.number == 1 else {
                while connection.readRequest() != nil { connection.send(.ok("\(connection.number)")) }
                return
            }
            connection.readRequest()
            connection.send(.ok("1"))
            misbehave(connection)
        }
    }

    private static func request(
        _ method: HTTPRequest.Method, _ server: ScriptedServer, isRepeatable: Bool? = nil, silenceLimit: Duration? = nil
    ) -> HTTPRequest {
        let body: [UInt8]? = method == .post || method == .put ? [1] : nil
        var request = HTTPRequest(method, server.url, body: body, totalTimeout: .seconds(20)).keepingItsConnection
        request.isRepeatable = isRepeatable ?? request.isRepeatable
        request.silenceLimit = silenceLimit
        return request
    }

    private static let timeoutPage =
        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"

    @Test(
        "Bytes that nobody asked for are never taken for the next answer",
        arguments: ["{}", "\r\n", timeoutPage, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"],
        [HTTPRequest.Method.get, .post, .delete])
    func unreadBytes(bytes: String, method: HTTPRequest.Method) async throws {
        let sent = Watched(false)
        let server = try Self.server { connection in
            connection.send(bytes)
            sent.update { $0 = true }
            connection.readRequest()
        }
        try await withClient { client in
            #expect(try await client.text(Self.request(.get, server)) == "1")
            // Sent is arrived, within one kernel.
            #expect(await sent.wait(timeout: .untilHung) { $0 ? true : nil } == true)
            let answer = try await client.send(Self.request(method, server))
            #expect(answer.status == 200)
            #expect(answer.text == "2")
            #expect(server.log.read { $0.requests.map(\.connection) } == [1, 2])
        }
    }

    @Test("A server's word that it waited in vain is no answer to a question that is asked in that moment")
    func lateTimeout() async throws {
        let server = try Self.server { connection in
            connection.readRequest()
            connection.send(Self.timeoutPage)
        }
        try await withClient { client in
            _ = try await client.send(Self.request(.get, server))
            let answer = try await client.send(Self.request(.post, server, isRepeatable: true))
            #expect(answer.status == 200)
            #expect(answer.text == "2")
            #expect(server.log.read { $0.requests.map(\.connection) } == [1, 1, 2])
        }
    }

    @Test("A write that is answered so is not sent again")
    func lateTimeoutOfWrite() async throws {
        let server = try Self.server { connection in
            connection.readRequest()
            connection.send(Self.timeoutPage)
        }
        try await withClient { client in
            _ = try await client.send(Self.request(.get, server))
            #expect(try await client.status(Self.request(.put, server)) == 408)
            #expect(server.log.read { $0.requests.map(\.connection) } == [1, 1])
        }
    }

    @Test("A repeatable question to which a kept connection gives no answer in time is asked on a new one")
    func silence() async throws {
        let server = try Self.server { connection in
            connection.readRequest()
            connection.readRequest()
        }
        try await withClient { client in
            _ = try await client.send(Self.request(.get, server))
            let request = Self.request(.post, server, isRepeatable: true, silenceLimit: .milliseconds(200))
            #expect(try await client.text(request) == "2")
            #expect(server.log.read { $0.requests.map(\.connection) } == [1, 1, 2])
        }
    }

    @Test("On a new connection a server may think for as long as the other limits let it")
    func slowServer() async throws {
        let gate = Gate()
        let server = try ScriptedServer { connection in
            connection.readRequest()
            gate.wait()
            connection.send(.ok("slow"))
        }
        try await withClient { client in
            let request = Self.request(.get, server, silenceLimit: .milliseconds(1))
            async let answer = client.send(request)
            #expect(await server.log.wait(timeout: .untilHung) { $0.requests.isEmpty ? nil : true } == true)
            // Long past the limit, another request has gone out and come back.
            let other = try ScriptedServer.answering()
            for _ in 1...20 { _ = try await client.send(Self.request(.get, other, silenceLimit: .milliseconds(1))) }
            gate.open()
            #expect(try await answer.text == "slow")
            #expect(server.log.read(\.accepted) == 1)
        }
    }

    @Test("A repeatable question that a kept connection dies of is asked on a new one, once")
    func deadConnection() async throws {
        let server = try ScriptedServer { connection in
            // The first connection dies of its second request, all others of their first.
            guard connection.readRequest() != nil, connection.number == 1 else { return }
            connection.send(.ok("1"))
            connection.readRequest()
        }
        try await withClient { client in
            _ = try await client.send(Self.request(.get, server))
            let error = await failure { () async throws(TransportError) in
                try await client.send(Self.request(.post, server, isRepeatable: true))
            }
            #expect(error?.kind == "connectionLost, sent")
            let connections = server.log.read { $0.requests.map(\.connection) }
            // libcurl may have made one in between, over which nothing went.
            #expect(connections == [1, 1, 2] || connections == [1, 1, 3])
        }
    }

    @Test("A connection that was idle for longer than its limit is not used again")
    func idleLimit() async throws {
        let server = try ScriptedServer.answering()
        try await withClient { client in
            var request = Self.request(.get, server)
            request.idleLimit = .zero
            _ = try await client.send(request)
            // The time itself is what is tested; libcurl counts whole seconds.
            try await Task.sleep(for: .milliseconds(1_100))
            _ = try await client.send(request)
            #expect(server.log.read { $0.requests.map(\.connection) } == [1, 2])
        }
    }
}

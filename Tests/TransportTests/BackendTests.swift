import TestSupport
import Testing

@testable import Transport

/// A balancer binds each connection to one of its servers: a kept one goes on leading to the one that is not well.
@Suite("Connections that lead to a server that is not well", .timeLimit(.minutes(20)))
struct BackendTests {
    /// The first `keptCount` connections serve one request each and are refused from then on; later ones are served.
    private static func balancer(keptCount: Int, status: Int, gate: Gate? = nil) throws -> ScriptedServer {
        try ScriptedServer { connection in
            let isBad = connection.number <= keptCount
            var isFirst = true
            while connection.readRequest() != nil {
                if isBad && !isFirst {
                    connection.send("HTTP/1.1 \(status) Unwell\r\nContent-Length: 2\r\n\r\nno")
                } else {
                    if isFirst { gate?.wait() }
                    connection.send(.ok("\(connection.number)"))
                }
                isFirst = false
            }
        }
    }

    private static func request(_ server: ScriptedServer, _ method: HTTPRequest.Method = .get) -> HTTPRequest {
        HTTPRequest(method, server.url).keepingItsConnection
    }

    @Test(
        "The first try after a refusal makes a new connection",
        arguments: [429, 500, 502, 503, 504], [HTTPRequest.Method.get, .delete])
    func nextTry(status: Int, method: HTTPRequest.Method) async throws {
        let server = try Self.balancer(keptCount: 1, status: status)
        try await withClient { client in
            let statuses = [
                try await client.status(Self.request(server)), try await client.status(Self.request(server, method)),
            ]
            #expect(statuses == [200, status])
            // Once this one and all later ones were refused in the same way. The new connection is kept.
            let texts = [
                try await client.text(Self.request(server, method)), try await client.text(Self.request(server)),
            ]
            #expect(texts == ["2", "2"])
        }
    }

    @Test("Of several kept connections that lead there, none is tried after the first")
    func severalKept() async throws {
        let gate = Gate()
        let server = try Self.balancer(keptCount: 3, status: 503, gate: gate)
        try await withClient { client in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...3 { group.addTask { try await client.status(Self.request(server)) } }
                #expect(await server.log.wait(timeout: .untilHung) { $0.requests.count == 3 ? true : nil } == true)
                for _ in 1...3 { gate.open() }
                for try await status in group { #expect(status == 200) }
            }
            #expect(server.log.read(\.accepted) == 3)
            #expect(try await client.status(Self.request(server)) == 503)
            gate.open()
            #expect(try await client.text(Self.request(server)) == "4")
        }
    }

    @Test("A refusal of what was asked says nothing of the server", arguments: [400, 401, 403, 404, 409])
    func otherStatuses(status: Int) async throws {
        let server = try Self.balancer(keptCount: 1, status: status)
        try await withClient { client in
            var statuses: [Int] = []
            for _ in 1...3 { statuses.append(try await client.status(Self.request(server))) }
            #expect(statuses == [200, status, status])
            #expect(server.log.read(\.accepted) == 1)
        }
    }
}

import TestSupport
import Testing

@testable import Transport

/// A firewall that has forgotten a connection swallows its packets: nobody is told, neither by a reset nor by an end.
@Suite(
    "Connections that a firewall swallows", .timeLimit(.minutes(20)),
    .enabled(if: PrivateNetwork.isAvailable, Comment(rawValue: PrivateNetwork.need)))
struct SwallowedConnectionTests {
    private let network: PrivateNetwork

    init() throws {
        network = try PrivateNetwork()
    }

    private func server(
        _ serve: @escaping @Sendable (ScriptedConnection) -> Void
    ) throws -> ScriptedServer {
        try network.onServer { try ScriptedServer(on: PrivateNetwork.server, serve) }
    }

    private func withClient(_ body: (HTTPClient) async throws -> Void) async throws {
        let client = try network.onClient { try HTTPClient() }
        defer { client.shutdown() }
        try await body(client)
    }

    @Test("A stream whose packets are swallowed ends, though nothing is sent over it")
    func stream() async throws {
        let server = try server { connection in
            connection.readRequest()
            connection.send(.chunkedHead)
            connection.readRequest()
        }
        try await withClient { client in
            var request = HTTPRequest(.get, server.url, totalTimeout: nil)
            request.lossLimit = .milliseconds(2_500)
            let stream = try await client.stream(request)
            try network.swallowConnections()
            let start = ContinuousClock.now
            let error = await failure { () async throws(TransportError) in try await stream.next() }
            let duration = start.duration(to: .now)
            #expect(error?.kind == "connectionLost, sent")
            // 2 to 4 s on a machine with time; libcurl's and the system's own limits would be a minute and more.
            print("a swallowed stream ended after \(duration)")
            #expect(duration < .seconds(15))
        }
    }

    @Test("A read that goes over a swallowed connection is answered over a new one", arguments: [true, false])
    func read(limitsSilence: Bool) async throws {
        let server = try server { connection in
            while connection.readRequest() != nil { connection.send(.ok("{}")) }
        }
        try await withClient { client in
            var request = HTTPRequest(.post, server.url, body: [1], totalTimeout: .seconds(60)).keepingItsConnection
            request.isRepeatable = true
            request.silenceLimit = limitsSilence ? .seconds(1) : nil
            _ = try await client.send(request)
            try network.swallowConnections()
            let start = ContinuousClock.now
            #expect(try await client.status(request) == 200)
            let duration = start.duration(to: .now)
            print("a read over a swallowed connection was answered after \(duration)")
            #expect(duration < .seconds(15))
            let connections = server.log.read { $0.requests.map(\.connection) }
            // libcurl may have made one in between, over which nothing went.
            #expect(connections == [1, 2] || connections == [1, 3])
        }
    }

    @Test("A write that goes over a swallowed connection is told as lost in seconds, and is not sent again")
    func write() async throws {
        let server = try server { connection in
            while connection.readRequest() != nil { connection.send(.ok("{}")) }
        }
        try await withClient { client in
            let request = HTTPRequest(.put, server.url, body: [1], totalTimeout: .seconds(60)).keepingItsConnection
            _ = try await client.send(request)
            try network.swallowConnections()
            let start = ContinuousClock.now
            let error = await failure { () async throws(TransportError) in try await client.send(request) }
            let duration = start.duration(to: .now)
            #expect(error?.kind == "connectionLost, sent")
            print("a write over a swallowed connection was given up after \(duration)")
            #expect(duration < .seconds(15))
            #expect(server.log.read { $0.requests.map(\.connection) } == [1])
        }
    }
}

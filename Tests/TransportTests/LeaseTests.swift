import Synchronization
import TestSupport
import Testing

@testable import Transport

/// A lease that a test ends and moves.
private final class TestLease: SendLease {
    private let end: Mutex<ContinuousClock.Instant>

    init(_ time: Duration = .seconds(3_600)) { end = Mutex(.now.advanced(by: time)) }

    var remaining: Duration? { end.withLock { ContinuousClock.now.duration(to: $0) } }
    func move(to time: Duration) { end.withLock { $0 = .now.advanced(by: time) } }
    func revoke() { move(to: .zero) }
}

@Suite("Requests under a lease", .timeLimit(.minutes(20)))
struct LeaseTests {
    private func request(_ server: ScriptedServer, _ lease: TestLease) -> HTTPRequest {
        var request = HTTPRequest(.put, server.url, body: Array("{}".utf8), totalTimeout: nil)
        request.lease = lease
        return request
    }

    /// A server that reads requests and answers none until the gate is open.
    private func silent(until gate: Gate) throws -> ScriptedServer {
        try ScriptedServer { connection in
            while connection.readRequest() != nil {
                gate.wait()
                connection.send(.ok("{}"))
            }
        }
    }

    private func send(_ request: HTTPRequest, _ client: HTTPClient) async -> TransportError? {
        await failure { () async throws(TransportError) in try await client.send(request) }
    }

    @Test("What has no lease any more never leaves")
    func over() async throws {
        let server = try ScriptedServer.answering()
        let lease = TestLease()
        lease.revoke()
        try await withClient { client in
            #expect(await send(request(server, lease), client)?.kind == "leaseEnded, not sent")
            // What needs none goes on, and is the first that the server sees.
            let response = try await client.send(HTTPRequest(.get, server.url))
            #expect(response.status == 200)
            #expect(server.log.read(\.requests).map(\.method) == ["GET"])
        }
    }

    @Test("What is on its way when its lease is revoked is aborted, and may have been applied")
    func revoked() async throws {
        let gate = Gate()
        let server = try silent(until: gate)
        let lease = TestLease()
        try await withClient { client in
            let task = Task { await send(request(server, lease), client) }
            #expect(await server.log.wait(timeout: .untilHung) { $0.requests.isEmpty ? nil : true } == true)
            lease.revoke()
            #expect(await task.value?.kind == "leaseEnded, sent")
            gate.open()
        }
    }

    @Test("A lease ends by itself, though nothing else happens")
    func expiry() async throws {
        let gate = Gate()
        let server = try silent(until: gate)
        let lease = TestLease(.milliseconds(300))
        try await withClient { client in
            let kind = await send(request(server, lease), client)?.kind
            #expect(kind?.hasPrefix("leaseEnded") == true)
            #expect(lease.hasRunOut)
            gate.open()
        }
    }

    /// A lease that is renewed each time before it is asked.
    private final class Renewed: SendLease {
        let asked = Watched(0)
        var remaining: Duration? {
            asked.update { $0 += 1 }
            return .milliseconds(20)
        }
    }

    @Test("Renewals count for what is on its way already")
    func renewal() async throws {
        let gate = Gate()
        let server = try silent(until: gate)
        let lease = Renewed()
        try await withClient { client in
            var request = HTTPRequest(.put, server.url, body: Array("{}".utf8), totalTimeout: nil)
            request.lease = lease
            let task = Task { [request] in try await client.send(request).status }
            _ = await server.log.wait(timeout: .untilHung) { $0.requests.isEmpty ? nil : true }
            // Five times over it has passed the end that it had when the request was sent.
            let first = lease.asked.read { $0 }
            _ = await lease.asked.wait(timeout: .untilHung) { $0 < first + 5 ? nil : true }
            gate.open()
            let status = try await task.value
            #expect(status == 200)
        }
    }

    @Test("Over a kept connection, too, nothing leaves without its lease")
    func keptConnection() async throws {
        let server = try ScriptedServer.answering()
        let lease = TestLease()
        try await withClient { client in
            let status1 = try await client.status(request(server, lease))
            #expect(status1 == 200)
            lease.revoke()
            #expect(await send(request(server, lease), client)?.kind == "leaseEnded, not sent")
            let status2 = try await client.status(HTTPRequest(.get, server.url))
            #expect(status2 == 200)
            #expect(server.log.read(\.requests).map(\.method) == ["PUT", "GET"])
        }
    }

    /// A lease that is over from the second time that it is asked.
    private final class AskedOnce: SendLease {
        private let times = Mutex(0)
        var remaining: Duration? {
            times.withLock { times in
                times += 1
                return times > 1 ? .zero : .seconds(3_600)
            }
        }
    }

    @Test("A lease that runs out while the connection is made lets nothing be sent over it")
    func betweenDrives() async throws {
        let server = try ScriptedServer.answering()
        try await withClient { client in
            var request = HTTPRequest(.put, server.url, body: Array("{}".utf8))
            request.lease = AskedOnce()
            #expect(await send(request, client)?.kind == "leaseEnded, not sent")
            let status3 = try await client.status(HTTPRequest(.get, server.url))
            #expect(status3 == 200)
            #expect(server.log.read(\.requests).map(\.method) == ["GET"])
        }
    }

    @Test("A request of which half is sent is aborted, and counts as sent")
    func halfSent() async throws {
        let gate = Gate()
        // It reads nothing before the gate is open, so that a large body fills what lies between.
        let server = try ScriptedServer { connection in
            gate.wait()
            _ = connection.readRequest()
        }
        defer { gate.open() }
        let lease = TestLease()
        try await withClient { client in
            var request = HTTPRequest(.put, server.url, body: [UInt8](repeating: 32, count: 64 << 20))
            request.lease = lease
            request.lossLimit = .seconds(60)
            let task = Task { [request] in await send(request, client) }
            #expect(await server.log.wait(timeout: .untilHung) { $0.accepted == 0 ? nil : true } == true)
            lease.revoke()
            let kind = await task.value?.kind
            #expect(kind?.hasPrefix("leaseEnded") == true)
        }
    }
}

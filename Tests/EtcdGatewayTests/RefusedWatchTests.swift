import KeyHistory
import Synchronization
import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("Watches and lists that fail again and again", .timeLimit(.minutes(20)))
struct RefusedWatchTests {
    private static let endpoint = EtcdEndpoint(scheme: .http, host: "m.example", port: 1)
    static let list = #"{"header":{"cluster_id":"7","member_id":"1","revision":"9","raft_term":"2"}}"#
    static let created = #"{"result":{"header":{"cluster_id":"7","member_id":"1","revision":"9"},"created":true}}"#
    static let compacted =
        #"{"result":{"header":{"cluster_id":"7","revision":"9"},"canceled":true,"compact_revision":"40"}}"#

    private func requests(
        in time: Duration, _ answer: @escaping RoutedTransport.Answer
    ) async throws -> (watches: Int, all: Int) {
        let transport = try RoutedTransport(["m.example:1": answer])
        defer { transport.shutdown() }
        let client = try EtcdClient(EtcdConfiguration(endpoints: [Self.endpoint]), transport: transport)
        let following = Following(client, "/a/")
        try? await Task.sleep(for: time)
        await following.stop()
        return (transport.count(of: "m.example:1", "/v3/watch"), transport.requests.count)
    }

    @Test("A watch that is always refused as compacted is asked for with a growing wait")
    func compacted() async throws {
        let (watches, all) = try await requests(in: .seconds(6)) { request in
            request.url.hasSuffix("/watch")
                ? .answer(Self.created + "\n" + Self.compacted + "\n") : .answer(Self.list)
        }
        print("refused as compacted, in 6 s: \(watches) watches, \(all) requests")
        #expect(watches <= 12 && all <= 60)
    }

    @Test("A cancellation of the connection that was not ours is a watch that has ended, and is taken up again")
    func foreignCancellation() async throws {
        let client = try EtcdClient(
            EtcdConfiguration(endpoints: [Self.endpoint]), transport: CancellingTransport())
        let following = Following(client, "/a/")
        try await following.reaches("progress") { $0.revisions == [12] }
        #expect(following.state.read(\.failure) == nil)
        await following.stop()
    }
}

/// A transport whose first watches are aborted by somebody else.
private final class CancellingTransport: HTTPTransport {
    private let watches = Mutex(0)

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        HTTPResponse(status: 200, body: Array(RefusedWatchTests.list.utf8))
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        let number = watches.withLock { watches in
            watches += 1
            return watches
        }
        let event =
            #"{"result":{"header":{"cluster_id":"7","revision":"12"},"events":[{"kv":{"key":"L2EvMQ==","mod_revision":"12"}}]}}"#
        let words = [RefusedWatchTests.created + "\n"] + (number > 2 ? [event + "\n"] : [])
        let rest = Mutex(words)
        return HTTPStream(head: HTTPResponseHead(status: 200, headers: [])) { () async throws(TransportError) in
            if let next = rest.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return Array(next.utf8) }
            guard number > 2 else { throw .cancelled }
            try? await Task.sleep(for: .seconds(60))
            throw .cancelled
        }
    }
}

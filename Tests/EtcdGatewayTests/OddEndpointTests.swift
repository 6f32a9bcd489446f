import KeyHistory
import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("Endpoints that are no etcd, or not ours to trust", .timeLimit(.minutes(20)))
struct OddEndpointTests {
    /// What stands at the first endpoint.
    enum Oddity: String, CaseIterable, CustomTestStringConvertible {
        case gatewayOff, page404, page200, emptyObject, empty200, garbage, badGateway, untrusted, refusal, otherPort

        var testDescription: String { rawValue }

        var answer: Result<HTTPResponse, TransportError> {
            switch self {
            case .gatewayOff: .answer("404 page not found\n", status: 404)
            case .page404: .answer("<html><h1>Not Found</h1></html>", status: 404)
            case .page200: .answer("<html><h1>It works!</h1></html>")
            case .emptyObject: .answer("{}")
            case .empty200: .answer("")
            case .garbage: .failure(.connectionLost(host: "odd", reason: "Received HTTP/0.9", sent: true))
            case .badGateway: .answer("<html><h1>502 Bad Gateway</h1></html>", status: 502)
            case .untrusted: .failure(.untrustedCertificate(host: "odd", reason: "self-signed certificate"))
            case .refusal: .answer(#"{"code":12,"message":"Not Implemented"}"#, status: 501)
            case .otherPort: .answer("", status: 415)
            }
        }
    }

    static let odd = EtcdEndpoint(scheme: .http, host: "odd.example", port: 1)

    private func withOddity(
        _ oddity: Oddity, login: EtcdConfiguration.Login? = nil,
        _ body: (EtcdClient, RoutedTransport) async throws -> Void
    ) async throws {
        let etcd = try await SharedEtcd.get()
        let transport = try RoutedTransport(["odd.example:1": { _ in oddity.answer }])
        defer { transport.shutdown() }
        let configuration = EtcdConfiguration(endpoints: [Self.odd, try etcd.member], timeout: .seconds(10))
        try await body(try EtcdClient(configuration, transport: transport), transport)
    }

    @Test(
        "An odd endpoint before a good one is passed over by lists, writes, followers and watches",
        arguments: Oddity.allCases)
    func passedOver(_ oddity: Oddity) async throws {
        let prefix = freshPrefix()
        try await withOddity(oddity) { client, _ in
            let revision = try await client.put("\(prefix)a".bytes, [1])
            #expect(try await client.list(.prefix(prefix.bytes)).keyValues.map(\.modRevision) == [revision])
        }
        try await withOddity(oddity) { client, _ in
            let watch = try await client.watch(.prefix(prefix.bytes), from: 1)
            #expect(watch.endpoint != Self.odd)
        }
        try await withOddity(oddity) { client, transport in
            let following = Following(client, prefix)
            try await following.reaches("list") { $0.lists == [.start] && $0.keys.count == 1 }
            let revision = try await client.put("\(prefix)b".bytes, [2])
            try await following.reaches("change") { $0.revisions == [revision] }
            await following.stop()
            #expect(following.state.read(\.failure) == nil && following.state.read(\.news) == [])
            // It is not asked first again and again.
            #expect(transport.count(of: "odd.example:1") <= 2)
        }
    }
}

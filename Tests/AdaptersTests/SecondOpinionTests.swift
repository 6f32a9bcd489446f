import Adapters
import EtcdGateway
import Foundation
import KeyHistory
import Reconciler
import Synchronization
import Testing
import Transport

@Suite("A second opinion of etcd")
struct SecondOpinionTests {
    private let fence = WriteFence(key: "/leader", revision: 4711)

    private struct Lease: WriteLease {
        let remaining: Duration?
    }

    private func permit(_ remaining: Duration, _ fence: WriteFence? = nil) throws -> WritePermit {
        try #require(WriteGate(lease: Lease(remaining: remaining), fence: fence).permit(for: .confirmation))
    }

    private func source(_ transport: any HTTPTransport) throws -> EtcdSource {
        let member = EtcdEndpoint(scheme: .http, host: "e1", port: 2379)
        return EtcdSource(
            try EtcdClient(EtcdConfiguration(endpoints: [member]), transport: transport), prefix: "/p/")
    }

    @Test("It compares the fence of the permit, and is not asked for once the lease is over")
    func leased() async throws {
        let etcd = Answering(#"{"header": {"revision": "7"}, "succeeded": true}"#)
        let source = try source(etcd)
        #expect(try await source.confirm(["/p/0x5": .absent], permit(.seconds(9), fence)))
        let body = etcd.requests.withLock { $0.first.map { String(decoding: $0.body ?? [], as: UTF8.self) } ?? "" }
        #expect(body.contains(Data("/leader".utf8).base64EncodedString()) && body.contains("4711"))
        let over = try permit(.zero, fence)
        let failure = await #expect(throws: Failure.self) {
            _ = try await source.confirm(["/p/0x5": .absent], over)
        }
        #expect(failure?.cause == .leaseEnded && failure?.outcome == .nothing)
        #expect(etcd.requests.withLock { $0.count } == 1)
    }

    @Test("Two lists, which compare no fence, do not stand in for it where there is one")
    func forbidden() async throws {
        let etcd = Answering(#"{"error": "etcdserver: permission denied", "code": 7}"#, status: 403)
        let source = try source(etcd)
        let fenced = try permit(.seconds(9), fence)
        let failure = await #expect(throws: Failure.self) {
            _ = try await source.confirm(["/p/0x5": .absent], fenced)
        }
        #expect(failure?.cause == .permission)
        #expect(etcd.requests.withLock { $0.map(\.url) } == ["http://e1:2379/v3/kv/txn"])
    }
}

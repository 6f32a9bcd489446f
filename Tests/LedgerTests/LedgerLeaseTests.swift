import EtcdGateway
import Fabric
import Foundation
import KeyHistory
import Ledger
import Planning
import Reconciler
import Synchronization
import Testing
import Transport

/// Says yes to every transaction that may be sent.
private final class YesMan: HTTPTransport {
    let bodies = Mutex<[String]>([])

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if request.lease?.hasRunOut ?? false { throw .leaseEnded(host: request.url, sent: false) }
        // Before and beside it, members are asked whether they are etcd, and alive.
        if request.url.hasSuffix("/kv/txn") {
            bodies.withLock { $0.append(String(decoding: request.body ?? [], as: UTF8.self)) }
        }
        return HTTPResponse(status: 200, body: Array(#"{"header": {"revision": "7"}, "succeeded": true}"#.utf8))
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        throw .invalidRequest("nobody watches")
    }
}

private struct Lease: WriteLease {
    let remaining: Duration?
}

@Suite("Under whose lease the ledger is written")
struct LedgerLeaseTests {
    private let pkey: PKey
    private let record = LedgerRecord(.claimed, key: "/p/0x5", revision: 5)

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private func permit(_ remaining: Duration, _ fence: WriteFence? = nil) throws -> WritePermit {
        try #require(WriteGate(lease: Lease(remaining: remaining), fence: fence).permit(for: .claim))
    }

    /// All that can be written in a ledger.
    private enum Write: CaseIterable {
        case claim, claims, amendment, wait, authorisation, takingBack, clearing, conflict, release
    }

    private func make(
        _ write: Write, in ledger: any InspectableLedger, _ permit: WritePermit
    ) async throws(Failure) {
        let version = RecordVersion(3)
        switch write {
        case .claim: _ = try await ledger.claim(record, for: pkey, over: version, expecting: .absent, permit)
        case .claims: _ = try await ledger.claim([pkey: NewClaim(record, .absent)], permit)
        case .amendment: _ = try await ledger.amend(record, for: pkey, over: version, permit)
        case .wait: _ = try await ledger.wait(record, for: WaitingNote([]), of: pkey, over: version, permit)
        case .authorisation:
            _ = try await ledger.authoriseDeletion(
                of: pkey, record, over: version, expecting: [:], leaving: nil, permit)
        case .takingBack: _ = try await ledger.takeBack(pkey, record, by: version, expecting: [:], permit)
        case .clearing: try await ledger.clear([pkey: version], permit)
        case .conflict:
            _ = try await ledger.note(ConflictNote(key: "/p/0x5", revision: 3, Conflict([GUID]())), on: pkey, permit)
        case .release: _ = try await ledger.release(pkey, over: version, expecting: [:], permit)
        }
    }

    @Test("Every write of a ledger in etcd compares the fence, and none goes out once the lease is over")
    func etcd() async throws {
        let transport = YesMan()
        let members = ["e1", "e2"].map { EtcdEndpoint(scheme: .http, host: $0, port: 2379) }
        let client = try EtcdClient(EtcdConfiguration(endpoints: members), transport: transport)
        let ledger = EtcdLedger(EtcdRecords(client, fabric: "default"), sources: [Vouching()])
        let fence = WriteFence(key: "/leader", revision: 4711)
        for (index, write) in Write.allCases.enumerated() {
            try await make(write, in: ledger, permit(.seconds(9), fence))
            let bodies = transport.bodies.withLock { $0 }
            #expect(bodies.count == index + 1)
            #expect(bodies.last?.contains(Data("/leader".utf8).base64EncodedString()) == true)
            #expect(bodies.last?.contains("4711") == true)
        }
        for write in Write.allCases {
            let over = try permit(.zero, fence)
            let failure = await #expect(throws: Failure.self) { try await make(write, in: ledger, over) }
            #expect(failure?.cause == .leaseEnded && failure?.outcome == .nothing)
        }
        #expect(transport.bodies.withLock { $0.count } == Write.allCases.count)
    }

    @Test(
        "A ledger in a file is written under the lease too, and not at all by one whose writes are to be compared in etcd"
    )
    func file() async throws {
        let harness = try FileLedgerHarness()
        let ledger = try await harness.filled([pkey])
        let version = try #require(try await ledger.entry(of: pkey)?.version)
        let before = try await ledger.records()
        for permit in [try permit(.zero), try permit(.seconds(9), WriteFence(key: "/leader", revision: 1))] {
            let changed = LedgerRecord(.failing, key: "/pkeys/0x5", revision: 10, error: "no")
            let failure = await #expect(throws: Failure.self) {
                _ = try await ledger.amend(changed, for: pkey, over: version, permit)
            }
            #expect(failure?.cause == (permit.fence == nil ? .leaseEnded : .settings))
            #expect(try await ledger.records() == before)
        }
    }
}

/// A source of the same etcd, that is asked for nothing.
private struct Vouching: EtcdKeySource {
    let id = SourceID("etcd", prefix: "/p/")
    func isKept(in client: EtcdClient) -> Bool { true }
    func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot { throw Failure(.rejected, "no") }
    func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {}
    func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher { throw Failure(.rejected, "no") }
}

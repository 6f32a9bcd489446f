import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// Which ports a partition has still to give up, by what is wanted and what may be done of it.
@Suite("Ports that leave")
struct LeavingPortsTests {
    private let pkey: PKey
    /// In the partition; the first is wanted there as well.
    private let ports: [GUID]

    init() throws {
        pkey = try PKey(parsing: "0x5")
        ports = try ["043f720300f55101", "043f720300f55102"].map { try GUID(parsing: $0) }
    }

    private func leaving(_ wanted: Intent, _ intent: Intent, isOwned: Bool) -> Set<GUID> {
        Standing(
            pkey: pkey, source: "etcd", wanted: wanted, intent: intent, word: .listed, key: "/p/0x5", revision: 7,
            record: isOwned ? LedgerRecord(.synced, key: "/p/0x5", revision: 5) : nil, version: .absent,
            lostHistory: nil, isLost: false, actual: .none, absence: .unknown
        ).leaving(of: Set(ports), isDoubted: false)
    }

    private func present() throws -> Intent {
        .present(try #require(DesiredPartition(members: [Member(guid: ports[0], index0: true)], ipOverIB: true)))
    }

    @Test("What waits for members to agree gives up what is not wanted once they do, and no port joins before")
    func membersDisagree() throws {
        #expect(leaving(try present(), .held(.membersDisagree), isOwned: true) == [ports[1]])
        #expect(leaving(.absent, .held(.membersDisagree), isOwned: true) == Set(ports))
    }

    @Test("Without a hold the same ports leave; of a stranger's partition none does")
    func otherwise() throws {
        #expect(leaving(try present(), try present(), isOwned: true) == [ports[1]])
        #expect(leaving(.absent, .absent, isOwned: true) == Set(ports))
        #expect(leaving(.absent, .held(.membersDisagree), isOwned: false) == [])
    }
}

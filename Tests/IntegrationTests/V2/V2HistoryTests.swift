import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// etcd's v2 store goes on from an older state than the one that the daemon was told.
@Suite("Another history of etcd's v2 store")
struct V2HistoryTests {
    private static let pkeys = (0x10..<0x18).map { "0x20" + String($0, radix: 16) }

    /// One tenant has the same host everywhere.
    private static func puts(_ host: String) -> [String] { pkeys.map { "put \($0) \(host) -" } }

    private func waitFor(_ state: String, in site: Site) async throws {
        try await eventually("all records are \(state)", timeout: .seconds(60)) {
            let records = try await site.entries(prefix: Site.ledgerPrefix)
            return records.count == Self.pkeys.count
                && records.allSatisfy { $0.value.contains("\"state\":\"\(state)\"") }
        }
    }

    @Test("One that was put back from a copy, and has overtaken us since, changes nothing before somebody approves")
    func putBack() async throws {
        try await withV2Site { site, pcocc in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await pcocc.run(Self.puts("043f720300f55176"))
            try await waitFor("synced", in: site)
            let copy = try await site.etcd.saveCopy()
            try await pcocc.run(Self.puts("043f720300f55177"))
            try await eventually("the new tenant") {
                site.ufm.createdPartitions.values.allSatisfy { Set($0.members.keys) == [V2DaemonTests.otherHost] }
            }
            try await waitFor("synced", in: site)
            let (before, written) = (site.ufm.createdPartitions, site.ufm.writes.count)

            // While the daemon does not look, the store comes back and others use it: its index passes ours.
            _ = daemon.send(signal: 19)
            try await site.etcd.putBackAndRestart(from: copy)
            try await pcocc.run(["touch /others 100"])
            _ = daemon.send(signal: 18)
            try await daemon.waitForLine(containing: "has another history than before", timeout: .seconds(90))
            let reads = site.ufm.requests.count
            try await site.ufm.waitFor("three resyncs") { $0.requests.count >= reads + 3 }
            #expect(site.ufm.writes.count == written)
            #expect(site.ufm.createdPartitions == before)
            #expect(try await daemon.stop(within: .seconds(20)) == .code(0))
        }
    }
}

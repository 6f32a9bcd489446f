import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The daemon when endpoints in its list are not what they should be.
@Suite("Odd endpoints before the daemon")
struct OddEndpointTests {
    private static let host: UInt64 = 0x043f_7203_00f5_5176

    @Test(
        "A web server first in the list, or a member of another authority, is told once with its name, and passed over",
        arguments: KeyPlace.allCases)
    func passedOver(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            // Answers 404 to everything that it does not know.
            let web = site.ufmHost
            let daemon = try site.startDaemon(
                "--poll-interval", "1", "--etcd-endpoints",
                "\(web),https://\(site.etcd.endpoint),http://\(site.etcd.endpoint)")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.waitForMembers([Self.host], of: 0x200e)
            #expect(try await daemon.stop() == .code(0))
            let lines = daemon.lines.map(\.text).filter { $0.contains(web) && $0.contains("WARNING") }
            // Of each interface that is asked there: the ledger is in v3.
            #expect(lines.count == (keys == .v3 ? 1 : 2), "\(lines)")
            #expect(lines.allSatisfy { $0.contains("the other endpoints are used") }, "\(lines)")

            let put = try await site.etcdTool(
                "--put", "/odd", "--value", "1", "--etcd-endpoints", "\(web),\(site.etcd.endpoint)")
            #expect(put.status == .code(0))
            #expect(try await site.get("/odd")?.value == "1")
        }
    }

    @Test(
        "A stray cluster first in the list is outvoted, and alone it deletes nothing and adds nothing",
        arguments: KeyPlace.allCases)
    func stray(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let stray = try await site.startOtherEtcd()
            try await withKeyWriter(site, to: stray) { writer in
                for _ in 0..<50 { try await writer.put(0x3000, hosts: [0xaa01]) }
            }
            let daemon = try site.startDaemon(
                "--poll-interval", "1", "--etcd-endpoints",
                "\(stray.endpoint),\(site.etcd.endpoint),localhost:\(site.etcdPort)")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.waitForMembers([Self.host], of: 0x200e)
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            let written = site.ufm.writes.count
            try await site.etcd.kill()
            try await daemon.waitForLine(containing: "answers, and not")
            try await Task.sleep(for: .seconds(3))
            #expect(site.ufm.writes.count == written)
            try await site.etcd.restart()
            try await site.delete(pkey: "0x200e")
            try await site.waitForMembers(nil, of: 0x200e)
            #expect(site.partition(0x3000) == nil)
            #expect(try await daemon.stop() == .code(0))
            try await stray.kill()
        }
    }

    @Test("Two clusters without a majority are told with their ids, and nothing is done before one is named")
    func split() async throws {
        try await withSite(.http) { site in
            let other = try await EtcdServer.start(site.etcd.options)
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let endpoints = "\(other.endpoint),\(site.etcd.endpoint)"
            let daemon = try site.startDaemon("--poll-interval", "1", "--etcd-endpoints", endpoints)
            let id = try await site.clusterID
            try await daemon.waitForLine("both ids") {
                $0.text.hasPrefix("ERROR: ") && $0.text.contains("is of 0x\(id)")
                    && $0.text.contains("--etcd-cluster-id")
            }
            #expect(site.ufm.writes.isEmpty)
            #expect(try await daemon.stop() == .code(0))

            let state = try TemporaryDirectory("state")
            let named = try site.startDaemon(
                "--poll-interval", "1", "--etcd-endpoints", endpoints, "--etcd-cluster-id", id, "--state-dir",
                state.path)
            try await site.waitForMembers([Self.host], of: 0x200e)
            #expect(try await named.stop() == .code(0))
            let kept = try String(contentsOfFile: state.file("etcd-told.json"), encoding: .utf8)
            #expect(kept.contains(id))
            try await other.kill()
        }
    }
}

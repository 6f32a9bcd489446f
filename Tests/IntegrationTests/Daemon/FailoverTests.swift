import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The daemon while UFM moves from one host to another.
@Suite("UFM's failover")
struct FailoverTests {
    private static let port = "043f720300f55176"
    private static let guid: UInt64 = 0x043f_7203_00f5_5176

    @Test("The daemon leaves a host that is no longer at work, finds the other one, and repairs what was missed")
    func twoHosts() async throws {
        try await withSite(.http) { site in
            try await UFMSimulator.withSimulator(standbyOf: site.ufm) { standby in
                let daemon = try site.startDaemon(
                    "--ufm-host", "127.0.0.1:\(standby.port),\(site.ufmHost)", "--poll-interval", "1")
                try await site.put(pkey: "0x2000", hosts: [Self.port])
                try await site.waitForMembers([Self.guid], of: 0x2000)
                #expect(standby.requests.allSatisfy { !$0.isWrite })

                await standby.promote()
                try await site.put(pkey: "0x2001", hosts: [Self.port])
                try await site.delete(pkey: "0x2000")
                try await site.waitForPartitions([0x2001: [Self.guid]])
                #expect(standby.requests.contains { $0.isWrite && $0.changedState })
                #expect(try await daemon.stop() == .code(0))
                #expect(daemon.output.contains("UFM does not answer") == daemon.output.contains("UFM answers again"))
            }
        }
    }

    @Test("One host that is away for a while and comes back with its partitions is told once and caught up with")
    func oneHost() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.put(pkey: "0x2000", hosts: [Self.port])
            try await site.waitForMembers([Self.guid], of: 0x2000)
            await site.ufm.failOver(for: .seconds(3), answer: .serviceUnavailable)
            try await daemon.waitForLine(containing: "UFM does not answer")
            try await site.put(pkey: "0x2001", hosts: [Self.port])
            try await site.delete(pkey: "0x2000")
            try await daemon.waitForLine(containing: "UFM answers again, after ")
            try await site.waitForPartitions([0x2001: [Self.guid]])
            #expect(try await daemon.stop() == .code(0))
            #expect(daemon.lines.count { $0.text.contains("UFM does not answer") } == 1)
        }
    }
}

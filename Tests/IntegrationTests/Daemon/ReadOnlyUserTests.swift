import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// A UFM user who may read, and whose every write is answered with 403.
@Suite("A UFM user who may only read")
struct ReadOnlyUserTests {
    private static let pkeys = (0x2000..<0x2020).map { "0x" + String($0, radix: 16) }

    private func withMonitor(_ body: (Site) async throws -> Void) async throws {
        var options = Site.Options()
        options.simulator.ufm.users = [User(name: "eve", password: options.ufmPassword, role: .monitoringOnly)]
        try await withSite(.http, options, body)
    }

    private func startReader(_ site: Site, _ extra: String...) throws -> BackgroundProcess {
        try site.start(["monitor", "--etcd-user", "root", "--ufm-user", "eve"] + site.ufmTrust + extra)
    }

    /// Puts all keys, each with a port of its own.
    private func putAll(_ site: Site) async throws {
        try await site.put(
            Self.pkeys.enumerated().map { index, pkey in
                (
                    Site.pkeyPrefix + pkey,
                    "{'host_guids': ['0x043f720300f5\(String(0x5100 + index, radix: 16))'], 'vf_guids': []}"
                )
            })
    }

    @Test(
        "One line at ERROR names the user; writes are tried less and less often, reads and the status go on, and a new key is tried at once"
    )
    func monitor() async throws {
        try await withMonitor { site in
            try await putAll(site)
            let daemon = try startReader(site, "--poll-interval", "1")
            let line = try await daemon.waitForLine(containing: "UFM lets us read and change nothing").text
            #expect(line.hasPrefix("ERROR: ") && line.contains("the user eve may lack the role"))
            try await StatusSummary.wait(for: ["failing": Self.pkeys.count]) {
                try await site.status("--output", "json")
            }
            #expect(try await site.statusOf("0x2000")?.error?.contains("403") == true)
            let (reads, writes) = (site.ufm.requests.count, site.ufm.writes.count)
            try await site.ufm.waitFor("resyncs") { $0.requests.count >= reads + 10 }
            // One by one, after 1, 2, 4 and 8 seconds.
            #expect(writes <= 12 && site.ufm.writes.count <= writes + 5, "\(writes), \(site.ufm.writes.count)")
            let lines = daemon.lines.map(\.text)
            #expect(lines.count { $0.hasPrefix("ERROR") } == 1, "\(lines.filter { $0.hasPrefix("ERROR") })")
            #expect(lines.count { $0.hasPrefix("WARNING") } == 0, "\(lines.filter { $0.hasPrefix("WARNING") })")
            #expect(!daemon.output.contains("UFM does not answer"))
            #expect(site.ufm.createdPartitions.isEmpty)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("When the role is granted, the next write that is tried sets all free; a key that is told is tried at once")
    func granted() async throws {
        try await withSite(.http) { site in
            for method in ["POST", "PUT", "DELETE"] {
                site.ufm.inject(
                    UFMSimulator.Fault(
                        .answer(status: 403, contentType: "application/json", body: "\"Forbidden\""), method: method,
                        count: nil))
            }
            try await putAll(site)
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM lets us read and change nothing")
            // Those that were under way by then have been answered, and one has been tried by itself: of a UFM that takes one and
            // refuses the next, each refusal would be told.
            try await site.ufm.waitFor("single tries") {
                $0.requests.filter(\.isWrite).count >= 7
            }
            site.ufm.clearFaults()
            try await site.put(pkey: "0x3000", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "UFM takes changes again, after ")
            try await StatusSummary.wait(for: ["synced": Self.pkeys.count + 1]) {
                try await site.status("--output", "json")
            }
            #expect(daemon.lines.count { $0.text.hasPrefix("ERROR") } == 1, "\(daemon.output)")
            // And when it is taken away, it is told once more.
            for method in ["POST", "PUT", "DELETE"] {
                site.ufm.inject(UFMSimulator.Fault(.status(403), method: method, count: nil))
            }
            for pkey in ["0x2000", "0x2001", "0x2002"] { try await site.delete(pkey: pkey) }
            try await eventually("told again") {
                daemon.lines.count { $0.text.contains("UFM lets us read and change nothing") } == 2
            }
            #expect(daemon.lines.count { $0.text.hasPrefix("ERROR") } <= 3)
            site.ufm.clearFaults()
            for number: UInt16 in [0x2000, 0x2001, 0x2002] {
                try await site.waitForMembers(nil, of: number)
            }
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "The ufm tool says it in one line and exits 1",
        arguments: [
            ["--create-pkey", "0x5000"], ["--pkey", "0x4000", "--guids", "000000000000000b"],
            ["--pkey", "0x4000", "--guids", "000000000000000a", "--remove-guids"],
            ["--pkey", "0x4000", "--set-guids", "--full", "000000000000000b"], ["--delete-pkey", "0x4000", "--yes"],
        ])
    func tool(_ arguments: [String]) async throws {
        var options = Site.Options()
        options.simulator.ufm.users = [User(name: "eve", password: options.ufmPassword, role: .monitoringOnly)]
        options.simulator.ufm.partitions = [.made(0x4000, full: [0xa])]
        try await withSite(.http, options) { site in
            let result = try await site.run(["ufm", "--username", "eve"] + arguments + site.ufmTrust)
            expectOneComplaint(
                result, code: 1, naming: ["status 403", "the user eve may lack the role"], at: site, "\(arguments)")
            #expect(site.partition(0x4000).map { Set($0.members.keys) } == [0xa])
        }
    }
}

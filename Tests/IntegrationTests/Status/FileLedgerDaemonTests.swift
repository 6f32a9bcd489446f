import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The daemon with its ledger in a file, and an etcd user that may only read the PKey directory.
@Suite("The daemon with a ledger in a file")
struct FileLedgerDaemonTests {
    static let host: UInt64 = 0x043f_7203_00f5_5176
    static let pkeys = (0x2000..<0x2014).map { "0x" + String($0, radix: 16) }

    @Test("With the permission to read alone it makes, follows and deletes partitions, also over a restart")
    func readOnlyRole() async throws {
        try await withReader { site, ledger in
            let first = try site.startReader(ledger)
            try await first.waitForLine(containing: "UFM Status")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.put(pkey: "0x200f", hosts: ["043f720300f55176"])
            for pkey in ["0x200e", "0x200f"] {
                let synced = try await site.statusOfReader(ledger, "--wait", pkey)
                #expect(synced.exitCode == 0)
            }
            #expect(site.partition(0x200e).map { Set($0.members.keys) } == [Self.host])
            #expect(try await first.stop() == .code(0))

            try await site.delete(pkey: "0x200e")
            let second = try site.startReader(ledger)
            let gone = try await site.statusOfReader(ledger, "--wait", "0x200e")
            #expect(gone.output.hasPrefix("PKey 0x200e is gone from UFM, after "))
            #expect(site.ufm.createdPartitions.keys.sorted() == [0x200f])
            let text = try await site.statusOfReader(ledger).output
            // What was made before the restart stays on record for a while.
            #expect(text.hasSuffix("2 PKeys of fabric default: 1 synced, 1 gone\n"))
            #expect(try await site.entries(prefix: "/surf-ufm-pkeyd/").isEmpty)
            #expect(try await second.stop() == .code(0))
        }
    }

    @Test("Many deletions at once wait for the approval, which reaches the daemon through the file")
    func approval() async throws {
        try await withReader { site, ledger in
            let daemon = try site.startReader(ledger)
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.putAll(Self.pkeys)
            try await StatusSummary.wait(for: ["synced": 20]) {
                try await site.statusOfReader(ledger, "--output", "json")
            }
            let before = site.ufm.createdPartitions
            #expect(before.count == 20)
            try await site.deleteAllPKeys()
            try await StatusSummary.wait(for: ["guarded": 20]) {
                try await site.statusOfReader(ledger, "--output", "json")
            }
            #expect(site.ufm.createdPartitions == before)
            let approval = try await site.statusOfReader(ledger, "--approve-deletes", "--yes")
            #expect(approval.output.hasSuffix("Approved the deletion of 20 partitions\n"))
            try await site.waitForPartitions([:])
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("An etcd that was wiped deletes nothing until somebody approves, however few partitions there are")
    func wipe() async throws {
        try await withReader { site, ledger in
            let daemon = try site.startReader(ledger, "--poll-interval", "1")
            try await daemon.waitForLine(containing: "UFM Status")
            // Beyond what the wiped etcd will come to.
            for _ in 0..<30 { try await site.put("/other", "value") }
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            #expect(try await site.statusOfReader(ledger, "--wait", "0x200e").exitCode == 0)
            try await site.etcd.wipeAndRestart()
            try await site.addReader()
            try await daemon.waitForLine(containing: "etcd is read again, after")
            // Two lists below what was told, and another one that agrees, five seconds apart each.
            try await eventually("guarded") {
                FileManager.default.contents(atPath: ledger).map { String(decoding: $0, as: UTF8.self) }?
                    .contains(#""state" : "guarded""#) ?? false
            }
            let reads = site.ufm.requests.count
            try await site.ufm.waitFor("two resyncs") { $0.requests.count >= reads + 2 }
            #expect(site.partition(0x200e) != nil)
            let approval = try await site.statusOfReader(ledger, "--approve-deletes", "--yes")
            #expect(approval.output.contains("etcd has lost its history"))
            try await site.waitForMembers(nil, of: 0x200e)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("A ledger that cannot be read or written ends it at once with exit code 1 and one line that names the file")
    func unusable() async throws {
        try await withReader { site, ledger in
            try site.configuration.write("nonsense", to: "broken.json")
            let broken = site.configuration.file("broken.json")
            let missing = site.configuration.file("nowhere/ledger.json")
            for path in [broken, missing] {
                let daemon = try site.startReader(path)
                #expect(try await daemon.waitForExit() == .code(1))
                #expect(daemon.errors.split(separator: "\n").count == 1)
                #expect(daemon.errors.hasPrefix("ERROR: --ledger: the ledger \(path): "))
                let status = try await site.statusOfReader(path)
                expectOneComplaint(status, code: 1, naming: ["--ledger", path], at: site, path)
            }
            #expect(site.ufm.writes.isEmpty)
        }
    }

    @Test("A second daemon on one file refuses to start, and takes over once the first has ended, however it ended")
    func twoDaemons() async throws {
        try await withReader { site, ledger in
            let first = try site.startReader(ledger)
            try await first.waitForLine(containing: "UFM Status")
            for extra in [[], ["--once"]] {
                let second = try await site.run(
                    ["monitor", "--etcd-user", "reader", "--ufm-user", "admin", "--ledger", "file:\(ledger)"]
                        + site.ufmTrust + extra)
                #expect(second.status == .code(1))
                let errors = second.errors.split(separator: "\n")
                #expect(
                    errors.count == 1
                        && errors[0].hasPrefix("ERROR: --ledger: the ledger \(ledger): another daemon keeps it"))
            }
            // Who looks, or only rehearses, is let in.
            #expect(try await site.statusOfReader(ledger).exitCode == 0)
            #expect(
                try await site.run(
                    [
                        "monitor", "--etcd-user", "reader", "--ufm-user", "admin", "--ledger", "file:\(ledger)",
                        "--once",
                        "--dry-run",
                    ] + site.ufmTrust
                ).status == .code(0))
            first.kill()
            _ = try await first.waitForExit()
            let third = try site.startReader(ledger)
            try await third.waitForLine(containing: "UFM Status")
            #expect(try await third.stop() == .code(0))
            let fourth = try site.startReader(ledger)
            try await fourth.waitForLine(containing: "UFM Status")
            #expect(try await fourth.stop() == .code(0))
        }
    }

    @Test("The tools see the ledger in the file, given or in its one place, and --managed says what it has")
    func tools() async throws {
        try await withReader { site, _ in
            let place = ["STATE_DIRECTORY": site.configuration.path]
            let ledger = site.configuration.file("ledger.json")
            let daemon = try site.start(
                ["monitor", "--etcd-user", "reader", "--ufm-user", "admin", "--ledger", "file"] + site.ufmTrust,
                environment: place)
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            for option in ["file", "file:\(ledger)"] {
                let wait = try await site.run(
                    ["status", "--etcd-user", "reader", "--ledger", option, "--wait", "0x200e"], environment: place)
                #expect(wait.status == .code(0), "\(wait.errors)")
                let list = try await site.run(
                    ["ufm", "--username", "admin", "--list", "--managed", "--ledger", option, "--output", "json"]
                        + site.ufmTrust, environment: place)
                #expect(list.status == .code(0), "\(list.errors)")
                #expect(list.output.contains(#""ledger" : "synced""#))
                let other = try await site.run(
                    [
                        "ufm", "--username", "admin", "--get-pkey", "0x200e", "--managed", "--ledger", option,
                        "--fabric", "x",
                    ]
                        + site.ufmTrust, environment: place)
                expectOneComplaint(
                    other, code: 1, naming: [ledger, "it is the ledger of the fabric default"], at: site, option)
            }
            // Said once in ufm.yaml, it is so for all of them.
            let text = try site.configuration.read("ufm.yaml")
            try site.configuration.write(text + "  ledger: file:\(ledger)\n", to: "ufm.yaml")
            let list = try await site.run(
                ["ufm", "--username", "admin", "--list", "--managed", "--output", "json"] + site.ufmTrust)
            #expect(list.output.contains(#""ledger" : "synced""#), "\(list.errors)")
            #expect(try await site.run("status", "--etcd-user", "reader", "--wait", "0x200e").status == .code(0))
            try site.configuration.write(text, to: "ufm.yaml")
            // No other place is tried.
            let nowhere = try await site.run(
                ["ufm", "--username", "admin", "--list", "--managed", "--ledger", "file"] + site.ufmTrust,
                environment: ["STATE_DIRECTORY": "/nowhere/at/all"])
            expectOneComplaint(nowhere, code: 1, naming: ["/nowhere/at/all"], at: site, "nowhere")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("A single run with etcd away ends with words and exit code 1, whether nobody is there or nobody answers")
    func onceWithoutEtcd() async throws {
        try await withReader { site, ledger in
            func once() async throws -> CommandResult {
                try await site.run(
                    [
                        "monitor", "--etcd-user", "reader", "--etcd-timeout", "2", "--ufm-user", "admin", "--ledger",
                        "file:\(ledger)", "--once",
                    ] + site.ufmTrust)
            }
            #expect(try await once().status == .code(0))
            await site.etcd.pause()
            let silent = try await once()
            #expect(silent.status == .code(1))
            #expect(silent.errors.split(separator: "\n").count == 1 && silent.errors.contains(site.etcd.endpoint))
            try await site.etcd.kill()
            let away = try await once()
            #expect(away.status == .code(1))
            #expect(away.errors.split(separator: "\n").count == 1 && away.errors.contains(site.etcd.endpoint))
            #expect(site.ufm.writes.isEmpty)
        }
    }

    @Test("A file that is spoilt while it runs is told once, and work goes on when it is mended")
    func spoilt() async throws {
        try await withReader { site, ledger in
            let daemon = try site.startReader(ledger, "--poll-interval", "1")
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            #expect(try await site.statusOfReader(ledger, "--wait", "0x200e").exitCode == 0)
            let good = try Data(contentsOf: URL(filePath: ledger))
            try Data("{".utf8).write(to: URL(filePath: ledger))
            try await daemon.waitForLine(containing: "does not answer; trying until it does: the ledger \(ledger): ")
            try await site.put(pkey: "0x200f", hosts: ["043f720300f55176"])
            try good.write(to: URL(filePath: ledger))
            try await site.waitForMembers([Self.host], of: 0x200f)
            #expect(daemon.lines.count { $0.text.contains("does not answer") } == 1)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// A site with the user `reader`, who may read the PKey directory and nothing else.
    private func withReader(_ body: (Site, _ ledger: String) async throws -> Void) async throws {
        try await withSite(.http) { site in
            try await site.addReader()
            try await body(site, site.configuration.file("ledger.json"))
        }
    }
}

extension Site {
    fileprivate func addReader() async throws {
        try await etcd.etcdctl("role", "add", "reader")
        try await etcd.etcdctl("role", "grant-permission", "--prefix=true", "reader", "read", Self.pkeyPrefix)
        try await etcd.etcdctl("user", "add", "reader", "--interactive=false", input: options.etcdPassword + "\n")
        try await etcd.etcdctl("user", "grant-role", "reader", "reader")
    }

    /// Starts a daemon as `reader`, with its ledger in a file.
    fileprivate func startReader(_ ledger: String, _ extraArguments: String...) throws -> BackgroundProcess {
        try start(
            ["monitor", "--etcd-user", "reader", "--ufm-user", "admin", "--ledger", "file:\(ledger)"] + ufmTrust
                + extraArguments)
    }

    fileprivate func statusOfReader(_ ledger: String, _ arguments: String...) async throws -> CommandResult {
        try await run(["status", "--etcd-user", "reader", "--ledger", "file:\(ledger)"] + arguments)
    }
}

import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `status`: what it says of each PKey, with the real daemon at work.
@Suite("The status of the PKeys")
struct StatusTests {
    @Test("A synced, a held and a failing partition are told as such, with key, revision and reason")
    func states() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.put(pkey: "0x200f", hosts: ["043f720300f55177"])
            for pkey in ["0x200e", "0x200f"] {
                try await daemon.waitForLine(containing: "Successfully synchronized PKey \(pkey)")
            }
            let applied = try #require(await site.get(Site.pkeyPrefix + "0x200f"))
            try await site.put(Site.pkeyPrefix + "0x200f", "nonsense")
            site.ufm.inject(UFMSimulator.Fault(.status(400), method: "POST", count: nil))
            try await site.put(pkey: "0x2010", hosts: ["043f720300f55178"])

            let failing = try await eventually("failing") { () async throws -> StatusDocument.Partition? in
                try await site.statusOf("0x2010").flatMap { $0.state == "failing" ? $0 : nil }
            }
            #expect(failing.error?.contains("400") == true)
            #expect(failing.record_revision == failing.key_revision)
            try await eventually("held record") { () async throws -> Bool in
                try await site.statusOf("0x200f")?.record_state == "held"
            }
            let held = try #require(await site.statusOf("0x200f"))
            #expect(held.state == "held")
            #expect(held.record_revision == applied.revision)
            #expect(held.error == "the value of \(Site.pkeyPrefix)0x200f cannot be read")
            let synced = try #require(await site.statusOf("0x200e"))
            let key = try #require(await site.get(Site.pkeyPrefix + "0x200e"))
            #expect(synced.state == "synced")
            #expect(synced.key == key.key)
            #expect(synced.key_revision == key.revision)
            #expect(synced.record_revision == key.revision)

            let text = try await site.status()
            #expect(text.exitCode == 0)
            #expect(text.errors == "")
            let lines = text.output.split(separator: "\n").map(String.init)
            #expect(lines.first?.hasPrefix("a daemon runs on ") == true)
            #expect(lines.dropFirst().first?.split(separator: " ") == ["PKEY", "STATE", "REVISION", "AGE", "KEY"])
            #expect(lines.dropFirst(2).prefix(3).map { $0.prefix(6) } == ["0x200e", "0x200f", "0x2010"])
            #expect(lines.last == "3 PKeys of fabric default: 1 synced, 1 failing, 1 held")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("Without a daemon a key is pending, an empty one empty, and no PKeys at all is no error")
    func noDaemon() async throws {
        try await withSite(.http) { site in
            let nothing = try await site.status()
            #expect(nothing.exitCode == 0)
            #expect(nothing.output == "no daemon runs (none was ever heard)\n0 PKeys of fabric default\n")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.put(pkey: "0x200f")
            #expect(try await site.statusOf("0x200e")?.state == "pending")
            #expect(try await site.statusOf("0x200f")?.state == "empty")
            try await site.put(
                Site.ledgerPrefix + "0x2010", #"{"state":"synced","key":"/a\u001b[31m/0x2010","revision":3,"time":""}"#)
            #expect(try await site.statusOf("0x2010")?.state == "pending")
            #expect(try await site.status().output.contains(#"/a\x1b[31m/0x2010 is gone"#))
        }
    }

    @Test("Nothing that is sent to etcd changes it, and an etcd that cannot be read is exit code 1 and one line")
    func etcdAway() async throws {
        try await withSite(.http) { site in
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let before = try await site.revision()
            _ = try await site.status()
            _ = try await site.status("--approve-deletes", "--yes")
            #expect(try await site.revision() == before)
            try await site.etcd.kill()
            for arguments in [[], ["--approve-deletes", "--yes"]] {
                let result = try await site.run(["status", "--etcd-user", "root", "--etcd-timeout", "2"] + arguments)
                expectOneComplaint(
                    result, code: 1, naming: ["etcd at http://127.0.0.1:\(site.etcdPort)"], at: site, "\(arguments)")
            }
        }
    }

    @Test(
        "Wrong usage is told before anything is done",
        arguments: [
            (["--wait", "0x7fff"], "0x7fff"), (["--wait", "200e"], "200e"), (["--timeout", "3"], "--wait"),
            (["--yes"], "--approve-deletes"), (["--wait", "0x5", "--approve-deletes"], "--wait"),
            (["--approve-deletes", "--output", "json"], "--yes"), (["--pkey-prefix", "/a"], "--pkey-prefix"),
            (["--adopt", "0x7fff"], "0x7fff"), (["--adopt", "all", "--wait", "0x5"], "--adopt"),
            (["--adopt", "all", "--output", "json"], "--yes"), (["--fabric", "a/b"], "--fabric"),
            (["--ledger", "tape"], "--ledger"),
            (["--ledger", "file:ledger.json"], "absolute"), (["--ledger", "file:/tmp/"], "directory"),
        ])
    func usage(_ arguments: [String], culprit: String) async throws {
        try await withSite(.http) { site in
            let result = try await site.run(["status", "--etcd-user", "root"] + arguments)
            expectOneComplaint(result, code: 64, naming: [culprit], at: site, "\(arguments)")
        }
    }
}

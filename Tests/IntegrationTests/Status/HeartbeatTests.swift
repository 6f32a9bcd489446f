import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// Whether a daemon lives, seen by the tools and by another daemon.
@Suite("The heartbeat of a daemon")
struct HeartbeatTests {
    private static let alive = "/surf-ufm-pkeyd/default/alive/"

    private func firstLine(_ site: Site, _ arguments: String...) async throws -> String {
        let result = try await site.run(["status", "--etcd-user", "root"] + arguments)
        return result.output.split(separator: "\n").first.map(String.init) ?? result.errors
    }

    @Test(
        "It stands while the daemon runs, says how that stands, and is gone when it has stopped; status says so first")
    func life() async throws {
        try await withSite(.http) { site in
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await eventually("it says how it stands") {
                try await firstLine(site).hasSuffix("1 partition: 1 synced")
            }
            let entry = try #require(await site.entries(prefix: Self.alive).first)
            let number = daemon.identifier
            #expect(entry.key.hasSuffix("-\(number)") && entry.lease != 0)
            #expect(try await firstLine(site).contains("(process \(number), version "))
            let document = try await site.run(["status", "--etcd-user", "root", "--output", "json"]).output
            #expect(document.contains(#""count" : 1"#) && document.contains(#""pid" : \#(number)"#))
            #expect(try await daemon.stop() == .code(0))
            #expect(try await site.entries(prefix: Self.alive).isEmpty)
            let about = try #require(await site.get("/surf-ufm-pkeyd/default/about"))
            #expect(about.value.contains(#""stopped":{"host":""#))
            let line = try await firstLine(site)
            #expect(line.hasPrefix("no daemon runs (stopped ") && line.contains(" on "))
            #expect(!daemon.output.contains("heartbeat"))
        }
    }

    @Test(
        "After a crash its lease ends, and then status says since when nobody was heard; the next stop is told as such")
    func crash() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await eventually("it lives") { try await !site.entries(prefix: Self.alive).isEmpty }
            try await eventually("it is noted") { try await site.get("/surf-ufm-pkeyd/default/heard") != nil }
            daemon.kill()
            try await daemon.waitForExit()
            // Its lease would take half a minute.
            let lease = try #require(await site.entries(prefix: Self.alive).first?.lease)
            #expect(try await firstLine(site).hasPrefix("a daemon runs on "))
            try await site.etcd.etcdctl("lease", "revoke", String(lease, radix: 16))
            let line = try await firstLine(site)
            #expect(line.hasPrefix("no daemon runs (nobody was heard since ") && line.hasSuffix("and took no leave)"))
            let next = try site.startDaemon()
            try await eventually("it lives") { try await !site.entries(prefix: Self.alive).isEmpty }
            #expect(try await next.stop() == .code(0))
            #expect(try await firstLine(site).hasPrefix("no daemon runs (stopped "))
        }
    }

    @Test("Two daemons on one fabric are told by the first, at error, and by status")
    func two() async throws {
        try await withSite(.http) { site in
            let first = try site.startDaemon()
            try await eventually("it lives") { try await site.entries(prefix: Self.alive).count == 1 }
            let second = try site.startDaemon()
            let line = try await first.waitForLine(
                containing: "another daemon serves this fabric")
            #expect(line.text.hasPrefix("ERROR") && line.text.contains("process \(second.identifier)"))
            #expect(try await firstLine(site).hasPrefix("2 daemons run, and one is right: on "))
            #expect(try await site.run(["status", "--health", "--etcd-user", "root"]).exitCode == 1)
            #expect(try await second.stop() == .code(0))
            try await first.waitForLine(containing: "the other daemon of this fabric is gone")
            #expect(try await first.stop() == .code(0))
        }
    }

    @Test("A daemon that only looks, or runs once, is none that lives")
    func rehearsal() async throws {
        try await withSite(.http) { site in
            let before = try await site.contents()
            #expect(
                try await site.run(
                    ["monitor", "--once", "--dry-run"] + site.etcdArguments + ["--ufm-user", "admin"] + site.ufmTrust
                ).status == .code(0))
            #expect(try await site.contents() == before)
            let daemon = try site.startDaemon("--dry-run")
            try await daemon.waitForLine(containing: "UFM Status")
            #expect(try await firstLine(site) == "no daemon runs (none was ever heard)")
            #expect(try await daemon.stop() == .code(0))
            #expect(try await site.contents() == before)
        }
    }

    @Test("Beside a ledger in a file the same is said by the lock and heartbeat.json")
    func file() async throws {
        try await withSite(.http) { site in
            let state = try TemporaryDirectory("state")
            let ledger = "file:\(state.path)/ledger.json"
            #expect(try await firstLine(site, "--ledger", ledger) == "no daemon runs (none was ever heard)")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon("--ledger", ledger)
            try await eventually("it says how it stands") {
                try await firstLine(site, "--ledger", ledger).hasSuffix("1 partition: 1 synced")
            }
            #expect(try await site.entries(prefix: Self.alive).isEmpty)
            #expect(try await daemon.stop() == .code(0))
            #expect(try await firstLine(site, "--ledger", ledger).hasPrefix("no daemon runs (stopped "))
            let next = try site.startDaemon("--ledger", ledger)
            try await eventually("it lives") {
                try await firstLine(site, "--ledger", ledger).hasPrefix("a daemon runs on ")
            }
            next.kill()
            try await next.waitForExit()
            let line = try await firstLine(site, "--ledger", ledger)
            #expect(line.hasPrefix("no daemon runs (nobody was heard since "))
        }
    }

    @Test("Where it cannot be written the daemon works all the same, and says so once")
    func unwritable() async throws {
        try await withSite(.http) { site in
            try await site.etcd.etcdctl("role", "add", "keeper")
            try await site.etcd.etcdctl("role", "grant-permission", "--prefix=true", "keeper", "read", Site.pkeyPrefix)
            for part in ["about", "partitions/", "notes/", "gone/", "requests/", "second-opinion"] {
                try await site.etcd.etcdctl(
                    "role", "grant-permission", "--prefix=true", "keeper", "readwrite",
                    "/surf-ufm-pkeyd/default/" + part)
            }
            try await site.etcd.etcdctl(
                "role", "grant-permission", "--prefix=true", "keeper", "read", "/surf-ufm-pkeyd/default/")
            try await site.etcd.etcdctl(
                "user", "add", "keeper", "--interactive=false", input: site.options.etcdPassword + "\n")
            try await site.etcd.etcdctl("user", "grant-role", "keeper", "keeper")
            let daemon = try site.startDaemon("--etcd-user", "keeper")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await daemon.waitForLine(containing: "the heartbeat cannot be written or read")
            #expect(try await daemon.stop() == .code(0))
            #expect(daemon.lines.count { $0.text.contains("the heartbeat cannot be written") } == 1)
            #expect(try await site.entries(prefix: Self.alive).isEmpty)
        }
    }

    // MARK: Health

    private func health(_ site: Site, _ arguments: String...) async throws -> CommandResult {
        try await site.run(["status", "--health", "--etcd-user", "root", "--etcd-timeout", "2"] + arguments)
    }

    @Test("--health is one line with figures, and an exit code for each case: 2, 0, 1 and 3")
    func health() async throws {
        try await withSite(.http) { site in
            let nobody = try await health(site)
            #expect(nobody.exitCode == 2 && nobody.errors == "")
            #expect(
                nobody.output
                    == "CRITICAL: no daemon runs (none was ever heard)|daemons=0 partitions=0 claimed=0 synced=0 failing=0 held=0 guarded=0 approved=0 deleting=0 conflict=0\n"
            )
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon()
            try await eventually("it is well") { () async throws -> Bool in
                let result = try await health(site)
                return result.exitCode == 0 && result.output.hasPrefix("OK: a daemon runs on ")
                    && result.output.contains("|daemons=1 partitions=1 claimed=0 synced=1 failing=0 ")
            }
            // By the record, at once and not when the heartbeat says so.
            site.ufm.inject(UFMSimulator.Fault(.status(400), method: "POST", count: nil))
            try await site.put(pkey: "0x2010", hosts: ["043f720300f55178"])
            try await eventually("it is failing") { () async throws -> Bool in
                let result = try await health(site)
                return result.exitCode == 1 && result.output.hasPrefix("WARNING: 1 failing: [0x2010]")
                    && result.output.contains(" failing=1 ")
            }
            let document = try await health(site, "--output", "json")
            #expect(document.exitCode == 1 && document.output.contains(#""health" : "WARNING""#))
            #expect(try await daemon.stop() == .code(0))
            #expect(try await health(site).exitCode == 2)
            try await site.etcd.kill()
            let away = try await health(site)
            #expect(away.exitCode == 3 && away.errors == "")
            #expect(away.output.hasPrefix("UNKNOWN: ") && away.output.contains(site.etcd.endpoint))
            #expect(away.output.split(separator: "\n").count == 1)
        }
    }

    @Test("A daemon whose UFM is away is not well, in its own words")
    func outage() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await eventually("it is well") { try await health(site).exitCode == 0 }
            site.ufm.inject(UFMSimulator.Fault(.status(503), count: nil))
            try await eventually("it is not") { () async throws -> Bool in
                let result = try await health(site)
                return result.exitCode == 1
                    && result.output.contains(" says: UFM does not answer, trying until it does")
            }
            #expect(try await daemon.stop() == .code(0))
        }
    }
}

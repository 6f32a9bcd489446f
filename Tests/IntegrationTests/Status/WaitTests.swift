import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `status --wait`: the acknowledgement that pcocc never had.
@Suite("Waiting for a PKey")
struct WaitTests {
    static let host: UInt64 = 0x043f_7203_00f5_5176

    @Test("It returns once a key put before is in UFM, and when a deleted key's partition is gone")
    func life() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            for round in 0..<5 {
                try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
                let revision = try #require(await site.get(Site.pkeyPrefix + "0x200e")).revision
                let synced = try await site.status("--wait", "0x200e")
                #expect(site.partition(0x200e).map { Set($0.members.keys) } == [Self.host], "round \(round)")
                #expect(synced.exitCode == 0)
                #expect(synced.output.hasPrefix("UFM has revision \(revision) of PKey 0x200e, after "))
                try await site.delete(pkey: "0x200e")
                let gone = try await site.status("--wait", "0x200e")
                #expect(site.partition(0x200e) == nil, "round \(round)")
                #expect(gone.exitCode == 0)
                #expect(gone.output.hasPrefix("PKey 0x200e is gone from UFM, after "))
            }
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("It waits for the daemon's work, and not for its own reading")
    func slowUFM() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            site.ufm.inject(UFMSimulator.Fault(.status(400), method: "POST", count: nil))
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "PKey 0x200e is not in step")
            let wait = try site.start(["status", "--etcd-user", "root", "--wait", "0x200e", "--output", "json"])
            // A key that changes meanwhile is waited for in its newest form, or in the one that was there at first.
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176", "043f720300f55177"])
            #expect(wait.isRunning)
            site.ufm.clearFaults()
            #expect(try await wait.waitForExit(timeout: .seconds(30)) == .code(0))
            #expect(site.partition(0x200e)?.members.count == 2)
            let revision = try #require(await site.get(Site.pkeyPrefix + "0x200e")).revision
            #expect(wait.output.contains(#""pkey" : "0x200e""#))
            #expect(wait.output.contains(#""revision" : \#(revision)"#))
            #expect(wait.output.contains(#""state" : "synced""#))
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("After its time it says what it waits for, with the reason that the daemon gave, and exits 1")
    func timeout() async throws {
        try await withSite(.http) { site in
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let revision = try #require(await site.get(Site.pkeyPrefix + "0x200e")).revision
            let pending = try await site.status("--wait", "0x200e", "--timeout", "1")
            expectOneComplaint(
                pending, code: 1,
                naming: ["not within 1 s", "0x200e is pending", "revision \(revision) of \(Site.pkeyPrefix)0x200e"],
                at: site, "pending")

            site.ufm.inject(UFMSimulator.Fault(.status(400), method: "POST", count: nil))
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "PKey 0x200e is not in step")
            try await eventually("failing") { try await site.statusOf("0x200e")?.state == "failing" }
            let failing = try await site.status("--wait", "0x200e", "--timeout", "1")
            expectOneComplaint(
                failing, code: 1, naming: ["not within 1 s", "0x200e is failing", "400"], at: site, "failing")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("A PKey that nobody wants and nobody has is gone at once")
    func nothing() async throws {
        try await withSite(.http) { site in
            let result = try await site.status("--wait", "0x200e", "--timeout", "5")
            #expect(result.exitCode == 0)
            #expect(result.output.hasPrefix("PKey 0x200e is gone from UFM"))
        }
    }

    @Test("A record of another store's revision is no acknowledgement")
    func otherStore() async throws {
        try await withSite(.http) { site in
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.put(
                Site.ledgerPrefix + "0x200e",
                #"{"state":"synced","key":"\#(Site.pkeyPrefix)0x200e","revision":5000,"time":"2026-01-31T12:00:00Z"}"#)
            #expect(try await site.statusOf("0x200e")?.state == "pending")
            #expect(try await site.status("--wait", "0x200e", "--timeout", "1").exitCode == 1)
        }
    }
}

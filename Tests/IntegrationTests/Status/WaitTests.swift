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
            #expect(try await wait.waitForExit() == .code(0))
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

    @Test("A PKey that has neither a key nor a record is not called gone: one line and exit code 1, within seconds")
    func nothing() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await daemon.waitForLine(containing: "UFM Status")
            try await site.put(pkey: "0x200f", hosts: ["043f720300f55176"])
            let start = ContinuousClock.now
            let result = try await site.status("--wait", "0x200e")
            #expect(start.duration(to: .now) < .seconds(30))
            expectOneComplaint(
                result, code: 1,
                naming: [
                    "PKey 0x200e is not known", "no key under \(Site.pkeyPrefix)", "fabric default has no record",
                ],
                at: site, "--wait")
            #expect(result.output == "")
            let json = try await site.status("--wait", "0x200e", "--output", "json")
            #expect(json.exitCode == 1)
            #expect(json.output.contains(#""state" : "unknown""#))
            // A fabric that was misspelt has no record of what is there.
            #expect(try await site.status("--wait", "0x200f", "--timeout", "1", "--fabric", "othr").exitCode == 1)
            // A key without GUIDs is there, and has no partition.
            try await site.put(pkey: "0x2010")
            #expect(try await site.status("--wait", "0x2010").output.hasPrefix("PKey 0x2010 is gone from UFM"))
            #expect(try await daemon.stop() == .code(0))
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

import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// A daemon whose settings point at another UFM, or at more PKeys, than its ledger says.
@Suite("Changes that wait for somebody's word")
struct ConfirmationTests {
    private static let about = "/surf-ufm-pkeyd/default/about"
    private static let record =
        #"{"state":"synced","key":"/pcocc/global/opensm/pkeys/0x2001","revision":3,"time":"2026-01-31T12:00:00Z"}"#

    @Test("With another UFM nothing is written before somebody confirms it")
    func anotherUFM() async throws {
        try await withSite(.http) { site in
            try await site.put(
                Self.about, #"{"footing":{"range":"0x1-0x7ffe","ufm":["192.0.2.7","ufm9"]},"format":1}"#)
            try await site.put(Site.ledgerPrefix + "0x2001", Self.record)
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await daemon.waitForLine(containing: "and was 192.0.2.7, ufm9, and has none of our partitions")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Found 1 new PKey(s): [0x200e]")
            let unasked = try await site.run(["status", "--etcd-user", "root", "--confirm"], input: "yes\n")
            #expect(unasked.exitCode == 1)
            #expect(unasked.errors.contains("nothing is confirmed without --yes"))
            #expect(site.ufm.writes.isEmpty)
            let confirmed = try await site.status("--confirm", "--yes")
            #expect(confirmed.exitCode == 0, "\(confirmed.errors)")
            #expect(confirmed.output.contains("(was 192.0.2.7, ufm9)") && confirmed.output.hasSuffix("Confirmed\n"))
            try await site.waitForMembers([0x043f_7203_00f5_5176], of: 0x200e)
            let again = try await site.status("--confirm", "--yes")
            #expect(again.exitCode == 0)
            #expect(again.output == "No change waits for a confirmation\n")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "A range that is wider than last time waits, and the old one goes on; the whole one does once it is confirmed")
    func widerRange() async throws {
        try await withSite(.http) { site in
            let narrow = try site.startDaemon("--poll-interval", "1", "--managed-range", "0x2000-0x20ff")
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55176"])
            try await narrow.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            #expect(try await narrow.stop() == .code(0))
            // As where networks.yaml is missing: everything.
            let wide = try site.startDaemon("--poll-interval", "1")
            try await wide.waitForLine(containing: "the managed range is 0x1-0x7ffe and was 0x2000-0x20ff")
            try await site.put(pkey: "0x3001", hosts: ["043f720300f55177"])
            try await site.put(pkey: "0x2002", hosts: ["043f720300f55178"])
            try await site.waitForMembers([0x043f_7203_00f5_5178], of: 0x2002)
            #expect(site.partition(0x3001) == nil)
            let confirmed = try await site.status("--confirm", "--yes")
            #expect(confirmed.exitCode == 0, "\(confirmed.errors)")
            try await site.waitForMembers([0x043f_7203_00f5_5177], of: 0x3001)
            #expect(try await wide.stop() == .code(0))
        }
    }

    @Test("With keys below another prefix no partition looks deleted before somebody confirms it")
    func otherPrefix() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            #expect(try await daemon.stop() == .code(0))
            let written = site.ufm.writes.count
            let astray = try site.startDaemon("--poll-interval", "1", "--pkey-prefix", "/pcocc/global/pkeys/")
            try await astray.waitForLine(
                containing: "keys are looked for below /pcocc/global/pkeys/ and were below /pcocc/global/opensm/pkeys/")
            try await astray.waitForLine(containing: "UFM PKeys managed through etcd: [0x2001]")
            // It has looked once more since, and would have acted.
            let seen = site.ufm.requests.count
            try await site.ufm.waitFor("another look") { $0.requests.count > seen + 1 }
            let shown = try await site.run(["status", "--etcd-user", "root", "--confirm"], input: "yes\n")
            #expect(shown.output.contains("/pcocc/global/pkeys/ (was /pcocc/global/opensm/pkeys/)"))
            #expect(shown.exitCode == 1)
            #expect(try await astray.stop() == .code(0))
            #expect(site.ufm.writes.count == written && site.partition(0x2001) != nil)
        }
    }
}

import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// What stands where the ledger's records stand and is none: held, told once, and left alone.
@Suite("Records that are none")
struct StrangeRecordTests {
    private static let port = "043f720300f55176"
    private static let names = [
        "0x0005", "0X4003", "0x7fff", "\u{301}0x4002", "\u{200d}0x4002", "0\u{301}x4002", "0x4002\u{fe0f}", "",
        "0x4002/x",
    ]

    private func record(_ pkey: String, state: String = "synced", keys: KeyPlace = .v3) -> String {
        #"{"state":"\#(state)","key":"\#(keys == .v2 ? "v2:" : "")\#(Site.pkeyPrefix)\#(pkey)","revision":1,"time":"2026-01-31T12:00:00Z"}"#
    }

    @Test(
        "Names that are no PKey's own spelling, and values that are no record, delete nothing, and are told once each")
    func names() async throws {
        var options = Site.Options()
        options.simulator.ufm.partitions = [0x5, 0x4001, 0x4002, 0x4003, 0x4004, 0x4005].map {
            .made($0, full: [UInt64($0)])
        }
        try await withSite(.http, options) { site in
            for name in Self.names {
                try await site.put(Site.ledgerPrefix + name, record(name.contains("4002") ? "0x4002" : "0x4003"))
            }
            try await site.put(Site.ledgerPrefix + "0x4001", "garbage")
            try await site.put(Site.ledgerPrefix + "0x4004", record("0x4004", state: "lost"))
            try await site.put(
                Site.ledgerPrefix + "0x4005",
                record("0x4005").replacing(#""state":"synced""#, with: #""state":"claimed","state":"synced""#))
            let before = try await site.entries(prefix: Site.ledgerPrefix)
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await daemon.waitForLine(containing: "UFM Status")
            let requests = site.ufm.requests.count
            try await site.ufm.waitFor("resyncs") { $0.requests.count >= requests + 5 }
            let lines = daemon.lines.map(\.text)
            for name in Self.names + ["0x4001", "0x4004", "0x4005"] {
                let told = lines.filter { line in
                    line.hasPrefix("WARNING: ") && line.contains("\(Site.ledgerPrefix)\(Self.shown(name)): ")
                }
                #expect(told.count == 1, "\(name): \(told)")
            }
            #expect(site.ufm.writes.isEmpty)
            #expect(try await site.entries(prefix: Site.ledgerPrefix) == before)
            // Nobody loses a partition for them, and the PKey's own key changes nothing.
            try await site.put(pkey: "0x5", hosts: [Self.port])
            try await site.put(pkey: "0x4010", hosts: [Self.port])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x4010")
            try await site.delete(pkey: "0x5")
            try await site.delete(pkey: "0x4010")
            try await site.waitForMembers(nil, of: 0x4010)
            #expect(site.partition(0x5).map { Set($0.members.keys) } == [0x5])
            #expect(try await site.statusOf("0x5")?.state == "held")
            #expect(site.ufm.writes.allSatisfy { ($0.path + $0.body).contains("0x4010") })
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "A record that comes to name another existing key is held, loudly, and its tenant removed once it is put right",
        arguments: KeyPlace.allCases)
    func otherKey(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.put(pkey: "0x2000", hosts: [Self.port])
            try await site.put(pkey: "0x2001", hosts: ["043f720300f55177"])
            for pkey in ["0x2000", "0x2001"] {
                try await daemon.waitForLine(containing: "Successfully synchronized PKey \(pkey)")
            }
            let right = try #require(await site.get(Site.ledgerPrefix + "0x2000")).value
            try await site.put(Site.ledgerPrefix + "0x2000", record("0x2001", keys: keys))
            let warning = try await daemon.waitForLine(containing: "the ledger record is about").text
            #expect(warning.hasPrefix("WARNING: ") && warning.hasSuffix("PKey 0x2000 is held as it is"))
            try await site.delete(pkey: "0x2000")
            let requests = site.ufm.requests.count
            try await site.ufm.waitFor("resyncs") { $0.requests.count >= requests + 5 }
            #expect(site.partition(0x2000) != nil)
            #expect(try await site.statusOf("0x2000")?.state == "held")
            #expect(daemon.lines.count { $0.text.contains("the ledger record is about") } == 1)
            try await site.put(Site.ledgerPrefix + "0x2000", right)
            try await site.waitForMembers(nil, of: 0x2000)
            #expect(site.partition(0x2001) != nil)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    /// A name as the log shows it: what has no form of its own is escaped.
    private static func shown(_ name: String) -> String {
        name.replacing("\u{200d}", with: #"\u200d"#)
    }
}

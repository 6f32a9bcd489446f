import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// A UFM that says "not there" of what is there: nothing is let go of by it.
@Suite("A UFM that lies about what is gone")
struct AbsenceTests {
    private static let host: UInt64 = 0x043f_7203_00f5_5176
    private static let nothing = UFMSimulator.Fault.Kind.answer(
        status: 200, contentType: "application/json", body: "{}")
    /// A list of a UFM that has nothing but the default partition.
    private static let emptyList = UFMSimulator.Fault.Kind.answer(
        status: 200, contentType: "application/json",
        body: #"{"0x7fff":{"partition":"management","ip_over_ib":true,"guids":[]}}"#)
    private static let list = "/resources/pkeys?"
    private static let single = "/resources/pkeys/0x200e"

    private static func lie(
        _ kind: UFMSimulator.Fault.Kind, to method: String, at path: String = single, count: Int? = 1
    ) -> UFMSimulator.Fault {
        UFMSimulator.Fault(kind, method: method, path: path, count: count)
    }

    private static func record(in site: Site) async throws -> String? {
        try await site.get(Site.ledgerPrefix + "0x200e")?.value
    }

    /// What a deletion is answered, and the reads after it: one follows a 404 at once.
    private static let lies: [(String, [UFMSimulator.Fault])] = [
        ("a success that does nothing", [lie(nothing, to: "DELETE"), lie(nothing, to: "GET")]),
        ("404, as while it loads", [lie(.status(404), to: "DELETE"), lie(.status(404), to: "GET", count: 2)]),
    ]

    @Test(
        "A deletion that is not made, whatever UFM says, is made once a list shows it, and the record goes after that",
        arguments: KeyPlace.allCases)
    func unmadeDeletion(keys: KeyPlace) async throws {
        for (words, faults) in Self.lies {
            try await withSite(.http, keys: keys) { site in
                let daemon = try site.startDaemon()
                try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
                try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
                for fault in faults { site.ufm.inject(fault) }
                try await site.delete(pkey: "0x200e")
                try await daemon.waitForLine(containing: "Successfully removed PKey 0x200e from UFM")
                // As far as UFM tells it is gone; it is ours all the same, and the record says both.
                #expect(site.partition(0x200e) != nil, "\(words)")
                let record = try #require(await Self.record(in: site), "\(words)")
                #expect(record.contains(#""gone":true"#) && record.contains(#""state":"deleting""#), "\(words)")
                let waited = try await site.status("--wait", "0x200e")
                // On a busy machine the record may be gone by then as well, and what is kept says so.
                #expect(waited.exitCode == 0, "\(waited.errors)")
                // The next list shows it.
                try await site.waitForMembers(nil, of: 0x200e)
                try await eventually("the end of the record") {
                    try await Self.record(in: site) == nil
                }
                #expect(site.partition(0x200e) == nil, "\(words)")
                #expect(try await daemon.stop() == .code(0))
            }
        }
    }

    @Test(
        "A first list without the partition ends nothing: it is deleted all the same, and its record outlives the start",
        arguments: KeyPlace.allCases)
    func firstList(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let first = try site.startDaemon()
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await first.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            #expect(try await first.stop() == .code(0))
            try await site.delete(pkey: "0x200e")
            site.ufm.inject(Self.lie(Self.emptyList, to: "GET", at: Self.list))
            let second = try site.startDaemon("--poll-interval", "1")
            try await second.waitForLine(containing: "Successfully removed PKey 0x200e from UFM")
            #expect(site.partition(0x200e) == nil)
            // What the first daemon sent last, the second does not know: lists alone do not end it before its time.
            let before = site.ufm.requests.count
            try await site.ufm.waitFor("two more lists") { state in
                state.requests.dropFirst(before).count { $0.path.contains(Self.list) } >= 2
            }
            #expect(try await Self.record(in: site)?.contains(#""gone":true"#) == true)
            #expect(try await site.status("--wait", "0x200e").exitCode == 0)
            // A key that is there again is served at once.
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await second.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            #expect(site.partition(0x200e).map { Set($0.members.keys) } == [Self.host])
            #expect(try await second.stop() == .code(0))
        }
    }

    @Test(
        "While an empty standby answers for a moment, what it lacks stays ours, and is deleted when UFM is back",
        arguments: KeyPlace.allCases)
    func emptyStandby(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            for pkey in ["0x200e", "0x2001", "0x2002"] {
                try await site.put(pkey: pkey, hosts: ["043f720300f55176"])
                try await daemon.waitForLine(containing: "Successfully synchronized PKey \(pkey)")
            }
            // Once a list has shown all of them the standby takes over: it has none, and forgets what it is told.
            let lists = site.ufm.requests.count
            try await site.ufm.waitFor("a list, and its answer") { state in
                state.requests.dropFirst(lists).count { $0.path.contains(Self.list) } >= 2
            }
            for fault in [
                Self.lie(Self.emptyList, to: "GET", at: Self.list, count: nil),
                Self.lie(Self.nothing, to: "GET", at: "/resources/pkeys/0x", count: nil),
                Self.lie(Self.nothing, to: "DELETE", at: "/resources/pkeys/0x", count: nil),
                Self.lie(Self.nothing, to: "POST", at: "/resources/pkeys/", count: nil),
            ] { site.ufm.inject(fault) }
            try await site.delete(pkey: "0x200e")
            try await daemon.waitForLine(containing: "Successfully removed PKey 0x200e from UFM")
            try await daemon.waitForLine(containing: "partitions that it had, and nobody deleted them")
            let seen = site.ufm.requests.count
            try await site.ufm.waitFor("two more lists") { state in
                state.requests.dropFirst(seen).count { $0.path.contains(Self.list) } >= 2
            }
            #expect(try await Self.record(in: site)?.contains(#""gone":true"#) == true)
            #expect(site.partition(0x200e) != nil)
            site.ufm.clearFaults()
            try await site.waitForMembers(nil, of: 0x200e)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "A single run ends with one list more if it has deleted something, and without its record",
        arguments: KeyPlace.allCases)
    func singleRun(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            for pkey in ["0x200e", "0x2001", "0x2002"] { try await site.put(pkey: pkey, hosts: ["043f720300f55176"]) }
            func lists(in body: () async throws -> Void) async throws -> Int {
                let before = site.ufm.requests.count
                try await body()
                return site.ufm.requests.dropFirst(before).count { $0.path.contains(Self.list) }
            }
            func run() async throws {
                let once = try site.startDaemon("--once")
                #expect(try await once.waitForExit() == .code(0), "\(once.output)")
            }
            #expect(try await lists { try await run() } == 1)
            for pkey in ["0x200e", "0x2001"] { try await site.delete(pkey: pkey) }
            #expect(try await lists { try await run() } == 2)
            #expect(site.ufm.createdPartitions.keys.sorted() == [0x2002])
            #expect(try await site.entries(prefix: Site.ledgerPrefix).map(\.key) == [Site.ledgerPrefix + "0x2002"])
            #expect(try await lists { try await run() } == 1)
        }
    }
}

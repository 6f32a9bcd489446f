import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// A UFM that comes back with an older state: partitions that we have deleted are there again, and a stranger's among them.
@Suite("A UFM that was restored")
struct OlderStateTests {
    private static let gonePrefix = "/surf-ufm-pkeyd/default/gone/"
    private static let host: UInt64 = 0x043f_7203_00f5_5176
    private static let other: UInt64 = 0x043f_7203_00f5_5177

    private static func function(_ pkey: UInt16) -> UInt64 { 0xc0cc_0000_0000_0100 | UInt64(pkey) << 32 }

    private static func name(_ pkey: UInt16) -> String { "0x" + String(pkey, radix: 16) }

    private static func put(_ pkey: UInt16, hosts: [String] = ["043f720300f55176"], in site: Site) async throws {
        let digits = String(function(pkey), radix: 16)
        try await site.put(pkey: name(pkey), hosts: hosts, virtualFunctions: [digits])
    }

    private static func lists(_ count: Int, of site: Site) async throws {
        let before = site.ufm.requests.count
        try await site.ufm.waitFor("\(count) more lists") { state in
            state.requests.dropFirst(before).count { $0.path.contains("/resources/pkeys?") } >= count
        }
    }

    /// UFM is away, and comes back with the partitions that it had.
    private static func restore(_ partitions: [UInt16: Partition], in site: Site, seenBy daemon: BackgroundProcess)
        async throws
    {
        site.ufm.inject(UFMSimulator.Fault(.status(503), count: nil))
        try await daemon.waitForLine(containing: "UFM does not answer")
        site.ufm.edit { $0 = partitions }
        site.ufm.restart()
        site.ufm.clearFaults()
    }

    @Test(
        "What we had deleted is deleted again where it is exactly what it was; a stranger's, and what is otherwise, stays",
        arguments: [false, true], KeyPlace.allCases)
    func restored(keepsFile: Bool, keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let file = site.configuration.file("ledger.json")
            let ledger = keepsFile ? ["--ledger", "file:\(file)"] : []
            let daemon = try site.start(
                ["monitor"] + site.etcdArguments + ["--ufm-user", "admin", "--poll-interval", "1"] + site.ufmTrust
                    + ledger)
            for pkey: UInt16 in [0x2001, 0x2002, 0x2003] {
                try await Self.put(pkey, in: site)
                try await daemon.waitForLine(containing: "Successfully synchronized PKey \(Self.name(pkey))")
            }
            // A partition of somebody else, which he deletes himself later.
            let theirs = Partition(key: 0x2500, members: [0xaaaa: Member(.full, index0: false)])
            site.ufm.edit { $0[0x2500] = theirs }
            let older = site.ufm.partitions
            site.ufm.edit { $0[0x2500] = nil }
            // It had other members when it was deleted.
            try await Self.put(0x2002, hosts: ["043f720300f55177"], in: site)
            try await site.waitForMembers([Self.other, Self.function(0x2002)], of: 0x2002)
            for pkey: UInt16 in [0x2001, 0x2002, 0x2003] { try await site.delete(pkey: Self.name(pkey)) }
            for pkey: UInt16 in [0x2001, 0x2002, 0x2003] { try await site.waitForMembers(nil, of: pkey) }
            try await eventually("the end of their records") {
                let entries = try await site.run(["status", "--output", "json"] + site.etcdArguments + ledger)
                return entries.exitCode == 0 && !entries.output.contains("0x200")
            }
            if !keepsFile {
                let kept = try await site.entries(prefix: Self.gonePrefix)
                #expect(kept.map(\.key) == ["0x2001", "0x2002", "0x2003"].map { Self.gonePrefix + $0 })
            }
            let wait = try await site.run(["status", "--wait", "0x2001"] + site.etcdArguments + ledger)
            #expect(wait.exitCode == 0, "\(wait.errors)")
            try await Self.lists(3, of: site)

            try await Self.restore(older, in: site, seenBy: daemon)
            try await site.waitForMembers(nil, of: 0x2001)
            try await site.waitForMembers(nil, of: 0x2003)
            try await daemon.waitForLine(
                containing: "PKey 0x2001 is in UFM again, which was away or restored: as it was")
            try await daemon.waitForLine(
                containing: "PKey 0x2002 is in UFM again, which was away or restored: and not as it was")
            try await Self.lists(3, of: site)
            #expect(site.partition(0x2500)?.members == theirs.members)
            #expect(
                site.partition(0x2002).map { Set($0.members.keys) } == [Self.host, Self.function(0x2002)])
            #expect(site.ufm.createdPartitions.keys.sorted() == [0x2002, 0x2500])
            // A key that wants it takes it over: it has a function of this PKey, as only pcocc makes them.
            try await Self.put(0x2002, hosts: ["043f720300f55177"], in: site)
            try await site.waitForMembers([Self.other, Self.function(0x2002)], of: 0x2002)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "What is made again by somebody while UFM was not away stays, though it is exactly what we had deleted",
        arguments: KeyPlace.allCases)
    func madeAgain(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await Self.put(0x2001, in: site)
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            let before = site.ufm.partitions
            try await site.delete(pkey: "0x2001")
            try await eventually("the end of the record") {
                try await site.get(Site.ledgerPrefix + "0x2001") == nil
            }
            try await Self.lists(3, of: site)
            site.ufm.edit { $0[0x2001] = before[0x2001] }
            try await Self.lists(3, of: site)
            try await Self.restore(site.ufm.partitions, in: site, seenBy: daemon)
            try await Self.lists(3, of: site)
            #expect(site.partition(0x2001) != nil)
            #expect(try await daemon.stop() == .code(0))
        }
    }
}

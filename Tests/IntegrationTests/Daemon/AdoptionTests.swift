import Foundation
import Ledger
import Reconciler
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// Two who write the same PKeys: what the other one has made is left alone until he is gone, or somebody says that it is ours.
@Suite("A second writer")
struct AdoptionTests {
    private static let host: UInt64 = 0x043f_7203_00f5_5176
    private static let theirs: [UInt64: Member] = [0xaaaa: Member(.full, index0: false)]

    @Test(
        "A partition that somebody else made is left as it is, a wait for it fails at once, and it is ours by command",
        arguments: KeyPlace.allCases)
    func byCommand(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            site.ufm.edit { $0[0x2500] = Partition(key: 0x2500, ipOverIB: true, members: Self.theirs) }
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await daemon.waitForLine(containing: "UFM Status")
            let writes = site.ufm.writes.count
            try await site.put(pkey: "0x2500", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "PKey 0x2500 is in conflict")
            let wait = try await site.status("--wait", "0x2500")
            #expect(wait.exitCode == 1)
            #expect(wait.errors.contains("PKey 0x2500 is in conflict: in the way are [000000000000aaaa]"))
            #expect(wait.errors.contains("status --adopt 0x2500"))
            #expect(try await site.statusOf("0x2500")?.state == "conflict")
            let plan = try await site.run(
                ["plan"] + site.etcdArguments + ["--ufm-user", "admin"] + site.ufmTrust)
            #expect(plan.exitCode == 2)
            #expect(plan.output.contains("! 0x2500 in conflict: in the way are [000000000000aaaa]"))
            #expect(site.ufm.writes.count == writes)
            #expect(site.partition(0x2500)?.members == Self.theirs)

            let unasked = try await site.run(["status", "--etcd-user", "root", "--adopt", "0x2500"], input: "yes\n")
            #expect(unasked.exitCode == 1)
            #expect(unasked.errors.contains("nothing is adopted without --yes"))
            let none = try await site.status("--adopt", "0x2501", "--yes")
            #expect(none.exitCode == 1)
            #expect(none.errors.contains("0x2501: in no conflict"))
            let adoption = try await site.status("--adopt", "0x2500", "--yes")
            #expect(adoption.exitCode == 0, "\(adoption.errors)")
            #expect(adoption.output.hasSuffix("Took over 1 partitions\n"))
            try await site.waitForMembers([Self.host], of: 0x2500)
            #expect(try await site.status("--wait", "0x2500").exitCode == 0)
            #expect(try await site.entries(prefix: "/surf-ufm-pkeyd/default/notes/").isEmpty)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("Once the other one is gone the partition is made by itself", arguments: KeyPlace.allCases)
    func gone(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            site.ufm.edit { $0[0x2500] = Partition(key: 0x2500, ipOverIB: true, members: Self.theirs) }
            try await site.put(pkey: "0x2500", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await daemon.waitForLine(containing: "PKey 0x2500 is in conflict")
            site.ufm.edit { $0[0x2500] = nil }
            try await site.waitForMembers([Self.host], of: 0x2500)
            try await daemon.waitForLine(containing: "PKey 0x2500 is in conflict no more")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "Partitions that pcocc or the predecessor left are ours at the first start, and with --adopt all everything is")
    func firstStart() async throws {
        try await withSite(.http) { site in
            let function: UInt64 = 0xc0cc_2501_0000_0000
            site.ufm.edit { partitions in
                partitions[0x2500] = Partition(key: 0x2500, members: [Self.host: Member(.full, index0: true)])
                partitions[0x2501] = Partition(
                    key: 0x2501, members: [function: Member(.full, index0: true), 0xbbbb: Member(.full, index0: true)])
                partitions[0x2502] = Partition(key: 0x2502, members: Self.theirs)
            }
            for pkey in ["0x2500", "0x2501", "0x2502"] { try await site.put(pkey: pkey, hosts: ["043f720300f55176"]) }
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.waitForMembers([Self.host], of: 0x2501)
            #expect(try await site.status("--wait", "0x2500").exitCode == 0)
            try await daemon.waitForLine(containing: "PKey 0x2502 is in conflict")
            #expect(site.partition(0x2502)?.members == Self.theirs)
            #expect(try await daemon.stop() == .code(0))
            let second = try site.startDaemon("--poll-interval", "1", "--adopt", "all")
            try await site.waitForMembers([Self.host], of: 0x2502)
            #expect(try await second.stop() == .code(0))
        }
    }

    @Test("An instruction that nobody takes is taken back, and that is said")
    func nobody() async throws {
        try await withSite(.http) { site in
            let record = #"{"state":"guarded","key":"/a/0x2000","revision":3,"time":"2026-01-31T12:00:00Z"}"#
            try await site.put(Site.ledgerPrefix + "0x2000", record)
            let result = try await site.status("--approve-deletes", "--yes")
            #expect(result.exitCode == 1)
            #expect(result.errors.contains("no daemon of fabric default took it within 5 s: nothing was done"))
            #expect(try await site.entries(prefix: "/surf-ufm-pkeyd/default/requests/").isEmpty)
            #expect(try await site.entries(prefix: Site.ledgerPrefix).count == 1)
        }
    }
}

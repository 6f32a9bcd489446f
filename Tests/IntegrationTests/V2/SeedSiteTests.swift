import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The site for which this was written: http, etcd's v2 store with root's password, two hundred keys, and two partitions of
/// somebody else.
@Suite("The site with two hundred keys in v2", .timeLimit(.minutes(20)))
struct SeedSiteTests {
    private static let first: UInt16 = 0x2000
    private static let numbers = (0..<200).map { first + UInt16($0) }
    private static let foreign: [UInt16: Partition] = [
        0x4000: Partition(
            key: 0x4000, name: "storage", ipOverIB: true, members: [0xaaaa: Member(.full, index0: false)]),
        0x5000: Partition(
            key: 0x5000, ipOverIB: false,
            members: [0xbbbb: Member(.limited, index0: false), 0xcccc: Member(.full, index0: true)]),
    ]

    private static func name(_ number: UInt16) -> String { "0x" + String(number, radix: 16) }
    private static func host(_ number: UInt16) -> UInt64 { 0x043f_7203_0000_0000 | UInt64(number) }
    /// As pcocc makes it: the virtual function's GUID carries the PKey.
    private static func function(_ number: UInt16) -> UInt64 { 0xc0cc_0000_0000_0001 | UInt64(number) << 32 }

    private static func line(_ number: UInt16) -> String {
        let guids = [host(number), function(number)].map { String($0, radix: 16) }
        return "put \(name(number)) 0\(guids[0]) \(guids[1])"
    }

    private static var wanted: [UInt16: Set<UInt64>] {
        Dictionary(uniqueKeysWithValues: numbers.map { ($0, [host($0), function($0)]) })
    }

    private func expectForeignUntouched(_ site: Site) {
        for (number, partition) in Self.foreign { #expect(site.partition(number) == partition) }
        for write in site.ufm.writes {
            let text = (write.path + " " + write.body).lowercased()
            #expect(!text.contains("0x4000") && !text.contains("0x5000"))
        }
    }

    @Test(
        "All its keys become partitions, what goes meanwhile is removed at the next start, and the others' are never touched"
    )
    func life() async throws {
        try await withV2Site { site, pcocc in
            site.ufm.edit { partitions in
                for (number, partition) in Self.foreign { partitions[number] = partition }
            }
            try await pcocc.run(Self.numbers.map(Self.line))
            let daemon = try site.startDaemon()
            let others = Self.foreign.mapValues { Set($0.members.keys) }
            try await site.waitForPartitions(
                Self.wanted.merging(others) { $1 })
            try await daemon.waitForLine(containing: "[0x4000, 0x5000]")
            try await eventually("every record says synced") {
                try await site.entries(prefix: Site.ledgerPrefix).count { $0.value.contains("synced") } == 200
            }
            expectForeignUntouched(site)
            let written = site.ufm.writes.count
            #expect(written == 200)
            #expect(try await daemon.stop() == .code(0))
            // Three jobs end while nobody looks; one begins.
            let (gone, new) = (Self.numbers.prefix(3), Self.first + 200)
            try await pcocc.run(gone.map { "delete \(Self.name($0))" } + [Self.line(new)])
            let next = try site.startDaemon()
            var left = Self.wanted.merging(others) { $1 }
            for number in gone { left[number] = nil }
            left[new] = [Self.host(new), Self.function(new)]
            try await site.waitForPartitions(left)
            expectForeignUntouched(site)
            let status = try await site.run(["status"] + site.etcdArguments)
            #expect(status.exitCode == 0 && status.output.contains("a daemon runs on "))
            #expect(try await next.stop() == .code(0))
        }
    }
}

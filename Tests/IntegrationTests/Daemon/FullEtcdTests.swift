import TestSupport
import Testing
import UFMSimulator

/// The daemon while etcd's quota is used up.
@Suite("An etcd that is full")
struct FullEtcdTests {
    private static let members: Set<UInt64> = [0x043f_7203_00f5_5176]

    @Test(
        "is told once, in etcd's words; deletions are obeyed, and their records stay", arguments: KeyPlace.allCases)
    func full(keys: KeyPlace) async throws {
        let options = Site.Options(etcdArguments: ["--quota-backend-bytes", "1000000"])
        try await withSite(.http, options, keys: keys) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            for number in 0x2000...0x2003 {
                try await site.put(pkey: "0x" + String(number, radix: 16), hosts: ["043f720300f55176"])
                try await site.waitForMembers(Self.members, of: UInt16(number))
            }
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2003")
            await #expect(throws: HarnessError.self) {
                for number in 0..<40 { try await site.put("/\(number)", String(repeating: "x", count: 60_000)) }
            }
            // No write was tried: a read tells.
            try await daemon.waitForLine(containing: "ERROR: \(keys.sourceName) is full: alarm NOSPACE")
            let start = ContinuousClock.now
            try await site.delete(pkey: "0x2000")
            try await site.waitForMembers(nil, of: 0x2000)
            print("full etcd: a tenant left in \(start.duration(to: .now))")
            // The record stays: that the partition is gone cannot be written down.
            #expect(try await site.get(Site.ledgerPrefix + "0x2000") != nil)
            try await site.delete(pkey: "0x2001")
            try await site.waitForMembers(nil, of: 0x2001)
            #expect(daemon.lines.count { $0.text.contains("\(keys.sourceName) is full") } == 1)

            let last = try #require(await site.get(Site.ledgerPrefix + "0x2002")).revision
            for number in 0..<40 { try await site.delete("/\(number)") }
            try await site.etcd.etcdctl("compact", "\(last + 1)")
            try await site.etcd.etcdctl("defrag")
            try await site.etcd.etcdctl("alarm", "disarm")
            try await daemon.waitForLine(containing: "\(keys.sourceName) has room again")
            #expect(site.ufm.createdPartitions.keys.sorted() == [0x2002, 0x2003])
            #expect(try await daemon.stop() == .code(0))
        }
    }
}

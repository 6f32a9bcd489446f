import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// One partition, or the list, that UFM refuses while it is well otherwise.
@Suite("One partition that UFM refuses")
struct RefusedPartitionTests {
    private static let port = "043f720300f55176"
    private static let members: Set<UInt64> = [0x043f_7203_00f5_5176]
    /// The one that is refused has a port of its own: one that it has yet to give up others would wait for.
    private static let victimsPort = "043f720300f55180"
    private static let victim: UInt16 = 0x2005

    /// How its writes are answered; a wish goes with it where UFM has one.
    struct Refusal: Sendable, CustomTestStringConvertible {
        let status: Int
        var wish: Duration?

        var testDescription: String { "\(status)" + (wish.map { ", Retry-After: \($0.components.seconds)" } ?? "") }

        func faults() -> [UFMSimulator.Fault] {
            var writes = UFMSimulator.Fault(.status(status), count: nil)
            writes.containing = "\"0x2005\""
            writes.retryAfter = wish
            var deletions = UFMSimulator.Fault(
                .status(status), method: "DELETE", path: "/ufmRest/resources/pkeys/0x2005", count: nil)
            deletions.retryAfter = wish
            return [writes, deletions]
        }
    }

    static let refusals =
        [400, 401, 403, 404, 405, 409, 429, 500, 502, 503, 504].map { Refusal(status: $0) } + [
            Refusal(status: 429, wish: .seconds(86_400)), Refusal(status: 503, wish: .seconds(86_400)),
        ]

    @Test("is failing, by its record, and keeps no other waiting, whatever UFM answers", arguments: refusals)
    func refused(_ refusal: Refusal) async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x2001", hosts: [Self.port])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            for fault in refusal.faults() { site.ufm.inject(fault) }
            try await site.put(pkey: "0x2005", hosts: [Self.victimsPort])
            let trouble = try await daemon.waitForLine(containing: "ERROR: PKey 0x2005 is not in step")
            #expect(trouble.text.contains("trying again: "))

            // Others come and go meanwhile.
            var slowest = Duration.zero
            for round in 0..<5 {
                let number = UInt16(0x2010 + round)
                let name = "0x" + String(number, radix: 16)
                let start = ContinuousClock.now
                try await site.put(pkey: name, hosts: [Self.port])
                try await site.waitForMembers(Self.members, of: number)
                try await site.delete(pkey: name)
                try await site.waitForMembers(nil, of: number)
                slowest = max(slowest, start.duration(to: .now))
            }
            print("refused with \(refusal.testDescription): the slowest of 5 others came and went in \(slowest)")

            let record = try #require(await site.get(Site.ledgerPrefix + "0x2005"))
            #expect(record.value.contains(#""state":"failing""#))
            #expect(record.value.contains(#""error":""#))
            #expect(!daemon.output.contains("UFM does not answer"))
            // The same is told once; another request may be refused in other words.
            let told = daemon.lines.map(\.text).filter { $0.contains("PKey 0x2005 is not in step") }
            #expect(Set(told).count == told.count && told.count < 4, "\(told)")

            site.ufm.clearFaults()
            // A fresh word is obeyed at once, whatever was wished before.
            try await site.put(pkey: "0x2005", hosts: [Self.victimsPort])
            try await site.waitForMembers([0x043f_7203_00f5_5180], of: Self.victim)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("is failing as well where its deletion is refused, and is deleted once UFM takes it", arguments: [403, 503])
    func refusedDeletion(status: Int) async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x2005", hosts: [Self.victimsPort])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2005")
            for fault in Refusal(status: status).faults() { site.ufm.inject(fault) }
            try await site.delete(pkey: "0x2005")
            try await daemon.waitForLine(containing: "ERROR: PKey 0x2005 is not in step")
            // Another port: that of the tenant who is to leave waits for it.
            try await site.put(pkey: "0x2010", hosts: ["043f720300f55177"])
            try await site.waitForMembers([0x043f_7203_00f5_5177], of: 0x2010)
            let record = try #require(await site.get(Site.ledgerPrefix + "0x2005"))
            #expect(record.value.contains(#""state":"deleting""#) && record.value.contains(#""error":""#))
            #expect(try await site.statusOf("0x2005")?.state == "failing")
            site.ufm.clearFaults()
            try await site.waitForMembers(nil, of: Self.victim)
            #expect(!daemon.output.contains("UFM does not answer"))
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "While the list alone cannot be read, single partitions are read, written and verified", arguments: [403, 503])
    func unusableList(status: Int) async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.put(pkey: "0x2001", hosts: [Self.port])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            site.ufm.inject(
                UFMSimulator.Fault(.status(status), method: "GET", path: "/ufmRest/resources/pkeys?", count: nil))
            try await daemon.waitForLine(containing: "ERROR: UFM's list of partitions cannot be read, single ones can")
            try await site.put(pkey: "0x2002", hosts: [Self.port])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2002")
            try await site.delete(pkey: "0x2001")
            try await daemon.waitForLine(containing: "Successfully removed PKey 0x2001 from UFM")
            #expect(site.ufm.createdPartitions.keys.sorted() == [0x2002])
            #expect(daemon.lines.count { $0.text.contains("list of partitions") } == 1)
            site.ufm.clearFaults()
            try await daemon.waitForLine(containing: "UFM's list of partitions can be read again, after ")
            #expect(!daemon.output.contains("UFM does not answer"))
            #expect(try await daemon.stop() == .code(0))
        }
    }
}

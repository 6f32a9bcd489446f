import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// What a key does to its partition over its life, with the real daemon between a real etcd and the simulator.
@Suite("The life of a key")
struct KeyLifeTests {
    static let host: UInt64 = 0x043f_7203_00f5_5176
    static let otherHost: UInt64 = 0x043f_7203_00f5_5177
    static let function: UInt64 = 0xc0cc_200e_0000_0000

    @Test("The value exactly as pcocc writes it becomes a partition of full members, in one request")
    func valueOfPcocc() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await site.put(
                Site.pkeyPrefix + "0x200e",
                "{'host_guids': ['0x043f720300f55176'], 'vf_guids': ['0xc0cc200e00000000']}")
            try await site.waitForMembers([Self.host, Self.function], of: 0x200e)
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            let member = Member(.full, index0: true)
            #expect(
                site.partition(0x200e)
                    == Partition(
                        key: 0x200e, ipOverIB: false, members: [Self.host: member, Self.function: member]))
            #expect(site.ufm.writes.count == 1)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "A changed key is applied in one request that leaves no moment with both tenants", arguments: KeyPlace.allCases)
    func change(keys: KeyPlace) async throws {
        try await withSite(.tls, keys: keys) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55177"])
            try await site.waitForMembers([Self.otherHost], of: 0x200e)
            #expect(site.ufm.writes.map(\.method) == ["POST", "PUT"])
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("A key deleted and written again at once ends with the new host alone", arguments: KeyPlace.allCases)
    func recreation(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.waitForMembers([Self.host], of: 0x200e)
            for round in 0..<20 {
                let host = round.isMultiple(of: 2) ? "043f720300f55177" : "043f720300f55176"
                try await site.delete(pkey: "0x200e")
                try await site.put(pkey: "0x200e", hosts: [host])
            }
            try await site.waitForMembers([Self.host], of: 0x200e)
            let revision = try await site.keyRevision("0x200e")
            try await daemon.waitForLine(
                containing: "Successfully synchronized PKey 0x200e", and: "revision=\(revision)")
            #expect(site.partition(0x200e).map { Set($0.members.keys) } == [Self.host])
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "A key deleted while the daemon was stopped is removed from UFM after it starts", arguments: KeyPlace.allCases)
    func deletionWhileStopped(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let first = try site.startDaemon()
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await site.put(pkey: "0x200f", hosts: ["043f720300f55177"])
            for pkey in ["0x200e", "0x200f"] {
                try await first.waitForLine(containing: "Successfully synchronized PKey \(pkey)")
            }
            #expect(try await first.stop() == .code(0))
            try await site.delete(pkey: "0x200e")
            #expect(site.partition(0x200e) != nil)
            let second = try site.startDaemon()
            try await second.waitForLine(containing: "Successfully removed PKey 0x200e from UFM")
            #expect(site.ufm.createdPartitions.keys.sorted() == [0x200f])
            let records = try await site.entries(prefix: Site.ledgerPrefix)
            // What the first daemon sent last, the second does not know: the record stays for ten minutes.
            #expect(records.map(\.key) == [Site.ledgerPrefix + "0x200e", Site.ledgerPrefix + "0x200f"])
            #expect(records.first?.value.contains(#""gone":true"#) == true)
            #expect(try await second.stop() == .code(0))
        }
    }

    @Test(
        "A daemon that is killed and started again finds everything in step and writes nothing",
        arguments: KeyPlace.allCases)
    func restart(keys: KeyPlace) async throws {
        try await withSite(.http, keys: keys) { site in
            let first = try site.startDaemon()
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await first.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            first.kill()
            _ = try await first.waitForExit()
            let written = site.ufm.writes.count
            let second = try site.startDaemon()
            let source = keys == .v3 ? "etcd" : "etcd-v2"
            try await second.waitForLine(containing: "UFM PKeys managed through \(source): [0x200e]")
            try await site.put(pkey: "0x200f", hosts: ["043f720300f55177"])
            try await second.waitForLine(containing: "Successfully synchronized PKey 0x200f")
            #expect(site.ufm.writes.count == written + 1)
            #expect(try await second.stop() == .code(0))
        }
    }

    @Test("A partition made by hand is reported and never touched, and the default partition is never written")
    func unmanaged() async throws {
        try await withSite(.http) { site in
            let handMade = Partition(
                key: 0x4000, name: "storage", ipOverIB: true,
                members: [0xaaaa: Member(.limited, index0: false)])
            site.ufm.seed(handMade)
            let before = site.ufm.partitions[0x7fff]
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await daemon.waitForLine(containing: "UFM PKeys NOT managed through etcd: [0x4000]")
            for name in ["0x7fff", "0x0", "0xffff"] {
                try await site.put(pkey: name, hosts: ["043f720300f55176"])
                try await daemon.waitForLine(containing: "WARNING: \(Site.pkeyPrefix)\(name): ignored")
                try await site.delete(pkey: name)
            }
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await site.delete(pkey: "0x200e")
            try await daemon.waitForLine(containing: "Successfully removed PKey 0x200e")
            #expect(site.ufm.createdPartitions == [0x4000: handMade])
            #expect(site.ufm.partitions[0x7fff] == before)
            #expect(site.ufm.writes.allSatisfy { ($0.path + $0.body).contains("0x200e") })
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test(
        "A ledger record that cannot be read holds its partition, is told once and never written; mended, all goes on")
    func unreadableRecords() async throws {
        try await withSite(.http) { site in
            let first = try site.startDaemon()
            for pkey in ["0x200e", "0x200f"] {
                try await site.put(pkey: pkey, hosts: ["043f720300f55176"])
                try await first.waitForLine(containing: "Successfully synchronized PKey \(pkey)")
            }
            #expect(try await first.stop() == .code(0))
            let good = try #require(await site.get(Site.ledgerPrefix + "0x200f"))
            try await site.put(Site.ledgerPrefix + "0x200e", "nonsense")
            try await site.put(Site.ledgerPrefix + "0x200f", "nonsense")
            try await site.put(Site.ledgerPrefix + "notes", "of an administrator")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55177"])
            try await site.delete(pkey: "0x200f")
            let before = site.ufm.createdPartitions
            // A partition without a record is ours again where somebody has said so.
            let second = try site.startDaemon("--poll-interval", "1", "--managed-range", "0x2000-0x2fff")
            try await second.waitForLine(
                containing: "\(Site.ledgerPrefix)0x200e: the ledger record cannot be read; PKey 0x200e is held as it is"
            )
            try await second.waitForLine(containing: "\(Site.ledgerPrefix)notes: is no record")
            // What comes after it is done, some resyncs later, and nothing has been done to it by then.
            try await site.put(pkey: "0x2010", hosts: ["043f720300f55178"])
            try await second.waitForLine(containing: "Successfully synchronized PKey 0x2010")
            let reads = site.ufm.requests.count
            try await site.ufm.waitFor("two resyncs") { $0.requests.count >= reads + 2 }
            #expect(site.ufm.createdPartitions.filter { $0.key != 0x2010 } == before)
            #expect(try await site.get(Site.ledgerPrefix + "0x200e")?.value == "nonsense")
            #expect(second.lines.count { $0.text.contains("0x200e: the ledger record") } == 1)
            #expect(try await site.statusOf("0x200e")?.state == "held")

            try await site.put(Site.ledgerPrefix + "0x200f", good.value)
            try await second.waitForLine(containing: "Successfully removed PKey 0x200f from UFM")
            try await site.delete(Site.ledgerPrefix + "0x200e")
            try await second.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            #expect(try await second.stop() == .code(0))
        }
    }

    @Test("The ledger says which revision UFM has")
    func ledger() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            let key = try #require(await site.get(Site.pkeyPrefix + "0x200e"))
            let record = try #require(await site.get(Site.ledgerPrefix + "0x200e"))
            #expect(record.value.contains(#""state":"synced""#))
            #expect(record.value.contains(#""revision":\#(key.revision),"#))
            #expect(record.value.contains(#""key":"\#(key.key)""#))
            #expect(try await daemon.stop() == .code(0))
        }
    }
}

extension BackgroundProcess {
    /// Waits for a line that contains both texts.
    func waitForLine(containing first: String, and second: String) async throws {
        _ = try await waitForLine("a line with \(first) and \(second)") { line in
            line.text.contains(first) && line.text.contains(second)
        }
    }
}

import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `--export`, and `--import` of what it wrote.
@Suite("Export and import")
struct UFMToolExportTests {
    /// One of each kind: named, unnamed, with its own quality of service, empty, with mixed flags.
    static let stock: [Partition] = {
        var named = Partition.made(0x4000, full: [0xa, 0xb], name: "storage \"main\"", ipOverIB: true)
        named.qos.mtuLimit = 4
        named.qos.serviceLevel = 2
        named.qos.rateLimit = 200
        var partlyIndex0 = Partition.made(0x4003, full: [0xc])
        partlyIndex0.members[0xd] = .init(.full)
        partlyIndex0.members[0xe] = .init(.limited, index0: true)
        partlyIndex0.qos.rateLimit = 100
        return [
            named, .made(0x5), .made(0x4001, full: [0xf], limited: [0x10, 0x11]), partlyIndex0,
            .made(0x4004, limited: [0x12], ipOverIB: true), .made(0x7ffe, name: "empty", ipOverIB: true),
        ]
    }()

    /// A site with the whole stock.
    private func withStock(
        configure: (inout UFMSimulator.Configuration) throws -> Void = { _ in }, _ body: (Site) async throws -> Void
    ) async throws {
        try await withUFM(
            configure: { configuration in
                configuration.ufm.partitions = Self.stock
                try configure(&configuration)
            }, body)
    }

    @Test("the file is the documented JSON: sorted, without the default partition and the names UFM makes up")
    func format() async throws {
        struct Document: Decodable {
            let format: String
            let version: Int
            let partitions: [ToolPartition]
        }
        try await withStock { site in
            let result = try await site.ufmTool("--export", "-")
            let document: Document = try result.json()
            #expect(document.format == "surf-ufm-pkeyd partitions")
            #expect(document.version == 1)
            #expect(document.partitions.map(\.pkey) == ["0x5", "0x4000", "0x4001", "0x4003", "0x4004", "0x7ffe"])
            #expect(document.partitions.map(\.name) == [nil, "storage \"main\"", nil, nil, nil, "empty"])
            #expect(document.partitions[1].qos == ToolPartition.QoS(mtu_limit: 4, service_level: 2, rate_limit: 200))
            #expect(document.partitions[3].guids.map(\.guid) == [0xc, 0xd, 0xe].map(guidText))

            // The same state is the same bytes, in a file too.
            let path = site.configuration.file("export.json")
            let written = try await site.ufmTool("--export", path)
            #expect(written.output == "Successfully exported 6 PKeys to \(path)\n")
            #expect(try site.configuration.read("export.json") == result.output)
            #expect(site.ufm.writes.isEmpty)
        }
    }

    @Test(
        "after everything has been deleted, the import restores it byte for byte, whatever UFM's temper",
        arguments: [Profile.ufm6221, .lenient, .strict])
    func restore(_ profile: Profile) async throws {
        try await withStock(configure: { configuration in
            try configuration.ufm.apply(profile)
            configuration.ufm.knownPorts = Set(0xa...0x12)
            // No UFM refuses this and takes it from the fixture at once.
            configuration.ufm.switches.secondIndex0 = .accept
        }) { site in
            let path = site.configuration.file("export.json")
            try await site.ufmTool("--export", path)
            let before = site.ufm.createdPartitions
            for key in before.keys {
                let result = try await site.ufmTool("--delete-pkey", "0x" + String(key, radix: 16))
                #expect(result.status == .code(0))
            }
            #expect(site.ufm.createdPartitions.isEmpty)
            let result = try await site.ufmTool("--import", path)
            #expect(result.status == .code(0), "\(result.output)\(result.errors)")
            #expect(site.ufm.createdPartitions == before)
            let again = try await site.ufmTool("--export", "-")
            #expect(again.output == (try site.configuration.read("export.json")))

            // To repeat it changes nothing.
            let writes = site.ufm.writes.count
            let repeated = try await site.ufmTool("--import", path)
            #expect(repeated.output == "0 PKeys to change, 6 unchanged\n")
            #expect(site.ufm.writes.count == writes)
        }
    }

    @Test(
        "any state becomes any other with --prune, and nobody is in two partitions on the way",
        arguments: Seed.several(6))
    func anyToAny(_ seed: Seed) async throws {
        var generator = SeededGenerator(seed)
        let wanted = Self.randomState(&generator)
        let current = Self.randomState(&generator)
        try await withUFM { site in
            site.ufm.edit { partitions in for partition in wanted { partitions[partition.key] = partition } }
            let path = site.configuration.file("export.json")
            try await site.ufmTool("--export", path)
            site.ufm.edit { partitions in
                partitions = partitions.filter { $0.key == 0x7fff }
                for partition in current { partitions[partition.key] = partition }
            }
            // Looks at every state that UFM goes through, until the partition that marks the end is there.
            let ports = Watched((seen: 0, double: Set<UInt64>()))
            async let watch: Void = site.ufm.waitFor("end of the import") { state in
                ports.update { ports in
                    ports.seen += 1
                    ports.double.formUnion(Self.portsInTwo(state.partitions))
                }
                return state.partitions[0x7000] != nil
            }
            let result = try await site.ufmTool("--import", path, "--prune", "--yes")
            site.ufm.seed(.made(0x7000))
            try await watch
            site.ufm.edit { $0[0x7000] = nil }
            #expect(ports.read { $0.double }.isEmpty)
            #expect(ports.read { $0.seen } > site.ufm.writes.count)
            #expect(result.status == .code(0), "\(result.output)\(result.errors)")
            #expect(site.ufm.createdPartitions == Dictionary(uniqueKeysWithValues: wanted.map { ($0.key, $0) }))
            #expect(try await site.ufmTool("--export", "-").output == (try site.configuration.read("export.json")))
        }
    }

    private static func portsInTwo(_ partitions: [UInt16: Partition]) -> Set<UInt64> {
        var seen: Set<UInt64> = []
        var double: Set<UInt64> = []
        for guid in partitions.values.flatMap(\.members.keys) where !seen.insert(guid).inserted { double.insert(guid) }
        return double
    }

    /// Every GUID in at most one partition, so that a move shows.
    private static func randomState(_ generator: inout SeededGenerator) -> [Partition] {
        var partitions = (0x4000..<0x4006).filter { _ in Int.random(in: 0..<4, using: &generator) > 0 }.map {
            Partition.made(UInt16($0), ipOverIB: false)
        }
        guard !partitions.isEmpty else { return [] }
        for guid in UInt64(1)...20 where Bool.random(using: &generator) {
            let index = Int.random(in: partitions.indices, using: &generator)
            let member = Member(
                Bool.random(using: &generator) ? .full : .limited, index0: Int.random(in: 0..<4, using: &generator) == 0
            )
            partitions[index].members[guid] = member
        }
        for index in partitions.indices where !partitions[index].members.isEmpty {
            partitions[index].ipOverIB = Bool.random(using: &generator)
            partitions[index].qos.serviceLevel = Int.random(in: 0...2, using: &generator)
        }
        return partitions
    }

    @Test("an export that fails leaves the old file as it was")
    func failedExport() async throws {
        try await withStock { site in
            let path = try site.configuration.write("the old one\n", to: "export.json")
            site.ufm.inject(.init(.status(503), count: nil))
            let result = try await site.ufmTool("--export", path)
            expectOneComplaint(result, code: 1, naming: ["503"], at: site, "--export")
            #expect(try site.configuration.read("export.json") == "the old one\n")
            site.ufm.clearFaults()
            let nowhere = try await site.ufmTool("--export", "/none/such/export.json")
            expectOneComplaint(nowhere, code: 1, naming: ["/none/such/export.json"], at: site, "--export")
        }
    }

    @Test("an export to a device writes to it and does not replace it")
    func device() async throws {
        try await withStock { site in
            let result = try await site.ufmTool("--export", "/dev/stdout")
            #expect(result.output.hasPrefix("{\n"))
            #expect(result.output.contains("Successfully exported 6 PKeys"))
        }
    }
}

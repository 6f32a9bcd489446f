import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `--pkey`: members added, removed and set.
@Suite("Changing members")
struct UFMToolMemberTests {
    private static let before = Partition.made(0x5000, full: [0xa, 0xb], limited: [0xc], ipOverIB: true)

    @Test("--set-guids replaces the whole list, and says what it added, removed and changed")
    func set() async throws {
        try await withUFM(Self.before, .made(0x4000, full: [0xa])) { site in
            let arguments = [
                "--pkey", "0x5000", "--set-guids", "--full", "\(guidText(0xa)),\(guidText(0xd))", "--limited",
                guidText(0xb),
            ]
            let result = try await site.ufmTool(arguments)
            #expect(
                result.output == """
                    + 000000000000000d full index0
                    - 000000000000000c
                    ~ 000000000000000b limited index0
                    Successfully set: PKey 0x5000 has 3 GUIDs (1 added, 1 removed, 1 changed)

                    """)
            #expect(result.status == .code(0))
            var wanted = Partition.made(0x5000, full: [0xa, 0xd], ipOverIB: true)
            wanted.members[0xb] = .init(.limited, index0: true)
            #expect(site.partition(0x5000) == wanted)
            #expect(site.ufm.writes.map(\.method) == ["PUT"])

            // Again there is nothing to do, and nothing is sent.
            let again = try await site.ufmTool(arguments)
            #expect(again.output == "PKey 0x5000 has 3 GUIDs already: nothing to do\n")
            #expect(site.ufm.writes.count == 1)
        }
    }

    @Test("--set-guids as JSON lists the difference, and keeps the quality of service")
    func setAsJSON() async throws {
        struct Change: Decodable {
            struct Member: Decodable {
                let guid: String
                let membership: String
            }
            let operation: String
            let pkey: String
            let added: [Member]
            let removed: [String]
            let changed: [Member]
        }
        var partition = Self.before
        partition.qos.rateLimit = 100
        try await withUFM(partition) { site in
            let result = try await site.ufmTool(
                "--pkey", "0x5000", "--set-guids", "--guids", guidText(0xa), guidText(0xe), "--membership", "limited",
                "--output", "json")
            let change: Change = try result.json()
            #expect(change.operation == "set")
            #expect(change.added.map(\.guid) == [guidText(0xe)])
            #expect(change.removed == [guidText(0xb), guidText(0xc)])
            #expect(change.changed.map(\.membership) == ["limited"])
            #expect(site.partition(0x5000)?.qos.rateLimit == 100)
        }
    }

    @Test("--set-guids makes a partition that is not there")
    func setCreates() async throws {
        try await withUFM { site in
            let result = try await site.ufmTool("--pkey", "0x5001", "--set-guids", "--guids", guidText(0xa))
            #expect(result.output == "+ 000000000000000a full index0\nSuccessfully created PKey 0x5001 with 1 GUIDs\n")
            #expect(site.partition(0x5001) == .made(0x5001, full: [0xa]))
        }
    }

    @Test("--set-guids fails when UFM says yes and shows something else")
    func setIsReadBack() async throws {
        try await withUFM(Self.before) { site in
            site.ufm.inject(
                .init(.answer(status: 200, contentType: "application/json", body: "{}"), method: "DELETE"))
            let result = try await site.ufmTool("--pkey", "0x5000", "--set-guids", "--guids", guidText(0xa))
            expectOneComplaint(result, code: 1, naming: ["0x5000", "2 removed"], at: site, "--set-guids")
            #expect(site.partition(0x5000) == Self.before)
        }
    }

    @Test("--full and --limited add members of both kinds, and leave the others alone")
    func addMixed() async throws {
        try await withUFM(Self.before) { site in
            let result = try await site.ufmTool(
                "--pkey", "0x5000", "--full", guidText(0xd), "--limited", guidText(0xe), "--no-index0")
            #expect(result.output == "Successfully added 2 GUIDs to PKey 0x5000\n")
            var wanted = Self.before
            wanted.members[0xd] = .init(.full)
            wanted.members[0xe] = .init(.limited)
            #expect(site.partition(0x5000) == wanted)
        }
    }

    @Test("a GUID that is given as full and as limited is refused, and nothing is sent")
    func contradiction() async throws {
        try await withUFM(Self.before) { site in
            for extra in [["--set-guids"], []] {
                let result = try await site.ufmTool(
                    ["--pkey", "0x5000", "--full", guidText(0xd), "--limited", "0x" + guidText(0xd)] + extra)
                expectOneComplaint(result, code: 1, naming: [guidText(0xd), "full", "limited"], at: site, "\(extra)")
            }
            #expect(site.ufm.requests.isEmpty)
        }
    }

    @Test("@FILE has GUIDs with commas, blanks, lines and comments between them")
    func file() async throws {
        try await withUFM { site in
            let path = try site.configuration.write(
                "# hosts\n\(guidText(0xa)), 0x\(guidText(0xb))\n\n\(guidText(0xc)) # the last\r\n\(guidText(0xa))",
                to: "guids")
            let result = try await site.ufmTool("--pkey", "0x5000", "--guids", "@\(path)", guidText(0xd))
            #expect(result.output == "Successfully added 4 GUIDs to PKey 0x5000\n")
            #expect(site.partition(0x5000) == .made(0x5000, full: [0xa, 0xb, 0xc, 0xd]))
        }
    }

    @Test("a file that cannot be used is refused with its name and line, and nothing is sent")
    func badFile() async throws {
        try await withUFM(Self.before) { site in
            let rows: [(text: String?, culprits: [String])] = [
                (nil, ["is not there"]), ("", ["no GUIDs"]), ("# nothing\n", ["no GUIDs"]),
                ("\(guidText(1))\n\nxyz\n", [":3: ", "Invalid GUID format: xyz"]),
                ("\(guidText(0))\n", [":1: ", "zero GUID"]),
            ]
            for (text, culprits) in rows {
                let path = site.configuration.file("guids")
                if let text { try site.configuration.write(text, to: "guids") }
                for extra in [["--remove-guids"], ["--set-guids"], []] {
                    let result = try await site.ufmTool(["--pkey", "0x5000", "--guids", "@\(path)"] + extra)
                    expectOneComplaint(
                        result, code: 1, naming: [path] + culprits, at: site, "\(text ?? "no file") \(extra)")
                }
            }
            #expect(site.ufm.requests.isEmpty)
        }
    }

    @Test("5,000 GUIDs are added and removed by file and by list, without a word in between")
    func many() async throws {
        let guids = (1...5_000).map { UInt64(0x0002_c903_0000_0000 + $0) }
        try await withUFM(.made(0x5000, full: guids + [0xa])) { site in
            let path = try site.configuration.write(guids.map(guidText).joined(separator: "\n"), to: "guids")
            let removal = try await site.ufmTool("--pkey", "0x5000", "--guids", "@\(path)", "--remove-guids")
            #expect(removal.output == "Successfully removed 5000 GUIDs from PKey 0x5000\n")
            #expect(removal.errors == "")
            #expect(site.partition(0x5000) == .made(0x5000, full: [0xa]))

            let list = guids.map(guidText).joined(separator: ",")
            let addition = try await site.ufmTool("--pkey", "0x5000", "--guids", list)
            #expect(addition.output == "Successfully added 5000 GUIDs to PKey 0x5000\n")
            #expect(addition.errors == "")
            #expect(site.partition(0x5000)?.members.count == 5_001)
            #expect(site.ufm.writes.count == 50 + 10)
        }
    }

    @Test("a removal that breaks off says how many GUIDs had been removed")
    func breaksOff() async throws {
        let guids = (1...500).map { UInt64(0x1_0000 + $0) }
        try await withUFM(.made(0x5000, full: guids)) { site in
            // The third request of five.
            site.ufm.inject(
                .init(.delay(.zero), method: "DELETE", count: 2), .init(.status(503), method: "DELETE", count: nil))
            let list = guids.map(guidText).joined(separator: ",")
            let result = try await site.ufmTool("--pkey", "0x5000", "--guids", list, "--remove-guids")
            expectOneComplaint(
                result, code: 1, naming: ["503", "200 of 500 GUIDs were removed from PKey 0x5000"], at: site, "removal")
            #expect(site.partition(0x5000)?.members.count == 300)
        }
    }

    @Test("a terminal shows how far a removal is, on one line that is gone at the end")
    func progress() async throws {
        let guids = (1...300).map { UInt64(0x1_0000 + $0) }
        try await withUFM(.made(0x5000, full: guids + [0xa])) { site in
            let path = try site.configuration.write(guids.map(guidText).joined(separator: "\n"), to: "guids")
            let result = try await site.ufmToolOnTerminal(["--pkey", "0x5000", "--guids", "@\(path)", "--remove-guids"])
            #expect(result.status == .code(0))
            for count in [100, 200, 300] {
                #expect(
                    result.transcript.contains("\r\u{1b}[K\(count) of 300 GUIDs removed from PKey 0x5000"))
            }
            #expect(result.transcript.contains("\r\u{1b}[KSuccessfully removed 300 GUIDs from PKey 0x5000"))
        }
    }
}

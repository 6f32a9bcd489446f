import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `--import`: what it asks, what it leaves alone, and what it says when something goes wrong.
@Suite("Importing into UFM")
struct UFMToolImportTests {
    /// A file with these partitions, each `pkey, ip_over_ib` and its full members at index 0.
    static func file(_ partitions: (UInt16, [UInt64])..., extra: String = "") -> String {
        let list = partitions.map { key, guids in
            let members = guids.map { "{guid: \(guidText($0)), index0: true, membership: full}" }
            return
                "- {pkey: 0x\(String(key, radix: 16)), ip_over_ib: false, guids: [\(members.joined(separator: ", "))]\(extra)}\n"
        }
        let body = list.isEmpty ? "partitions: []\n" : "partitions:\n" + list.joined()
        return "# By hand\nformat: surf-ufm-pkeyd partitions\nversion: 1\n" + body
    }

    private struct Report: Decodable {
        struct Entry: Decodable {
            struct Member: Decodable { let guid: String }
            let pkey: String
            let action: String
            let added: [Member]
            let removed: [String]
            let done: Bool?
            let error: String?
        }
        let dry_run: Bool
        let failed: Int
        let unchanged: Int
        let partitions: [Entry]
    }

    @Test("--dry-run shows the plan and sends nothing that changes anything")
    func dryRun() async throws {
        try await withUFM(.made(0x4000, full: [0xa, 0xb]), .made(0x4001, full: [0xc]), .made(0x4002)) { site in
            let path = try site.configuration.write(
                Self.file((0x4000, [0xa, 0xd]), (0x4001, [0xc]), (0x4003, [0xe])), to: "file.yaml")
            let result = try await site.ufmTool("--import", path, "--dry-run", "--prune")
            #expect(
                result.output == """
                    ~ PKey 0x4000: 1 added, 1 removed
                    - PKey 0x4002: delete with 0 GUIDs
                    + PKey 0x4003: create with 1 GUIDs
                    3 PKeys to change, 1 unchanged

                    """)
            #expect(result.status == .code(0))
            let json: Report = try await site.ufmTool("--import", path, "--dry-run", "--output", "json").json()
            #expect(json.dry_run && json.failed == 0 && json.unchanged == 1)
            #expect(json.partitions.map(\.action) == ["change", "create"])
            #expect(json.partitions.map(\.done) == [nil, nil])
            #expect(site.ufm.writes.isEmpty)
        }
    }

    @Test("what is not in the file stays, unless --prune")
    func prune() async throws {
        let other = Partition.made(0x4001, full: [0xc])
        try await withUFM(.made(0x4000, full: [0xa]), other) { site in
            let path = try site.configuration.write(Self.file((0x4000, [0xa, 0xb])), to: "file.yaml")
            let result = try await site.ufmTool("--import", path)
            #expect(result.status == .code(0))
            #expect(site.ufm.createdPartitions == [0x4000: .made(0x4000, full: [0xa, 0xb]), 0x4001: other])

            let refused = try await site.ufmTool("--import", path, "--prune")
            #expect(refused.status == .code(1))
            expectOneComplaint(inErrors: refused.errors, naming: ["delete 1 PKeys", "--yes"], "--prune")
            #expect(site.partition(0x4001) == other)

            let pruned = try await site.ufmTool("--import", path, "--prune", "--yes")
            #expect(pruned.output.hasSuffix("PKey 0x4001: deleted\n"))
            #expect(site.partition(0x4001) == nil)
            #expect(site.partition(0x7fff) != nil)
        }
    }

    @Test("without a terminal nothing is removed unless --yes, and nothing else is done either")
    func unconfirmed() async throws {
        try await withUFM(.made(0x4000, full: [0xa, 0xb])) { site in
            let path = try site.configuration.write(Self.file((0x4000, [0xa]), (0x4001, [0xc])), to: "file.yaml")
            let refused = try await site.ufmTool("--import", path)
            #expect(refused.status == .code(1))
            expectOneComplaint(
                inErrors: refused.errors, naming: ["remove 1 members from 1 PKeys", "nothing was changed", "--yes"],
                "--import")
            #expect(site.ufm.writes.isEmpty)
            let done = try await site.ufmTool("--import", path, "--yes")
            #expect(done.status == .code(0))
            #expect(
                site.ufm.createdPartitions == [0x4000: .made(0x4000, full: [0xa]), 0x4001: .made(0x4001, full: [0xc])])
        }
    }

    @Test("on a terminal it asks, and does nothing without a yes", arguments: [("yes", true), ("no", false)])
    func asks(_ answer: String, _ isDone: Bool) async throws {
        try await withUFM(.made(0x4000, full: [0xa, 0xb]), .made(0x4001, full: [0xc])) { site in
            let path = try site.configuration.write(Self.file((0x4000, [0xa])), to: "file.yaml")
            let result = try await site.ufmToolOnTerminal(["--import", path, "--prune"], answer: answer)
            #expect(
                result.transcript.contains("The import will delete 1 PKeys and remove 1 members from 1 PKeys."))
            #expect(result.status == .code(isDone ? 0 : 1))
            #expect(site.ufm.createdPartitions.count == (isDone ? 1 : 2))
            #expect(site.ufm.writes.isEmpty == !isDone)
        }
    }

    @Test("a partition that UFM refuses does not keep the others out; each is reported, and the exit code is 1")
    func partialFailure() async throws {
        try await withUFM(.made(0x4000, full: [0xa])) { site in
            let path = try site.configuration.write(
                Self.file((0x4000, [0xa, 0xb]), (0x4001, [0xc]), (0x4002, [0xd])), to: "file.yaml")
            // The additions come in the order of the PKeys.
            site.ufm.inject(.init(.status(503), method: "POST", count: 1))
            let result = try await site.ufmTool("--import", path)
            #expect(result.status == .code(1))
            #expect(result.output.contains("PKey 0x4000: failed: POST "))
            #expect(result.output.hasSuffix("PKey 0x4001: created\nPKey 0x4002: created\n"))
            expectOneComplaint(inErrors: result.errors, naming: ["1 of 3 PKeys failed: 0x4000"], "--import")

            // It can be repeated, and does what is left.
            let report: Report = try await site.ufmTool("--import", path, "--output", "json").json()
            #expect(report.partitions.map(\.pkey) == ["0x4000"])
            #expect(report.partitions.first?.done == true)
            #expect(report.unchanged == 2)
        }
    }

    @Test("a port that could not be taken out of one partition is not put into another")
    func stuckPort() async throws {
        let from = Partition.made(0x4000, full: [0xa, 0xb])
        try await withUFM(from, .made(0x4001, full: [0xc])) { site in
            let path = try site.configuration.write(
                Self.file((0x4000, [0xb]), (0x4001, [0xa, 0xc]), (0x4002, [0xd])), to: "file.yaml")
            site.ufm.inject(.init(.status(503), method: "DELETE", count: nil))
            let result = try await site.ufmTool("--import", path, "--yes", "--output", "json")
            #expect(result.status == .code(1))
            let report: Report = try result.json()
            #expect(report.failed == 2)
            #expect(report.partitions.map(\.done) == [false, false, true])
            #expect(
                report.partitions[1].error?.contains("\(guidText(0xa)) could not be removed from PKey 0x4000") == true)
            #expect(site.partition(0x4000) == from)
            #expect(site.partition(0x4001) == .made(0x4001, full: [0xc]))
            #expect(site.partition(0x4002) == .made(0x4002, full: [0xd]))
        }
    }

    @Test("all removals come before all additions, so that a port that moves is never in two partitions")
    func order() async throws {
        try await withUFM(.made(0x4000, full: [0xc]), .made(0x4001, full: [0xa, 0xb])) { site in
            let path = try site.configuration.write(
                Self.file((0x4000, [0xa, 0xc]), (0x4001, [0xb])), to: "file.yaml")
            let result = try await site.ufmTool("--import", path, "--yes")
            #expect(result.status == .code(0))
            #expect(site.ufm.writes.map(\.method) == ["DELETE", "POST"])
        }
    }

    @Test("UFM's answer is not believed: what it does not show has failed")
    func readBack() async throws {
        try await withUFM { site in
            let path = try site.configuration.write(Self.file((0x4000, [0xa])), to: "file.yaml")
            site.ufm.inject(.init(.answer(status: 200, contentType: "application/json", body: "{}"), method: "POST"))
            let result = try await site.ufmTool("--import", path)
            #expect(result.status == .code(1))
            #expect(result.output.contains("PKey 0x4000: failed: UFM took the change and does not show it"))
        }
    }

    @Test("UFM may take a while to show what it took")
    func laggingReads() async throws {
        try await withUFM(.made(0x4000, full: [0xa]), configure: { $0.ufm.switches.applyDelay = 700 }) { site in
            let path = try site.configuration.write(Self.file((0x4000, [0xb]), (0x4001, [0xc])), to: "file.yaml")
            let result = try await site.ufmTool("--import", path, "--yes")
            #expect(result.status == .code(0), "\(result.output)\(result.errors)")
            let set = try await site.ufmTool("--pkey", "0x4001", "--set-guids", "--guids", guidText(0xd))
            #expect(set.status == .code(0), "\(set.errors)")
        }
    }

    @Test("a partition that cannot be read back has failed, and what is known of the others is reported")
    func noReadBack() async throws {
        try await withUFM { site in
            let path = try site.configuration.write(Self.file((0x4000, [0xa]), (0x4001, [0xb])), to: "file.yaml")
            // The plan needs one list of members; each later one fails.
            site.ufm.inject(
                .init(.delay(.zero), path: "/ufmRest/resources/pkeys?guids_data", count: 1),
                .init(.status(503), path: "/ufmRest/resources/pkeys?guids_data", count: nil),
                .init(.status(503), method: "POST", count: 1))
            let result = try await site.ufmTool("--import", path)
            #expect(result.status == .code(1))
            #expect(result.output.contains("PKey 0x4000: failed: POST "))
            #expect(result.output.contains("PKey 0x4001: failed: it was sent, and cannot be read back: GET "))
        }
    }

    @Test("a partition with thousands of members is made with its quality of service and name")
    func large() async throws {
        let guids = (1...2_500).map { UInt64(0x1_0000 + $0) }
        var partition = Partition.made(0x4000, full: guids, limited: [0xa], name: "large")
        partition.qos.serviceLevel = 4
        try await withUFM(partition, configure: { $0.ufm.switches.qosNeedsRestart = true }) { site in
            let path = site.configuration.file("file.json")
            try await site.ufmTool("--export", path)
            try await site.ufmTool("--delete-pkey", "0x4000")
            let result = try await site.ufmTool("--import", path)
            #expect(result.output.hasSuffix("PKey 0x4000: created\n"), "\(result.output)\(result.errors)")
            #expect(site.partition(0x4000) == partition)
        }
    }

    @Test("a name is refused before anything is changed where UFM takes none")
    func nameOfOldRelease() async throws {
        try await withUFM(configure: { try $0.ufm.apply(.ufm6191) }) { site in
            let path = try site.configuration.write(
                Self.file((0x4000, [0xa]), (0x4001, [0xb]), extra: ", name: storage"), to: "file.yaml")
            let result = try await site.ufmTool("--import", path)
            #expect(result.status == .code(1))
            expectOneComplaint(inErrors: result.errors, naming: ["0x4000", "name", "6.22"], "--import")
            #expect(site.ufm.writes.isEmpty)
        }
    }

    @Test("what UFM has and cannot change is a failure that says what to do")
    func impossible() async throws {
        try await withUFM(.made(0x4000, full: [0xa], name: "old"), .made(0x4001, ipOverIB: true)) { site in
            let path = try site.configuration.write(
                Self.file((0x4000, [0xa, 0xb]), (0x4001, []), extra: ", name: new"), to: "file.yaml")
            let result = try await site.ufmTool("--import", path)
            #expect(result.status == .code(1))
            #expect(result.output.contains("PKey 0x4000: failed: UFM names a PKey when it is created only"))
            #expect(result.output.contains("PKey 0x4001: failed: "))
            // What could be done was.
            #expect(site.partition(0x4000)?.members.count == 2)
        }
    }

    @Test("quality of service that UFM puts in place with its next restart is said, and is no failure")
    func afterRestart() async throws {
        try await withUFM(.made(0x4000, full: [0xa]), configure: { $0.ufm.switches.qosNeedsRestart = true }) { site in
            let path = try site.configuration.write(
                Self.file(
                    (0x4000, [0xa]), extra: ", qos: {mtu_limit: 4, service_level: 1, rate_limit: 2.5}"), to: "file.yaml"
            )
            let result = try await site.ufmTool("--import", path)
            #expect(result.status == .code(0))
            #expect(result.output.hasSuffix("PKey 0x4000: changed; its QoS comes with UFM's next restart\n"))
            site.ufm.restart()
            #expect(site.partition(0x4000)?.qos.mtuLimit == 4)
        }
    }

    @Test("standard input is a file too, but not somebody who can be asked")
    func standardInput() async throws {
        try await withUFM(.made(0x4000, full: [0xa])) { site in
            let result = try await site.ufmTool("--import", "-", input: Self.file((0x4000, [0xa, 0xb])))
            #expect(result.status == .code(0))
            #expect(site.partition(0x4000) == .made(0x4000, full: [0xa, 0xb]))
            let removal = try await site.ufmTool("--import", "-", input: Self.file((0x4000, [0xa])))
            #expect(removal.status == .code(1))
            #expect(removal.errors.contains("--yes"))
        }
    }

    /// Files that are no import, each with the place of what is wrong.
    static let badFiles: [(text: String, culprits: [String])] = [
        ("", [":1:1: ", "nothing"]), ("[]\n", [":1:1: ", "mapping"]), ("{\n", [":2:1: "]),
        ("format: other\nversion: 1\npartitions: []\n", [":1:1: ", "format"]),
        ("version: 1\npartitions: []\n", ["format"]),
        ("format: surf-ufm-pkeyd partitions\nversion: 2\npartitions: []\n", [":2:10: ", "version"]),
        ("format: surf-ufm-pkeyd partitions\nversion: 1\n", ["partitions"]),
        ("format: surf-ufm-pkeyd partitions\nversion: 1\npartitions: {}\n", [":3:13: ", "list"]),
        ("format: surf-ufm-pkeyd partitions\nversion: 1\npartitions: []\nmore: 1\n", [":4:1: ", "more"]),
        (file((0x4000, [0xa]), (0x4000, [0xb])), [":6:3: ", "0x4000", "twice"]),
        (file((0x4000, [0xa, 0xa])), [":5:", guidText(0xa), "twice"]),
        (file((0x7fff, [0xa])), [":5:10: ", "0x7fff", "reserved"]), (file((0, [0xa])), [":5:10: ", "0x0", "reserved"]),
        (file((0x8001, [0xa])), [":5:10: ", "0x8001"]), (file((0x4000, [0])), [":5:", "zero GUID"]),
        (file((0x4000, [0xa]), extra: ", nam: x"), [":5:", "nam"]),
        (file((0x4000, [0xa]), extra: ", name: ''"), [":5:", "name"]),
        (file((0x4000, [0xa]), extra: ", qos: {mtu_limit: 3, service_level: 0, rate_limit: 10}"), [":5:", "MTU"]),
        (file((0x4000, [0xa]), extra: ", qos: {mtu_limit: 2, service_level: 0}"), [":5:", "rate_limit"]),
        (file((0x4000, [0xa])).replacing("full", with: "ful"), [":5:", "membership", "ful"]),
        (file((0x4000, [0xa])).replacing("index0: true", with: "index0: yes"), [":5:", "index0"]),
        (file((0x4000, [0xa])).replacing(", membership: full", with: ""), [":5:", "membership"]),
        (file((0x4000, [0xa])).replacing("ip_over_ib: false", with: "ip_over_ib: 0"), [":5:", "ip_over_ib"]),
        (file((0x4000, [0xa])).replacing(guidText(0xa), with: "xyz"), [":5:", "Invalid GUID format: xyz"]),
    ]

    @Test("a file with any flaw is refused with line and column before UFM is asked anything")
    func badFile() async throws {
        try await withUFM(.made(0x4000, full: [0xb])) { site in
            for (text, culprits) in Self.badFiles {
                let path = try site.configuration.write(text, to: "file.yaml")
                let result = try await site.ufmTool("--import", path, "--yes")
                expectOneComplaint(result, code: 1, naming: [path + ":"] + culprits, at: site, text)
            }
            let missing = try await site.ufmTool("--import", "/none/such.json")
            expectOneComplaint(missing, code: 1, naming: ["/none/such.json", "not there"], at: site, "no file")
            #expect(site.ufm.requests.isEmpty)
        }
    }
}

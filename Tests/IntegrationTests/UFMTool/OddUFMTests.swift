import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// UFMs that answer unlike any that is on record: what the program does with them is right, or is refused in words that
/// name what is odd; it is never a loop of writes, and never a success that is none.
@Suite("An odd UFM")
struct OddUFMTests {
    /// A setting of the simulator's switches, and the words that refuse its lists where they are not read.
    struct Oddity: Sendable, CustomTestStringConvertible {
        let settings: [String: String]
        var words: String?

        init(_ settings: [String: String], _ words: String? = nil) {
            self.settings = settings
            self.words = words
        }

        var testDescription: String { settings.map { "\($0)=\($1)" }.sorted().joined(separator: " ") }
    }

    /// Those under which everything is done.
    static let readable =
        Switches.PutMembers.allCases.dropFirst().map { Oddity(["putMembers": $0.rawValue]) }
        + [Oddity(["putMembers": "405", "postMissing": "404"]), Oddity(["putMembers": "400", "postMissing": "404"])]
        + Switches.DeletePkey.allCases.dropFirst().map { Oddity(["deletePkey": $0.rawValue]) }
        + ["padded", "upper", "wire"].map { Oddity(["pkeyForm": $0]) }
        + Switches.GuidForm.allCases.dropFirst().map { Oddity(["guidForm": $0.rawValue]) }
        + Switches.ReadSlash.allCases.dropFirst().flatMap {
            [Oddity(["readSlash": $0.rawValue]), Oddity(["readSlash": $0.rawValue, "hidesVersion": "true"])]
        }
        + [
            Oddity(["readSlash": "required", "missingGet": "notFound", "deletePkey": "404"]),
            Oddity(["hidesVersion": "true"]), Oddity(["autoName": "partition"]),
        ]

    /// Those whose lists are not read.
    static let unlistable = [
        Oddity(["listShape": "names"], "a list of names, without members"),
        Oddity(["listShape": "objects"], "an array, where an object with a key for each PKey is due"),
        Oddity(["listShape": "wrapped"], "the list is wrapped in an object, as 'pkeys'"),
        Oddity(["listShape": "withoutGuids"], "has no list of GUIDs"),
        Oddity(["pkeyForm": "bare"], "is no PKey: it is written without 0x"),
    ]

    private static let foreign = Partition.made(0x4000, full: [0xa])

    private func withOdd(_ oddity: Oddity, _ body: (Site) async throws -> Void) async throws {
        try await withUFM(
            Self.foreign,
            configure: { configuration in
                for (name, value) in oddity.settings { try configuration.ufm.switches.set(name, to: value) }
            }, body)
    }

    @Test("is brought in step by the daemon: a partition comes, changes and goes", arguments: readable)
    func daemon(oddity: Oddity) async throws {
        try await withOdd(oddity) { site in
            try await site.put(pkey: "0x2001", hosts: ["0000000000000001", "0000000000000002"])
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await site.waitForMembers([1, 2], of: 0x2001)
            try await site.put(pkey: "0x2001", hosts: ["0000000000000002", "0000000000000003"])
            try await site.waitForMembers([2, 3], of: 0x2001)
            try await eventually("the record is synced") {
                try await site.get(Site.ledgerPrefix + "0x2001")?.value.contains(#""state":"synced""#) == true
            }
            // Nothing more is written while nothing changes, over some resyncs.
            let writes = site.ufm.writes.count
            let requests = site.ufm.requests.count
            try await eventually("further resyncs") { site.ufm.requests.count >= requests + 4 }
            #expect(site.ufm.writes.count == writes, "\(site.ufm.writes)")
            try await site.delete(pkey: "0x2001")
            try await site.waitForMembers(nil, of: 0x2001)
            try await daemon.waitForLine(containing: "Successfully removed PKey 0x2001 from UFM")
            #expect(site.partition(0x4000) == Self.foreign)
            #expect(site.ufm.writes.count < 40, "\(site.ufm.writes)")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("whose list the daemon cannot read is told of in words, and nothing is written", arguments: unlistable)
    func daemonWithoutList(oddity: Oddity) async throws {
        try await withOdd(oddity) { site in
            try await site.put(pkey: "0x2001", hosts: ["0000000000000001"])
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await daemon.waitForLine(containing: oddity.words ?? "")
            let requests = site.ufm.requests.count
            try await eventually("further attempts") { site.ufm.requests.count >= requests + 2 }
            #expect(site.ufm.writes.isEmpty, "\(site.ufm.writes)")
            #expect(!daemon.output.contains("Successfully synchronized"))
            #expect(site.ufm.createdPartitions == [0x4000: Self.foreign])
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("is changed by the command line, one partition at a time", arguments: readable + unlistable)
    func commandLine(oddity: Oddity) async throws {
        try await withOdd(oddity) { site in
            func members() -> Set<UInt64>? { site.partition(0x2001).map { Set($0.members.keys) } }
            let pkey = ["--pkey", "0x2001"]
            try await succeed(site, pkey + ["--guids", "0000000000000001,0000000000000002"])
            #expect(members() == [1, 2])
            try await succeed(site, pkey + ["--set-guids", "--guids", "0000000000000002,0000000000000003"])
            #expect(members() == [2, 3])
            try await succeed(site, pkey + ["--remove-guids", "--guids", "0000000000000002"])
            #expect(members() == [3])
            let shown = try await succeed(site, ["--get-pkey", "0x2001", "--output", "json"])
            #expect(try shown.json(ToolPartition.self).guids.map(\.guid) == [guidText(3)])
            try await succeed(site, ["--delete-pkey", "0x2001"])
            #expect(members() == nil)
            let again = try await site.ufmTool("--delete-pkey", "0x2001")
            #expect(again.status == .code(1))
            #expect(again.errors == "ERROR: PKey 0x2001 not found in UFM\n")
            #expect(site.partition(0x4000) == Self.foreign)
        }
    }

    @Test("is listed and exported, and its export imported", arguments: readable)
    func lists(oddity: Oddity) async throws {
        try await withOdd(oddity) { site in
            let listed: [ToolPartition] = try await succeed(site, ["--list", "--guids", "--output", "json"]).json()
            #expect(listed.map(\.pkey) == ["0x4000", "0x7fff"])
            #expect(listed.first?.guids.map(\.guid) == [guidText(0xa)])
            let path = site.configuration.file("export.json")
            let before = try await succeed(site, ["--export", "-"]).output
            try await succeed(site, ["--export", path])
            try await succeed(site, ["--import", path])
            #expect(site.ufm.writes.isEmpty)
            try await succeed(site, ["--delete-pkey", "0x4000"])
            try await succeed(site, ["--import", path])
            #expect(site.partition(0x4000).map { Set($0.members.keys) } == [0xa])
            #expect(try await succeed(site, ["--export", "-"]).output == before)
        }
    }

    @Test("whose list is not read is neither listed nor exported, with words", arguments: unlistable)
    func noLists(oddity: Oddity) async throws {
        try await withOdd(oddity) { site in
            for operation in [["--list", "--guids"], ["--export", "-"], ["--find-guid", guidText(0xa)]] {
                let result = try await site.ufmTool(operation)
                #expect(result.status == .code(1) && result.output == "")
                expectOneComplaint(inErrors: result.errors, naming: [oddity.words ?? ""], "\(operation)")
            }
        }
    }

    @discardableResult
    private func succeed(_ site: Site, _ arguments: [String]) async throws -> CommandResult {
        let result = try await site.ufmTool(arguments)
        #expect(result.status == .code(0), "\(arguments): \(result.errors)")
        return result
    }
}

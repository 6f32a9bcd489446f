import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `--delete-pkey`: scripts are obeyed, people are asked.
@Suite("Deleting a PKey")
struct UFMToolDeletionTests {
    private static let before = Partition.made(0x5000, full: [0xa, 0xb])

    @Test("is done without a question where there is no terminal, with and without --yes", arguments: [[], ["--yes"]])
    func noTerminal(_ extra: [String]) async throws {
        try await withUFM(Self.before) { site in
            let result = try await site.ufmTool(["--delete-pkey", "0x5000"] + extra, input: "no\n")
            #expect(result.output == "Successfully deleted PKey 0x5000\n")
            #expect(result.errors == "")
            #expect(site.partition(0x5000) == nil)
        }
    }

    @Test("is done after a yes on the terminal, where the members are counted")
    func yes() async throws {
        try await withUFM(Self.before) { site in
            let result = try await site.ufmToolOnTerminal(["--delete-pkey", "0x5000"], answer: "yes")
            #expect(result.status == .code(0))
            #expect(result.transcript.contains("PKey 0x5000 has 2 members. Delete it?"))
            #expect(site.partition(0x5000) == nil)
        }
    }

    @Test("is not done after any other answer", arguments: ["no", "", "y", "YES"])
    func no(_ answer: String) async throws {
        try await withUFM(Self.before) { site in
            let result = try await site.ufmToolOnTerminal(["--delete-pkey", "0x5000"], answer: answer)
            #expect(result.status == .code(1))
            #expect(result.transcript.contains("ERROR: nothing was deleted"))
            #expect(site.ufm.writes.isEmpty)
        }
    }

    @Test("needs no answer on a terminal with --yes, or when nobody is in it")
    func noQuestion() async throws {
        try await withUFM(Self.before, .made(0x5001)) { site in
            let confirmed = try await site.ufmToolOnTerminal(["--delete-pkey", "0x5000", "--yes"])
            #expect(confirmed.status == .code(0))
            #expect(!confirmed.transcript.contains("Type yes"))
        }
        try await withUFM(Self.before, .made(0x5001)) { site in
            let empty = try await site.ufmToolOnTerminal(["--delete-pkey", "0x5001"])
            #expect(empty.status == .code(0))
            #expect(!empty.transcript.contains("Type yes"))
            #expect(site.ufm.createdPartitions == [0x5000: Self.before])
        }
    }

    @Test("prints JSON where that is asked for, as creating one does")
    func json() async throws {
        struct Change: Decodable, Equatable {
            let operation: String
            let pkey: String
        }
        try await withUFM(Self.before) { site in
            let deletion: Change = try await site.ufmTool("--delete-pkey", "0x5000", "--output", "json").json()
            #expect(deletion == Change(operation: "delete", pkey: "0x5000"))
            let creation: Change = try await site.ufmTool("--create-pkey", "0x5000", "--output", "json").json()
            #expect(creation == Change(operation: "create", pkey: "0x5000"))
        }
    }
}

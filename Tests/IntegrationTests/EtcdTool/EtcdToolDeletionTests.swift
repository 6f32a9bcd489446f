import Foundation
import Glibc
import TestSupport
import Testing

/// `--recursive`: all keys of a prefix are deleted, and only after a yes.
@Suite("Deleting a prefix")
struct EtcdToolDeletionTests {
    /// The two ways to say it.
    static let spellings = [["--delete", "/temp/", "--recursive"], ["--recursive", "--prefix", "/temp/"]]

    @Test("deletes nothing without --yes where nobody can be asked, and counts the keys", arguments: spellings)
    func noTerminal(_ arguments: [String]) async throws {
        try await withFilledSite { site in
            for input in [nil, "yes\n"] {
                let result = try await site.run(["etcd", "--etcd-user", "root"] + arguments, input: input)
                expectOneComplaint(result, code: 1, naming: ["3 keys", "/temp/", "--yes"], at: site, "\(arguments)")
            }
            #expect(try await site.contents() == Self.stock)
        }
    }

    @Test("deletes exactly the keys of the prefix with --yes", arguments: spellings)
    func confirmed(_ arguments: [String]) async throws {
        try await withFilledSite { site in
            let before = try await site.revision()
            let result = try await site.run(["etcd", "--etcd-user", "root"] + arguments + ["--yes"])
            #expect(result.status == .code(0))
            #expect(result.output == "Successfully deleted 3 keys with prefix '/temp/'\n")
            #expect(result.errors == "")
            #expect(try await site.contents() == Self.others)
            // All at once: nobody sees half of it.
            #expect(try await site.revision() == before + 1)

            let again = try await site.run(["etcd", "--etcd-user", "root"] + arguments + ["--yes"])
            expectOneComplaint(again, code: 1, naming: ["No keys found", "/temp/"], at: site, "\(arguments)")
        }
    }

    @Test("tells scripts what was changed, as every change of a key does")
    func documents() async throws {
        try await withFilledSite { site in
            let rows = [
                (["--put", "/temp/d", "--value", "4"], #"{"key":"/temp/d","operation":"put"}"#),
                (
                    ["--put", "/temp/e", "--value", "5", "--ttl", "600"],
                    #"{"key":"/temp/e","operation":"put","ttl":600}"#
                ),
                (["--delete", "/temp/e"], #"{"deleted":1,"key":"/temp/e","operation":"delete"}"#),
                (
                    ["--delete", "/temp/", "--recursive", "--yes"],
                    #"{"deleted":4,"operation":"delete","prefix":"/temp/"}"#
                ),
            ]
            for (arguments, document) in rows {
                let result = try await site.run(["etcd", "--etcd-user", "root", "--output", "json"] + arguments)
                #expect(result.status == .code(0))
                let compact = result.output.filter { !$0.isWhitespace }
                #expect(compact == document, "\(arguments)")
            }
            #expect(try await site.contents() == Self.others)
        }
    }

    @Test("deletes after a yes on the terminal", arguments: spellings)
    func yes(_ arguments: [String]) async throws {
        try await withFilledSite { site in
            let result = try await answer("yes", to: arguments, at: site)
            #expect(result.status == .code(0))
            #expect(result.transcript.contains("Delete 3 keys that start with /temp/?"))
            #expect(result.transcript.contains("Successfully deleted 3 keys"))
            #expect(try await site.contents() == Self.others)
        }
    }

    @Test("deletes nothing after any other answer", arguments: ["no", "", "y", "YES", " yes", "yes please"])
    func anythingElse(_ answer: String) async throws {
        try await withFilledSite { site in
            let result = try await self.answer(answer, to: Self.spellings[0], at: site)
            #expect(result.status == .code(1))
            #expect(result.transcript.contains("Delete 3 keys that start with /temp/?"))
            #expect(result.transcript.contains("ERROR: nothing was deleted"))
            #expect(try await site.contents() == Self.stock)
        }
    }

    @Test("refuses an empty prefix, even with --yes")
    func emptyPrefix() async throws {
        try await withFilledSite { site in
            let byPrefix = try await site.etcdTool("--recursive", "--prefix", "", "--yes")
            expectOneComplaint(byPrefix, code: 64, naming: ["--prefix", "empty"], at: site, "--prefix ''")
            let byDelete = try await site.etcdTool("--delete", "", "--recursive", "--yes")
            expectOneComplaint(byDelete, code: 64, naming: ["--delete", "empty"], at: site, "--delete ''")
            #expect(try await site.contents() == Self.stock)
        }
    }

    private static let others = ["/temp": "not below it", "/temp.bak/a": "neither", "/a": "1"]
    private static let stock = others.merging(["/temp/a": "1", "/temp/b/c": "2", "/temp/": "3"]) { $1 }

    private func withFilledSite(_ body: (Site) async throws -> Void) async throws {
        try await withSite(.http) { site in
            try await site.put(Self.stock.map { ($0.key, $0.value) })
            try await body(site)
        }
    }

    /// Types one line on a terminal when the question has been asked; gives all that the terminal showed.
    private func answer(
        _ answer: String, to arguments: [String], at site: Site
    ) async throws -> (status: TestSupport.ExitStatus, transcript: String) {
        let directory = site.configuration
        let keyboard = directory.file("keyboard")
        try #require(mkfifo(keyboard, 0o600) == 0)
        // Opened for both, so that neither end waits for the other.
        let typing = open(keyboard, O_RDWR | O_CLOEXEC)
        try #require(typing >= 0)
        defer { close(typing) }

        var command = try site.command([])
        let line = ([command.program, "etcd", "--etcd-user", "root"] + arguments).joined(separator: " ")
        let script = #"exec script --quiet --return --flush --command "$1" "$2" < "$3""#
        command.arguments = ["-c", script, "sh", line, directory.file("screen"), keyboard]
        command.program = "/bin/sh"
        let process = try BackgroundProcess(command)
        try await eventually("question") { try directory.read("screen").contains("Type yes to go on: ") }
        let bytes = Array((answer + "\n").utf8)
        try #require(write(typing, bytes, bytes.count) == bytes.count)
        let status = try await process.waitForExit()
        return (status, try directory.read("screen") + process.output + process.errors)
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

/// `--watch`: every change of a prefix, once and in order, until interrupted.
@Suite("Watching keys")
struct EtcdToolWatchTests {
    @Test("tells puts, deletions and the end of leases as they happen, and ends well when interrupted")
    func asTheyHappen() async throws {
        try await withSite(.http) { site in
            let start = try await site.revision()
            let watch = try site.startWatch("/w/", "--from-revision", "\(start + 1)")
            try await site.put("/w/a", "one")
            try await watch.waitForLine(containing: "PUT /w/a (revision \(start + 1))")
            try await site.put("/other", "not watched")
            try await site.put("/w/a", "two\nlines")
            try await watch.waitForLine(containing: "PUT /w/a (revision \(start + 3))")
            try await site.delete("/w/a")
            try await watch.waitForLine(containing: "DELETE /w/a (revision \(start + 4))")
            _ = try await site.etcdTool("--put", "/w/brief", "--value", "x", "--ttl", "1")
            try await watch.waitForLine(containing: "DELETE /w/brief (revision \(start + 6))")

            #expect(try await interrupt(watch) == .code(0))
            #expect(watch.errors == "")
            #expect(
                watch.output == """
                    PUT /w/a (revision \(start + 1))
                      one
                    PUT /w/a (revision \(start + 3))
                      two
                      lines
                    DELETE /w/a (revision \(start + 4))
                    PUT /w/brief (revision \(start + 5))
                      x
                    DELETE /w/brief (revision \(start + 6))

                    """)
        }
    }

    @Test("begins now where no revision is given, and takes all keys where no prefix is given")
    func fromNow() async throws {
        try await withSite(.http) { site in
            try await site.put("/before", "1")
            let watch = try site.startWatch("--output", "json")
            try await eventually("the first event") { () -> Bool in
                try await site.put("/probe", "1")
                return !watch.lines.isEmpty
            }
            try await site.put("/after", "2")
            let last = try await site.revision()
            try await watch.waitForLine(containing: "/after")
            #expect(try await interrupt(watch) == .code(0))
            let events = try ToolKey.lines(watch.output)
            // From the first on, none is missing.
            let first = try #require(events.first?.revision)
            #expect(events.map(\.revision) == Array(first...last))
            #expect(events.map(\.key) == Array(repeating: "/probe", count: events.count - 1) + ["/after"])
        }
    }

    @Test("replays from --from-revision on, one JSON document per line")
    func replay() async throws {
        try await withSite(.tls) { site in
            try await site.put("/w/a", "0")
            let start = try await site.revision()
            try await site.put("/w/a", "1")
            try await site.put([("/w/b", "2"), ("/w/c", "3"), ("/other", "4")])
            try await site.delete("/w/b")
            let watch = try site.startWatch("/w/", "--from-revision", "\(start + 1)", "--output", "json")
            try await watch.waitForLine(containing: "delete")
            // And what comes then follows.
            try await site.put("/w/d", "5")
            try await watch.waitForLine(containing: "/w/d")
            #expect(try await interrupt(watch, SIGTERM) == .code(0))
            #expect(
                try ToolKey.lines(watch.output) == [
                    ToolKey(key: "/w/a", value: "1", event: "put", revision: start + 1),
                    ToolKey(key: "/w/b", value: "2", event: "put", revision: start + 2),
                    ToolKey(key: "/w/c", value: "3", event: "put", revision: start + 2),
                    ToolKey(key: "/w/b", event: "delete", revision: start + 3),
                    ToolKey(key: "/w/d", value: "5", event: "put", revision: start + 4),
                ])
        }
    }

    @Test("waits for a revision that is yet to come")
    func futureRevision() async throws {
        try await withSite(.http) { site in
            let start = try await site.revision()
            let watch = try site.startWatch("/w/", "--from-revision", "\(start + 3)", "--output", "json")
            for number in 1...4 { try await site.put("/w/\(number)", "") }
            try await watch.waitForLine(containing: "/w/4")
            #expect(try await interrupt(watch) == .code(0))
            #expect(try ToolKey.lines(watch.output).map(\.key) == ["/w/3", "/w/4"])
        }
    }

    @Test("decodes what is put with --decode")
    func decode() async throws {
        try await withSite(.http) { site in
            let start = try await site.revision()
            let next = "\(start + 1)"
            let text = try site.startWatch(Site.pkeyPrefix, "--from-revision", next, "--decode")
            let json = try site.startWatch(
                Site.pkeyPrefix, "--from-revision", next, "--decode", "--output", "json")
            try await site.put(
                pkey: "0x2000", hosts: ["043f720300f55176"], virtualFunctions: ["c0cc200100000000"])
            try await site.delete(pkey: "0x2000")
            try await text.waitForLine(containing: "DELETE")
            try await json.waitForLine(containing: "delete")
            #expect(try await interrupt(text) == .code(0))
            #expect(try await interrupt(json) == .code(0))
            #expect(
                text.output == """
                    PUT \(Site.pkeyPrefix)0x2000 (revision \(next))
                      PKey: 0x2000
                      Hosts: 043f720300f55176
                      VFs: c0cc200100000000
                      Problem: vf_guids: c0cc200100000000 carries another PKey than 0x2000
                    DELETE \(Site.pkeyPrefix)0x2000 (revision \(start + 2))

                    """)
            let events = try ToolKey.lines(json.output)
            #expect(events.map(\.event) == ["put", "delete"])
            #expect(events.first?.partition?.vfs == ["c0cc200100000000"])
            #expect(events.last?.partition == nil)
        }
    }

    @Test("loses and repeats nothing when etcd restarts, in order or not", arguments: [Site.Kind.http, .tls])
    func restart(_ kind: Site.Kind) async throws {
        try await withSite(kind) { site in
            let start = try await site.revision()
            let watch = try site.startWatch("/w/", "--from-revision", "\(start + 1)", "--output", "json")
            for number in 1...30 {
                // A watch that has yet to begin would meet no etcd, and end.
                if number == 2 { try await watch.waitForLine(containing: "/w/1\"") }
                if number == 10 { try await site.etcd.restart() }
                if number == 20 {
                    // The watch knows of the loss before anything new happens.
                    try await watch.waitForLine(containing: "/w/19\"")
                    let count = watch.lines.count
                    try await site.etcd.kill()
                    try await watch.waitForLine(containing: "trying again", from: count)
                    try await site.etcd.restart()
                }
                try await site.put("/w/\(number)", "\(number)")
            }
            try await watch.waitForLine(containing: "/w/30\"")
            #expect(try await interrupt(watch) == .code(0))
            let events = try ToolKey.lines(watch.output)
            #expect(events.map(\.key) == (1...30).map { "/w/\($0)" })
            #expect(events.map(\.revision) == (1...30).map { start + $0 })
            #expect(watch.errors.contains("etcd is watched again, from revision \(start + 20) on"))
            #expect(!watch.errors.contains("ERROR"))
        }
    }

    @Test("resumes though all that it knows was compacted meanwhile")
    func compactionWhileAway() async throws {
        try await withSite(.http) { site in
            let start = try await site.revision()
            let watch = try site.startWatch("/w/", "--from-revision", "\(start + 1)", "--output", "json")
            try await site.put("/w/1", "")
            try await watch.waitForLine(containing: "/w/1")
            watch.send(signal: SIGSTOP)
            try await site.put("/w/2", "")
            try await site.etcd.etcdctl("compact", "\(start + 2)")
            try await site.etcd.restart()
            watch.send(signal: SIGCONT)
            try await watch.waitForLine(containing: "/w/2")
            #expect(try await interrupt(watch) == .code(0))
            #expect(try ToolKey.lines(watch.output).map(\.key) == ["/w/1", "/w/2"])
        }
    }

    @Test("says in one line that --from-revision is compacted, and begins at the first that is not")
    func compacted() async throws {
        try await withSite(.http) { site in
            let start = try await site.revision()
            for number in 1...4 { try await site.put("/w/\(number)", "") }
            try await site.etcd.etcdctl("compact", "\(start + 3)")
            let result = try await site.etcdTool("--watch", "/w/", "--from-revision", "\(start + 2)")
            expectOneComplaint(
                result, code: 1, naming: ["/w/", "revisions before \(start + 3) have been compacted"], at: site,
                "--from-revision \(start + 2)")
            let watch = try site.startWatch("/w/", "--from-revision", "\(start + 3)", "--output", "json")
            try await watch.waitForLine(containing: "/w/4")
            #expect(try await interrupt(watch) == .code(0))
            #expect(try ToolKey.lines(watch.output).map(\.key) == ["/w/3", "/w/4"])
        }
    }

    @Test("ends with one line when etcd comes back without its data")
    func lostData() async throws {
        try await withSite(.http) { site in
            for number in 1...5 { try await site.put("/w/\(number)", "") }
            let last = try await site.revision()
            let watch = try site.startWatch("/w/", "--from-revision", "\(last)")
            try await watch.waitForLine(containing: "PUT /w/5")
            try await site.etcd.wipeAndRestart()
            #expect(try await watch.waitForExit() == .code(1))
            let words = "the revision of etcd went back from \(last) to 1"
            #expect(watch.errors.split(separator: "\n").last?.hasPrefix("ERROR: \(words)") == true, "\(watch.errors)")
        }
    }

    @Test("ends quickly when interrupted, though etcd hangs and nothing was ever told")
    func interruptedWhileSilent() async throws {
        try await withSite(.http) { site in
            await site.etcd.pause()
            let watch = try site.startWatch("/w/")
            // SIGINT has its default action until the program takes it over.
            try await eventually("trap of SIGINT") { try Self.takesInterrupt(watch.identifier) }
            #expect(try await interrupt(watch) == .code(0))
            #expect(watch.output == "")
            #expect(watch.errors == "")
            await site.etcd.resume()
        }
    }

    @Test("ends when nobody reads it any more")
    func readerGone() async throws {
        try await withSite(.http) { site in
            try await site.put("/w/a", "1")
            var command = try site.command([])
            let tool = ["etcd", "--etcd-user", "root", "--watch", "/w/", "--from-revision", "1"]
            command.arguments = ["-c", #""$@" | head -n 1"#, "sh", command.program] + tool
            command.program = "/bin/sh"
            let pipeline = try BackgroundProcess(command)
            try await pipeline.waitForLine(containing: "PUT /w/a")
            try await eventually("end of the watch") { () -> Bool in
                try await site.put("/w/a", "2")
                return !pipeline.isRunning
            }
            #expect(pipeline.output == "PUT /w/a (revision 2)\n")
            #expect(pipeline.errors == "")
        }
    }

    /// Interrupts it as Ctrl-C does, and gives how it ended; throws when that takes longer than a moment.
    private func interrupt(_ watch: BackgroundProcess, _ signal: Int32 = SIGINT) async throws -> TestSupport.ExitStatus
    {
        watch.send(signal: signal)
        return try await watch.waitForExit(timeout: .seconds(3))
    }

    /// Whether SIGINT is ignored or caught, as the system has it.
    private static func takesInterrupt(_ process: Int32) throws -> Bool {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        return status.split(separator: "\n").contains { line in
            guard line.hasPrefix("SigIgn:") || line.hasPrefix("SigCgt:") else { return false }
            let mask = line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } ?? 0
            return mask & 1 << UInt64(SIGINT - 1) != 0
        }
    }
}

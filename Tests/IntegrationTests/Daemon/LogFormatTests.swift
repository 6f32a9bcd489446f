import FoundationEssentials
import TestSupport
import Testing

/// The daemon's log in its formats, its details, and the file of changes.
@Suite("Formats of the log")
struct LogFormatTests {
    private struct Event: Decodable {
        let level: String
        let message: String
        let pkey: String?
        let revision: Int?
        let ms: Double?
        let audit: Int?
        let key: String?
        let before: String?
        let after: String?
        let answer: String?
    }

    @Test("JSON lines have their fields as themselves, each change has one with who, what, and what UFM said")
    func json() async throws {
        try await withSite(.http) { site in
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon("--log-format", "json")
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55177"])
            try await site.waitForMembers([0x043f_7203_00f5_5177], of: 0x200e)
            try await daemon.waitForLine(containing: "\"before\":\"043f720300f55176\"")
            #expect(try await daemon.stop() == .code(0))
            let events = try daemon.lines.map { try JSONDecoder().decode(Event.self, from: Data($0.text.utf8)) }
            let done = try #require(events.first { $0.message == "Successfully synchronized PKey 0x200e" })
            #expect(done.pkey == "0x200e" && done.revision != nil && done.ms != nil && done.level == "info")
            let changes = events.filter { $0.audit == 1 }
            #expect(changes.first?.before == "none" && changes.first?.after == "043f720300f55176")
            let last = try #require(changes.last)
            #expect(last.before == "043f720300f55176" && last.after == "043f720300f55177" && last.answer == "done")
            #expect(last.key == "/pcocc/global/opensm/pkeys/0x200e" && last.revision != nil)
        }
    }

    @Test("The journal's lines have priorities, the last words of a failed start too")
    func journal() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--log-format", "journal")
            try await daemon.waitForLine(containing: "<6>INFO: UFM Status")
            #expect(try await daemon.stop() == .code(0))
            #expect(daemon.lines.allSatisfy { $0.text.hasPrefix("<") }, "\(daemon.output)")
            let failed = try await site.run(
                site.daemonArguments + ["--log-format", "journal", "--state-dir", "/nonexistent"])
            #expect(failed.errors.hasPrefix("<3>ERROR: --state-dir"), "\(failed.errors)")
        }
    }

    @Test("SIGUSR1 switches details on and off")
    func details() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon("--poll-interval", "1")
            try await daemon.waitForLine(containing: "UFM Status")
            _ = daemon.send(signal: 10)
            try await daemon.waitForLine(containing: "INFO: SIGUSR1 received: details are logged from now on")
            try await site.put("/pcocc/global/opensm/pkeys/nonsense", "x")
            _ = daemon.send(signal: 10)
            try await daemon.waitForLine(containing: "INFO: SIGUSR1 received: details are no longer logged")
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("The file of changes has the daemon's and the tool's changes, is begun anew on SIGHUP, and must be writable")
    func auditFile() async throws {
        try await withSite(.http) { site in
            let path = site.configuration.file("changes.log")
            func text() throws -> String { try String(contentsOf: URL(filePath: path), encoding: .utf8) }
            let daemon = try site.startDaemon("--audit-log", path)
            try await site.put(pkey: "0x200e", hosts: ["043f720300f55176"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x200e")
            try await eventually("the change") {
                try text().contains("INFO: Change in UFM: PKey 0x200e: add 043f720300f55176")
            }
            try await CommandRunner.succeed(Command("mv", [path, path + ".1"]))
            _ = daemon.send(signal: 1)
            try await daemon.waitForLine(containing: "SIGHUP received: passwords have been read again")
            let tool = try await site.run(
                ["ufm", "--username", "admin", "--http", "--audit-log", path, "--create-pkey", "0x5000"],
                environment: ["SUDO_USER": "alice", "LOGNAME": "bob"])
            #expect(tool.exitCode == 0, "\(tool.errors)")
            #expect(try text().contains("Change in UFM: PKey 0x5000: create"))
            let said = try text()
            #expect(said.contains("sudo_user=alice") && said.contains(" user="), "\(said)")
            try await site.delete(pkey: "0x200e")
            try await eventually("the deletion") { try text().contains("PKey 0x200e: delete") }
            #expect(try await daemon.stop() == .code(0))
            let failed = try await site.run(site.daemonArguments + ["--audit-log", "/nonexistent/x"])
            #expect(failed.exitCode == 1 && failed.errors.contains("--audit-log: /nonexistent/x: cannot be written"))
        }
    }
}

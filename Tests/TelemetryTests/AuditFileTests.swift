import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Telemetry

@Suite("The file of changes", .timeLimit(.minutes(20)))
struct AuditFileTests {
    private func text(_ path: String) throws -> String { try String(contentsOf: URL(filePath: path), encoding: .utf8) }

    @Test("Lines are added, and after it was moved away it is begun anew")
    func reopening() throws {
        let directory = try TemporaryDirectory("audit")
        let path = try directory.write("before\n", to: "changes.log")
        let file = try AuditFile(path)
        file.output.write(line: "one", isError: false)
        #expect(file.output.drain(within: .seconds(10)))
        try #require(rename(path, path + ".1") == 0)
        file.output.write(line: "two", isError: false)
        #expect(file.output.drain(within: .seconds(10)))
        try file.reopen()
        file.output.write(line: "three", isError: false)
        #expect(file.output.drain(within: .seconds(10)))
        #expect(try text(path + ".1") == "before\none\ntwo\n")
        #expect(try text(path) == "three\n")
        var information = stat()
        try #require(stat(path, &information) == 0)
        #expect(information.st_mode & 0o777 == 0o640)
    }

    @Test("What is no file of ours is refused, and a place that has gone keeps the old one")
    func refusals() throws {
        let directory = try TemporaryDirectory("audit")
        let pipe = directory.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        for path in [directory.path, "/nonexistent/changes.log", pipe] {
            #expect(throws: AuditFile.Problem.self) { _ = try AuditFile(path) }
        }
        let inner = try directory.makeDirectory("inner")
        let file = try AuditFile(inner + "/changes.log")
        try #require(rename(inner, inner + "-moved") == 0)
        #expect(throws: AuditFile.Problem.self) { try file.reopen() }
        file.output.write(line: "one", isError: false)
        #expect(file.output.drain(within: .seconds(10)))
        #expect(try text(inner + "-moved/changes.log") == "one\n")
    }
}

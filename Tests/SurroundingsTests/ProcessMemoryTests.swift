import Foundation
import Testing

@testable import Surroundings

@Suite("The memory of the process")
struct ProcessMemoryTests {
    /// Pages of files that are in this process's memory (proc(5), statm).
    private func filePages() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(Int(fields[2]))
    }

    @Test("A process that has settled holds less of its program, and goes on with what it needs of it")
    func settled() throws {
        let before = try filePages()
        ProcessMemory.settle()
        let after = try filePages()
        #expect(after < before * 3 / 4, "\(before) pages before, \(after) after")
        #expect((0..<1_000).map(String.init).joined().count == 2_890)
    }
}

import Foundation
import Glibc
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The ufm tool of the site, and what its JSON means.
extension Site {
    /// What leads the tool to the UFM of this site as its administrator.
    var ufmToolArguments: [String] { ["ufm", "--username", "admin"] + ufmTrust }

    /// Runs `ufm` with these options, as `admin`.
    @discardableResult
    func ufmTool(_ arguments: String..., input: String? = nil) async throws -> CommandResult {
        try await ufmTool(arguments, input: input)
    }

    /// Runs `ufm` with these options, as `admin`.
    @discardableResult
    func ufmTool(_ arguments: [String], input: String? = nil) async throws -> CommandResult {
        try await run(ufmToolArguments + arguments, input: input)
    }

    /// Runs `ufm` on a terminal, which `script` of util-linux provides; types a line when the question has been asked.
    ///
    /// Gives all that the terminal showed.
    func ufmToolOnTerminal(
        _ arguments: [String], answer: String? = nil
    ) async throws -> (status: TestSupport.ExitStatus, transcript: String) {
        let keyboard = configuration.file("keyboard")
        try #require(mkfifo(keyboard, 0o600) == 0)
        // Opened for both, so that neither end waits for the other.
        let typing = open(keyboard, O_RDWR | O_CLOEXEC)
        try #require(typing >= 0)
        defer { close(typing) }

        var command = try self.command([])
        let line = ([command.program] + ufmToolArguments + arguments).joined(separator: " ")
        let script = #"exec script --quiet --return --flush --command "$1" "$2" < "$3""#
        command.arguments = ["-c", script, "sh", line, configuration.file("screen"), keyboard]
        command.program = "/bin/sh"
        let process = try BackgroundProcess(command)
        if let answer {
            try await eventually("question") { try configuration.read("screen").contains("Type yes to go on: ") }
            let bytes = Array((answer + "\n").utf8)
            try #require(write(typing, bytes, bytes.count) == bytes.count)
        }
        let status = try await process.waitForExit()
        return (status, try configuration.read("screen") + process.output + process.errors)
    }
}

/// Gives the body a site whose UFM has these partitions.
func withUFM(
    _ partitions: Partition..., kind: Site.Kind = .http,
    configure: (inout UFMSimulator.Configuration) throws -> Void = { _ in }, _ body: (Site) async throws -> Void
) async throws {
    var options = Site.Options()
    options.simulator.ufm.partitions = partitions
    try configure(&options.simulator)
    try await withSite(kind, options) { try await body($0) }
}

extension Partition {
    /// A partition with full members at index 0 and limited ones that are not.
    static func made(
        _ key: UInt16, full: [UInt64] = [], limited: [UInt64] = [], name: String? = nil, ipOverIB: Bool = false
    ) -> Partition {
        var members: [UInt64: Member] = [:]
        for guid in full { members[guid] = .init(.full, index0: true) }
        for guid in limited { members[guid] = .init(.limited) }
        return Partition(key: key, name: name, ipOverIB: ipOverIB, members: members)
    }
}

/// 16 digits, as the tool prints and takes them.
func guidText(_ guid: UInt64) -> String { String(format: "%016lx", guid) }

/// A partition in the JSON of `--list`, `--get-pkey` and `--export`.
struct ToolPartition: Decodable, Equatable {
    struct Member: Decodable, Equatable {
        let guid: String
        let index0: Bool
        let membership: String
    }

    struct QoS: Decodable, Equatable {
        let mtu_limit: Int
        let service_level: Int
        let rate_limit: Double
    }

    let pkey: String
    let name: String?
    let ip_over_ib: Bool
    let guids: [Member]
    let qos: QoS?
    let managed: Bool?
    let ledger: String?
}

extension CommandResult {
    /// Standard output as JSON.
    func json<Document: Decodable>(_ type: Document.Type = Document.self) throws -> Document {
        try JSONDecoder().decode(type, from: Data(outputBytes))
    }
}

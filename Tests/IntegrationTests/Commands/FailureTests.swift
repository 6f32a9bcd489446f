import Foundation
import Synchronization
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// The messages of a test run, for the documentation: `FAILURE_TABLE` names the file they are appended to, one row each.
private final class FailureTable: Sendable {
    static let shared = FailureTable()
    private let file = ProcessInfo.processInfo.environment["FAILURE_TABLE"]
    private let lock = Mutex(())

    func add(_ failure: String, _ message: String) throws {
        guard let file else { return }
        try lock.withLock { _ in
            let before = (try? String(contentsOfFile: file, encoding: .utf8)) ?? "| failure | message |\n|---|---|\n"
            let words = message.trimmingCharacters(in: .newlines).replacing("|", with: "\\|")
            try (before + "| \(failure) | `\(words)` |\n").write(toFile: file, atomically: true, encoding: .utf8)
        }
    }
}

/// Right command lines that cannot succeed: one line that names the culprit, exit code 1, and nothing has changed.
@Suite("Failures")
struct FailureTests {
    @Test("of etcd commands", arguments: FailingCommand.etcd)
    func etcd(_ row: FailingCommand) async throws { try await expectFailure(row) }

    @Test("of etcd itself", arguments: FailingCommand.etcdServer)
    func etcdServer(_ row: FailingCommand) async throws { try await expectFailure(row) }

    @Test("of ufm commands", arguments: FailingCommand.ufm)
    func ufm(_ row: FailingCommand) async throws { try await expectFailure(row) }

    @Test("of configuration files", arguments: FailingCommand.file)
    func files(_ row: FailingCommand) async throws { try await expectFailure(row) }

    @Test("from which a daemon cannot recover end it", arguments: FailingCommand.daemon)
    func daemon(_ row: FailingCommand) async throws { try await expectFailure(row, isDaemon: true) }

    private func expectFailure(_ row: FailingCommand, isDaemon: Bool = false) async throws {
        var options = Site.Options()
        options.simulator.ufm.partitions = [
            Partition(key: 0x4000, name: "storage", members: [0xdead: .init()])
        ]
        try await withSite(row.kind, options) { site in
            try await site.put("/a", "1")
            let trial = try await row.arrange(site)
            let partitions = site.ufm.partitions
            let result = try await site.run(trial.arguments, environment: trial.environment)
            try await trial.mend?()

            try FailureTable.shared.add(row.testDescription, result.errors)
            let comment = Comment(rawValue: "\(result.errors)\(result.output)")
            #expect(result.status == .code(1), comment)
            expectOneComplaint(inErrors: result.errors, naming: trial.culprits, comment)
            // A daemon's log goes to standard output; its last word does not.
            #expect(isDaemon ? !result.output.contains("ERROR: ") : result.output == "", comment)
            for password in [options.etcdPassword, options.ufmPassword, FailingCommand.wrongPassword] {
                #expect(!(result.output + result.errors).contains(password), comment)
            }
            #expect(site.ufm.partitions == partitions)
            #expect(site.ufm.requests.allSatisfy { !$0.changedState })
            // What a daemon says of itself is no change of anything.
            let words = ["about", "heard"].map { "/surf-ufm-pkeyd/default/" + $0 }
            #expect(try await site.contents().filter { !isDaemon || !words.contains($0.key) } == ["/a": "1"])
        }
    }
}

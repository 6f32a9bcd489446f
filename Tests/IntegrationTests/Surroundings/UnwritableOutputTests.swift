import TestSupport
import Testing

@Suite("Output that cannot be written", .timeLimit(.minutes(20)))
struct UnwritableOutputTests {
    @Test("is exit code 1 and a word, for every command", arguments: [">/dev/full", ">&-"])
    func everyCommand(redirection: String) async throws {
        try await withSite(.http) { site in
            try await site.put("/a", "1")
            let etcd = ["--etcd-user", "root"]
            let commands: [[String]] = [
                ["--version"], ["--help"], ["help", "plan"], ["--generate-completion-script", "bash"],
                ["plan"] + etcd + ["--ufm-user", "admin"] + site.ufmTrust + ["--all"],
                ["status"] + etcd + ["--output", "json"],
                ["etcd"] + etcd + ["--list"], ["etcd"] + etcd + ["--get", "/a"], ["etcd"] + etcd + ["--status"],
                site.ufmToolArguments + ["--list"], site.ufmToolArguments + ["--ping"],
            ]
            for arguments in commands {
                let result = try await CommandRunner.run(
                    try site.shellCommand("exec \"$@\" \(redirection)", arguments))
                let comment = Comment(rawValue: "\(arguments.joined(separator: " ")): \(result.errors)")
                #expect(result.status == .code(1), comment)
                expectOneComplaint(inErrors: result.errors, naming: ["standard output cannot be written"], comment)
            }
        }
    }
}

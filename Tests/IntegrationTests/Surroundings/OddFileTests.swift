import Glibc
import TestSupport
import Testing

@Suite("Files that are none", .timeLimit(.minutes(20)))
struct OddFileTests {
    @Test("are an error that names them, wherever a file is expected, and nobody waits for their end")
    func everywhere() async throws {
        try await withSite(.tls) { site in
            let directory = try TemporaryDirectory("odd")
            let pipe = directory.file("pipe")
            try #require(mkfifo(pipe, 0o600) == 0)
            let loop = directory.file("loop")
            try #require(symlink(loop, loop) == 0)
            let huge = try directory.write("", to: "huge")
            try #require(truncate(huge, 2 << 30) == 0)
            let tool = ["ufm", "--username", "admin"]
            for path in [pipe, directory.path, "/dev/zero", loop, huge] {
                let commands: [[String]] = [
                    tool + ["--list", "--ufm-ca-cert", path],
                    tool + ["--list", "--no-ssl-verify", "--ufm-cert-file", path, "--ufm-key-file", path],
                    ["ufm", "--no-ssl-verify", "--list", "--ufm-token-file", path],
                    tool + ["--no-ssl-verify", "--import", path],
                    ["etcd", "--etcd-user", "root", "--list", "--etcd-ca-cert", path],
                    ["monitor", "--etcd-user", "root", "--ufm-user", "admin", "--ufm-ca-cert", path, "--once"],
                ]
                for arguments in commands {
                    let result = try await CommandRunner.run(site.command(arguments), deadline: .seconds(30))
                    let comment = Comment(rawValue: "\(arguments.joined(separator: " ")): \(result.errors)")
                    #expect(result.exitCode == 1, comment)
                    #expect((result.output + result.errors).contains(path), comment)
                }
            }
        }
    }

    @Test("stand in the place of each configuration file", arguments: ["batch.yaml", "ufm.yaml", "etcd-password"])
    func configuration(name: String) async throws {
        try await withSite(.http) { site in
            let path = site.configuration.file(name)
            try #require(unlink(path) == 0)
            try #require(mkfifo(path, 0o600) == 0)
            let result = try await CommandRunner.run(
                site.command(site.daemonArguments + ["--once"]), deadline: .seconds(30))
            #expect(result.exitCode == 1)
            #expect(result.errors.contains(path), "\(result.errors)")
        }
    }
}

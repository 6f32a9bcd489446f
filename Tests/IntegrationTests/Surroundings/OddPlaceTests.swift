import Glibc
import TestSupport
import Testing

/// Parts of the machine are taken away in a mount namespace of the program's own.
@Suite(
    "Odd places", .timeLimit(.minutes(20)), .enabled(if: isRoot, "only root can take parts of a machine away"))
struct OddPlaceTests {
    private func command(_ script: String, _ command: Command) -> Command {
        var command = command
        command.arguments =
            ["--mount", "sh", "-c", script + "; exec \"$@\"", "sh", command.program] + command.arguments
        command.program = "unshare"
        return command
    }

    @Test("Without /proc the arguments are still the arguments")
    func noProc() async throws {
        let program = try Programs.pkeyd()
        let version = try await CommandRunner.run(command("umount --lazy /proc", Command(program, ["--version"])))
        #expect(version.output == "0.1.0\n")
        let mistyped = try await CommandRunner.run(
            command("umount --lazy /proc", Command(program, ["plan", "--bogus"])))
        #expect(mistyped.status == .code(64))
        #expect(mistyped.errors.contains("--bogus"))
    }

    @Test("Without the system's CA files a pinned certificate is as good as ever")
    func noAuthorities() async throws {
        try await withSite(.tls) { site in
            let shown = try await site.run(["ufm", "--username", "admin", "--no-ssl-verify", "--ping"])
            let fingerprint = try #require(
                shown.output.split(whereSeparator: \.isWhitespace).first { $0.hasPrefix("sha256:") }.map(String.init))
            let ping = try site.command(["ufm", "--username", "admin", "--ufm-fingerprint", fingerprint, "--ping"])
            let result = try await CommandRunner.run(
                command("mount -t tmpfs none /etc/ssl; mount -t tmpfs none /usr/lib/ssl", ping))
            #expect(result.status == .code(0), "\(result.errors)")
        }
    }
}

import Foundation
import Glibc
import TestSupport
import Testing

/// `--etcd-prompt-password` on a real terminal, which `script` of util-linux provides.
@Suite("Prompting for the etcd password")
struct PasswordPromptTests {
    @Test("asks on the terminal, shows nothing of the answer and logs in with it")
    func prompt() async throws {
        try await withSite(.http) { site in
            try await site.put("/a", "1")
            // The right one can come from the terminal only.
            try site.configuration.write("wrong\n", to: "etcd-password")
            let result = try await answering(site, with: site.options.etcdPassword)
            #expect(result.status == .code(0))
            #expect(result.transcript.contains("etcd password for root: "))
            #expect(result.transcript.contains("Key: /a"))
            #expect(result.transcript.contains("Value: 1"))
            #expect(!result.transcript.contains(site.options.etcdPassword))
        }
    }

    @Test("fails when the answer is wrong, and does not show that either")
    func wrongAnswer() async throws {
        try await withSite(.http) { site in
            let result = try await answering(site, with: "n0t-the-one")
            #expect(result.status == .code(1))
            #expect(result.transcript.contains("ERROR: "))
            #expect(result.transcript.contains("wrong user or password"))
            #expect(!result.transcript.contains("n0t-the-one"))
        }
    }

    @Test("fails with one line where there is no terminal")
    func noTerminal() async throws {
        try await withSite(.http) { site in
            // `setsid` takes the terminal away from which the tests may run.
            var command = try site.command([])
            command.arguments = [
                "--wait", command.program, "etcd", "--etcd-user", "root", "--etcd-prompt-password", "--list",
            ]
            command.program = "setsid"
            let result = try await CommandRunner.run(command)
            #expect(result.status == .code(1))
            #expect(result.output == "")
            #expect(result.errors == "ERROR: there is no terminal to ask for the etcd password on\n")
        }
    }

    /// Types one line when the question has been asked; gives all that the terminal showed.
    private func answering(
        _ site: Site, with answer: String
    ) async throws -> (status: TestSupport.ExitStatus, transcript: String) {
        let directory = site.configuration
        let keyboard = directory.file("keyboard")
        try #require(mkfifo(keyboard, 0o600) == 0)
        // Opened for both, so that neither end waits for the other.
        let typing = open(keyboard, O_RDWR | O_CLOEXEC)
        try #require(typing >= 0)
        defer { close(typing) }

        var command = try site.command([])
        let line = "\(command.program) etcd --etcd-user root --etcd-prompt-password --get /a"
        let screen = directory.file("screen")
        command.arguments = ["-c", #"exec script --quiet --return --flush --command "$1" "$2" < "$3""#]
        command.arguments += ["sh", line, screen, keyboard]
        command.program = "/bin/sh"
        let process = try BackgroundProcess(command)
        // The question has no line end: it is looked for where `script` writes all that is shown.
        try await eventually("question for the password") { () -> Bool in
            try directory.read("screen").contains("etcd password for root: ")
        }
        let bytes = Array((answer + "\n").utf8)
        try #require(write(typing, bytes, bytes.count) == bytes.count)
        let status = try await process.waitForExit()
        return (status, try directory.read("screen") + process.output + process.errors)
    }
}

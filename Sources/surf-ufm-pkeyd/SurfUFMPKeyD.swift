import ArgumentParser
import Glibc
import Settings
import Telemetry
import Text

/// The program: a daemon, an etcd tool and a UFM tool in one.
struct SurfUFMPKeyD: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "surf-ufm-pkeyd",
        abstract: "Keeps the InfiniBand partitions of NVIDIA UFM as pcocc's PKey keys in etcd say.",
        discussion: """
            Without a mode it runs `monitor`. Servers and passwords are read from batch.yaml, ufm.yaml, etcd-password \
            and ufm-password in /etc/pcocc, or in the directory of --config-dir or PCOCC_SYSTEM_CONF_DIR; options win.

            Exit codes: 0 done, 1 failed, 2 `plan` found drift, 64 wrong usage.
            """,
        version: programVersion,
        subcommands: [MonitorCommand.self, PlanCommand.self, StatusCommand.self, UFMCommand.self, EtcdCommand.self],
        defaultSubcommand: MonitorCommand.self)
}

/// The version of this program.
let programVersion = "0.1.0"

@main
enum Program {
    static func main() async {
        // First of all, so that passwords given as arguments are in `ps` for as short as can be.
        let arguments = ArgumentBlanking.blankProcessArguments()
        do {
            let arguments = GUIDArgument.completingBareGUIDs(Array(arguments.dropFirst()))
            try refuseUnknownMode(arguments.first)
            var command = try SurfUFMPKeyD.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            complain(error)
        }
    }

    /// Since `monitor` may be left out, a mistyped mode would be taken for a daemon's argument.
    private static func refuseUnknownMode(_ word: String?) throws {
        let modes = SurfUFMPKeyD.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
        guard let word, !word.hasPrefix("-"), !modes.contains(word) else { return }
        throw ValidationError("Unknown mode '\(word)': there are \(modes.dropLast().joined(separator: ", ")).")
    }

    /// Help goes to standard output; everything else is one line on standard error, and an exit code that is not 0.
    private static func complain(_ error: any Error) -> Never {
        let code = SurfUFMPKeyD.exitCode(for: error)
        guard !code.isSuccess else { SurfUFMPKeyD.exit(withError: error) }
        // A result and no failure: it has been printed.
        if let result = error as? ExitCode {
            fflush(nil)
            Glibc.exit(result.rawValue)
        }
        var message = ErrorWords.of(error) ?? SurfUFMPKeyD.message(for: error)
        if message.isEmpty { message = "failed" }
        if code == .validationFailure { message += " (--help shows the usage)" }
        // Servers' words and users' files may be in it.
        let line = "ERROR: " + Terminal.line(message.split(whereSeparator: \.isNewline).joined(separator: " "))
        // What was printed before comes before.
        fflush(nil)
        FileDescriptorOutput(descriptor: STDERR_FILENO).write(line: line)
        Glibc.exit(code.rawValue)
    }
}

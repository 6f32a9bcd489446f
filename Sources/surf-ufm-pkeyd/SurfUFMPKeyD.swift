import ArgumentParser
import Glibc
import Logging
import Settings
import Surroundings
import Telemetry

/// The program: a daemon, an etcd tool and a UFM tool in one.
struct SurfUFMPKeyD: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "surf-ufm-pkeyd",
        abstract: "Keeps the InfiniBand partitions of NVIDIA UFM as pcocc's PKey keys in etcd say.",
        discussion: """
            Without a mode it runs `monitor`. Servers and passwords are read from files in /etc/pcocc, or in the \
            directory of --config-dir or PCOCC_SYSTEM_CONF_DIR.
            """,
        version: programVersion,
        subcommands: [MonitorCommand.self, PlanCommand.self, StatusCommand.self, UFMCommand.self, EtcdCommand.self],
        defaultSubcommand: MonitorCommand.self)
}

/// The version of this program.
let programVersion = "0.1.0"

/// A command that goes on until a signal ends it.
protocol EndedInGoodOrder {
    /// Whether it does so with these options: then it takes the signals itself, those that have come before too.
    var takesSignals: Bool { get }
}

@main
enum Program {
    static func main() async {
        // First of all: a daemon that is asked to end while it starts ends in good order.
        EndingSignals.note()
        ProcessMemory.share()
        StandardStreams.occupy()
        // libcurl and OpenSSL would write the keys of every TLS session into the file that it names.
        unsetenv("SSLKEYLOGFILE")
        SupervisorVariables.note()
        // Early, so that passwords given as arguments are in `ps` for as short as can be.
        let arguments = ArgumentBlanking.blankProcessArguments()
        let words = Array(arguments.texts.dropFirst())
        // It needs none of what follows, and to parse it every command and option would be looked at.
        if words == ["--version"] {
            print(programVersion)
            end(0)
        }
        if let complaint = ProcessLimits.complaint() { end(1, saying: complaint) }
        Connections.prepare()
        do {
            try CommandLineCheck.refuseOddBytes(arguments)
            try CommandLineCheck.refuseUnknownMode(words)
            let (command, invocation) = try CommandLineCheck.parse(words)
            if !takesSignals(command) { EndingSignals.letGo() }
            invocation.keep()
            try await run(command)
            end(0)
        } catch {
            complain(error)
        }
    }

    private static func run(_ command: any ParsableCommand) async throws {
        if var command = command as? any AsyncParsableCommand { return try await command.run() }
        var command = command
        try command.run()
    }

    private static func takesSignals(_ command: any ParsableCommand) -> Bool {
        (command as? any EndedInGoodOrder)?.takesSignals ?? false
    }

    /// Help goes to standard output; everything else is one line on standard error, and an exit code that is not 0.
    private static func complain(_ error: any Error) -> Never {
        let code = SurfUFMPKeyD.exitCode(for: error)
        if code.isSuccess {
            let words = SurfUFMPKeyD.fullMessage(for: error)
            print(CommandLineCheck.help(words) ?? words)
            end(0)
        }
        // A result and no failure: it has been printed.
        if let result = error as? ExitCode { end(result.rawValue) }
        var message = ErrorWords.of(error) ?? SurfUFMPKeyD.message(for: error)
        if message.isEmpty { message = "failed" }
        if code == .validationFailure { message += " (--help shows the usage)" }
        end(code.rawValue, saying: message)
    }

    /// Ends the program: with this code, or with 1 when what was printed could not be written.
    private static func end(_ code: Int32, saying message: String? = nil) -> Never {
        // What was printed before comes before.
        if let reason = StandardStreams.flushOutput(), message == nil {
            end(1, saying: Output.unwritable(reason))
        }
        if let message {
            // Servers' words and users' files may be in it.
            let text = message.split(whereSeparator: \.isNewline).joined(separator: " ")
            let output = FileDescriptorOutput.standardError
            let style = output.style
            if style == .text {
                output.write(line: "ERROR: " + text, isError: true)
            } else {
                output.write(LogRecord(.error, text), style)
            }
        }
        ProgramLog.drain()
        // Without what the process would do at an orderly end: it could wait for whoever does not read.
        _exit(code)
    }
}

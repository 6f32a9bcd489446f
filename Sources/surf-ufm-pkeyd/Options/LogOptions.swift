import ArgumentParser
import Glibc
import Settings
import Telemetry

/// What the daemon's log looks like, and where changes stand alone.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "text, json (one object a line), journal (priorities for systemd's journal), or auto: journal there, with time and colour on a terminal, else text.",
            valueName: "format"))
    var logFormat = LogFormat.auto
    @Option(
        help: ArgumentHelp("Colours on a terminal: auto (unless NO_COLOR is set), always or never.", valueName: "when"))
    var color = ColourChoice.auto
    @OptionGroup var audit: AuditOptions

    func style(on descriptor: Int32) -> LogStyle { LogStyle(logFormat, color, on: OutputFacts(of: descriptor)) }
}

/// The file of changes, for all that change partitions.
struct AuditOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file to which one line is added for each change of a partition; SIGHUP opens it anew.", valueName: "file"
        ))
    var auditLog: String?

    /// The file, opened; nil where none is wanted.
    func file() throws -> AuditFile? {
        guard let auditLog else { return nil }
        do throws(AuditFile.Problem) {
            return try AuditFile(auditLog)
        } catch {
            throw CommandFailure("--audit-log: \(error)")
        }
    }
}

extension LogFormat: ExpressibleByArgument {}

extension ColourChoice: ExpressibleByArgument {}

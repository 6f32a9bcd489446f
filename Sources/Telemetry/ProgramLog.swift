package import Logging

/// The two logs that this program writes.
package enum ProgramLog {
    /// The daemon's, on standard output.
    package static func daemon(isDetailed: Bool) -> Logger {
        log(to: .standardOutput, level: isDetailed ? .debug : .info)
    }

    /// A tool's, on standard error: standard output is for its results.
    package static func tool(isDetailed: Bool) -> Logger {
        log(to: .standardError, level: isDetailed ? .debug : .warning)
    }

    private static func log(to output: FileDescriptorOutput, level: Logger.Level) -> Logger {
        Logger(label: "surf-ufm-pkeyd") { _ in LineLogHandler(output: output, level: level) }
    }

    /// Waits, a second for each at most, until what was logged is written; to be called when the program ends.
    package static func drain() {
        FileDescriptorOutput.standardOutput.drain()
        FileDescriptorOutput.standardError.drain()
    }
}

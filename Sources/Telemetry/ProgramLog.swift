import Glibc
package import Logging

/// The two logs that this program writes.
package enum ProgramLog {
    /// The daemon's, on standard output.
    package static func daemon(isDetailed: Bool) -> Logger {
        log(to: STDOUT_FILENO, level: isDetailed ? .debug : .info)
    }

    /// A tool's, on standard error: standard output is for its results.
    package static func tool(isDetailed: Bool) -> Logger {
        log(to: STDERR_FILENO, level: isDetailed ? .debug : .warning)
    }

    private static func log(to descriptor: Int32, level: Logger.Level) -> Logger {
        let output = FileDescriptorOutput(descriptor: descriptor)
        return Logger(label: "surf-ufm-pkeyd") { _ in LineLogHandler(output: output, level: level) }
    }
}

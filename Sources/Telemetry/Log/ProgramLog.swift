package import Logging
import Synchronization

/// The two logs that this program writes.
package enum ProgramLog {
    /// The daemon's, on standard output.
    ///
    /// - Parameter recent: keeps its newest lines.
    package static func daemon(
        _ detail: LogDetail, _ style: LogStyle, audit: AuditFile? = nil, recent: RecentLines? = nil
    ) -> Logger {
        FileDescriptorOutput.standardOutput.style = style
        return Logger(label: "surf-ufm-pkeyd") { _ in
            LineLogHandler(
                output: FileDescriptorOutput.standardOutput, detail: detail, style: style, audit: audit?.output,
                recent: recent)
        }
    }

    /// A tool's, on standard error: standard output is for its results.
    package static func tool(isDetailed: Bool) -> Logger {
        Logger(label: "surf-ufm-pkeyd") { _ in
            LineLogHandler(output: FileDescriptorOutput.standardError, level: isDetailed ? .debug : .warning)
        }
    }

    private static let others = Mutex<[FileDescriptorOutput]>([])

    /// An output that is to be waited for too.
    package static func include(_ output: FileDescriptorOutput) { others.withLock { $0.append(output) } }

    /// Waits, a second for each at most, until what was logged is written; to be called when the program ends.
    package static func drain() {
        FileDescriptorOutput.standardOutput.drain()
        FileDescriptorOutput.standardError.drain()
        for output in others.withLock({ $0 }) { output.drain() }
    }
}

package import Logging
import Synchronization

/// Whether the log tells details, which may change while the program runs.
package final class LogDetail: Sendable {
    private let isDetailed: Atomic<Bool>
    private let ordinary: Logger.Level

    /// - Parameter ordinary: the least severe level that is told while there are no details.
    package init(_ isDetailed: Bool, ordinary: Logger.Level = .info) {
        self.isDetailed = Atomic(isDetailed)
        self.ordinary = ordinary
    }

    package var level: Logger.Level { isDetailed.load(ordering: .relaxed) ? .debug : ordinary }

    /// Changes it; says whether there are details from now on.
    package func toggle() -> Bool { isDetailed.logicalXor(true, ordering: .relaxed).newValue }
}

/// Prints each event as one line.
///
/// Metadata follows in the order of its keys; where a key has several values the event's own wins over the provider's, and
/// that over the logger's.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    private var fixedLevel: Logger.Level
    private let detail: LogDetail?
    private let output: any LogOutput
    private let style: LogStyle
    /// Where changes of partitions go too: events with `audit` among their metadata.
    private let audit: (any LogOutput)?
    /// What keeps the newest lines that people look at.
    private let recent: RecentLines?

    /// A handler that prints what is at least as severe as `level`.
    package init(
        output: any LogOutput, level: Logger.Level = .info, provider: Logger.MetadataProvider? = nil,
        style: LogStyle = .text
    ) {
        self.init(output: output, level: level, detail: nil, provider: provider, style: style, audit: nil, recent: nil)
    }

    /// A handler that prints as much as `detail` says at the time.
    package init(
        output: any LogOutput, detail: LogDetail, style: LogStyle = .text, audit: (any LogOutput)? = nil,
        recent: RecentLines? = nil
    ) {
        self.init(
            output: output, level: .info, detail: detail, provider: nil, style: style, audit: audit, recent: recent)
    }

    private init(
        output: any LogOutput, level: Logger.Level, detail: LogDetail?, provider: Logger.MetadataProvider?,
        style: LogStyle, audit: (any LogOutput)?, recent: RecentLines?
    ) {
        self.output = output
        fixedLevel = level
        self.detail = detail
        self.style = style
        self.audit = audit
        self.recent = recent
        metadataProvider = provider
    }

    package var logLevel: Logger.Level {
        get { detail?.level ?? fixedLevel }
        set { fixedLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        all.merge(metadataProvider?.get() ?? [:]) { $1 }
        if let error = event.error { all["error"] = "\(error)" }
        all.merge(event.metadata ?? [:]) { $1 }
        let record = LogRecord(event.level, event.message.description, all.mapValues(\.description))
        output.write(record, style)
        recent?.take(record)
        if all["audit"] != nil { audit?.write(record, style == .json ? .json : .stamped) }
    }
}

extension LogOutput {
    package func write(_ record: LogRecord, _ style: LogStyle) {
        let (prefix, line) = style.line(record)
        write(line: line, isError: record.level >= .error, behind: prefix)
    }
}

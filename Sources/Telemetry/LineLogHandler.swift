package import Logging

/// Prints each event as one line, `LEVEL: message key=value …`, as the predecessor did and sites search for.
///
/// There are four levels: notice prints as INFO, critical as ERROR, trace as DEBUG. Metadata follows in the order of its
/// keys; where a key has several values the event's own wins over the provider's, and that over the logger's.
package struct LineLogHandler: LogHandler {
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level
    private let output: any LogOutput

    /// A handler that prints what is at least as severe as `level`.
    package init(output: any LogOutput, level: Logger.Level = .info, provider: Logger.MetadataProvider? = nil) {
        self.output = output
        self.logLevel = level
        self.metadataProvider = provider
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

        var line = Self.word(for: event.level) + ": " + LogText.escaped(event.message.description)
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            line += " " + LogText.escaped(key) + "=" + LogText.quoted(value.description)
        }
        output.write(line: line, isError: event.level >= .error)
    }

    private static func word(for level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARNING"
        case .error, .critical: "ERROR"
        }
    }
}

package import Logging
import Surroundings
import Text

/// One event of the log, with all that a line is made of.
package struct LogRecord: Sendable {
    package let level: Logger.Level
    package let message: String
    /// In the order of their keys.
    package let fields: [(key: String, value: String)]
    package let time: TimeStamp

    package init(
        _ level: Logger.Level, _ message: String, _ fields: [String: String] = [:], time: TimeStamp = .now
    ) {
        self.level = level
        self.message = message
        self.fields = fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        self.time = time
    }

    /// The words of the predecessor, of which there are four.
    var word: String {
        switch level {
        case .trace, .debug: "DEBUG"
        case .info, .notice: "INFO"
        case .warning: "WARNING"
        case .error, .critical: "ERROR"
        }
    }
}

/// What a line of the log looks like. Pure.
package enum LogStyle: Hashable, Sendable {
    /// `LEVEL: message key=value …`, as the predecessor did and sites search for.
    case text
    /// The same behind the time, for a file that nobody else stamps.
    case stamped
    /// The same for people, with the time of day.
    case terminal(isColoured: Bool)
    /// The same for the journal, which has its own time, with the priority in front (sd-daemon(3)).
    case journal
    /// One object.
    case json

    /// A line, and what stands before it: that may hold what a terminal obeys, and nothing of it is from outside.
    package func line(_ record: LogRecord) -> (prefix: String, line: String) {
        switch self {
        case .text: ("", text(record))
        case .stamped: ("", "\(record.time.description) \(text(record))")
        case .terminal(false): ("\(record.time.timeOfDay) ", text(record))
        case .terminal(true):
            (
                "\u{1b}[2m\(record.time.timeOfDay)\u{1b}[0m \u{1b}[\(Self.colour(record.level))m\(record.word)\u{1b}[0m",
                rest(record)
            )
        case .journal: ("", "<\(Self.priority(record.level))>\(text(record))")
        case .json: ("", LogJSON.object(record))
        }
    }

    private func text(_ record: LogRecord) -> String { record.word + rest(record) }

    private func rest(_ record: LogRecord) -> String {
        var line = ": " + LogText.escaped(record.message)
        for (key, value) in record.fields { line += " " + LogText.escaped(key) + "=" + LogText.quoted(value) }
        return line
    }

    private static func colour(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "2"
        case .info, .notice: "32"
        case .warning: "33"
        case .error, .critical: "1;31"
        }
    }

    /// As syslog counts.
    private static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

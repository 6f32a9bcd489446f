/// A line for the log.
package struct Message: Hashable, Sendable {
    package enum Level: Sendable {
        case debug, info, notice, warning, error
    }

    package let level: Level
    package let text: String
    /// Figures that go with the text.
    package let metadata: [String: String]

    package init(_ level: Level, _ text: String, _ metadata: [String: String] = [:]) {
        self.level = level
        self.text = text
        self.metadata = metadata
    }
}

extension Duration {
    /// Milliseconds with one decimal: `4.1`.
    var milliseconds: String {
        let microseconds = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        return "\(microseconds / 1_000).\(microseconds % 1_000 / 100)"
    }

    /// `4.1 ms`, `2.5 s`.
    var inWords: String {
        let microseconds = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        let (value, unit) = microseconds < 1_000_000 ? (microseconds, "ms") : (microseconds / 1_000, "s")
        return "\(value / 1_000).\(value % 1_000 / 100) \(unit)"
    }
}

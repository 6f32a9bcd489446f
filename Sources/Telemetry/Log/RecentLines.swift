import Logging
import Synchronization

/// The newest changes of partitions, and the newest warnings and errors of the log, for whoever looks at the daemon.
package final class RecentLines: Sendable {
    static let mostChanges = 50
    static let mostTroubles = 20

    private let kept = Mutex((changes: [LogRecord](), troubles: [LogRecord]()))

    package init() {}

    func take(_ record: LogRecord) {
        if record.fields.contains(where: { $0.key == "audit" }) {
            kept.withLock { $0.changes = ($0.changes + [record]).suffix(Self.mostChanges) }
        } else if record.level >= .warning {
            kept.withLock { $0.troubles = ($0.troubles + [record]).suffix(Self.mostTroubles) }
        }
    }

    /// The newest first.
    package var changes: [LogRecord] { kept.withLock { $0.changes.reversed() } }
    package var troubles: [LogRecord] { kept.withLock { $0.troubles.reversed() } }
}

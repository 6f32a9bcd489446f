package import Reconciler
import Surroundings

/// What a service manager is to hear, and when. Pure: what it was told, and how things stand, make the next datagram.
package struct SupervisorNews: Sendable {
    /// How long a start may take from now on, each time that it is asked for: as a service manager counts.
    private static let extensionTime = Duration.seconds(30)
    /// After so long both servers are as good as being tried, though neither has answered or failed yet.
    private static let longestStart = Duration.seconds(20)
    /// What changes all the time is told so often.
    private static let pause = Duration.seconds(1)

    /// How long the manager waits for a sign of life; nil where it does not.
    private let patience: Duration?
    package private(set) var isReady = false
    private var isStopping = false
    private var lastWords: String?
    private var wordsAt: Duration?
    private var aliveAt: Duration?
    private var extendedAt: Duration?

    package init(patience: Duration?) {
        self.patience = patience
    }

    /// How often something has to happen so that the manager hears of life in time.
    package var beat: Duration { patience.map { min($0 / 4, .seconds(5)) } ?? .seconds(5) }

    /// The datagram that this status calls for; nil for none. Whoever could send it goes on with `after`.
    package func next(_ status: EngineStatus) -> (datagram: String, after: SupervisorNews)? {
        var after = self
        var lines: [String] = []
        if patience != nil, aliveAt.map({ status.at - $0 >= beat / 2 }) ?? true {
            lines.append("WATCHDOG=1")
            after.aliveAt = status.at
        }
        if status.stage == .stopping || status.stage == .ended, !isStopping {
            lines += ["STOPPING=1", "EXTEND_TIMEOUT_USEC=\(Self.extensionTime.microseconds)"]
            after.isStopping = true
            after.wordsAt = nil
        } else if !isReady, !isStopping {
            if Self.isReady(status) {
                lines.append("READY=1")
                after.isReady = true
                after.wordsAt = nil
            } else if extendedAt.map({ status.at - $0 >= .seconds(5) }) ?? true {
                lines.append("EXTEND_TIMEOUT_USEC=\(Self.extensionTime.microseconds)")
                after.extendedAt = status.at
            }
        }
        if after.wordsAt.map({ status.at - $0 >= Self.pause }) ?? true {
            let words = OutgoingWords.line(StatusLine.words(status))
            if words != lastWords {
                lines.append("STATUS=\(words)")
                after.lastWords = words
            }
            after.wordsAt = status.at
        }
        return lines.isEmpty ? nil : (lines.joined(separator: "\n"), after)
    }

    /// The files are being read again. In one datagram: the manager compares the time with that of its request.
    package func reloading(at microseconds: UInt64) -> String? {
        isReady && !isStopping
            ? "RELOADING=1\nMONOTONIC_USEC=\(microseconds)\nSTATUS=reading the configuration again" : nil
    }

    /// They have been read.
    package var reloaded: String? {
        isReady && !isStopping ? "READY=1\nSTATUS=\(lastWords ?? "")" : nil
    }

    /// The first pass is done; or each server has answered or failed, and is tried from now on as long as it takes.
    private static func isReady(_ status: EngineStatus) -> Bool {
        if status.stage == .running, status.totals.lastSuccess != nil { return true }
        let isTried =
            status.sources.allSatisfy { $0.told != nil || $0.outage != nil }
            && [status.fabric, status.ledger].allSatisfy { $0.isKnown || $0.outage != nil }
        let isAway =
            status.sources.contains { $0.outage != nil } || status.fabric.outage != nil || status.ledger.outage != nil
        return isTried && isAway || status.at >= longestStart
    }
}

extension Duration {
    fileprivate var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}

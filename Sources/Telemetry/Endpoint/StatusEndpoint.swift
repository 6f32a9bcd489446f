package import Exposition
package import Listening
import Reconciler
import Surroundings
import Synchronization

/// What a visitor of the daemon is shown, by the path that he asks for. It reads what the loop has published, and nobody waits
/// for it.
package final class StatusEndpoint: Sendable {
    private let observatory: Observatory
    private let registry: MetricRegistry
    private let version: String
    private let processStart: Double
    private let droppedLines: @Sendable () -> Int
    /// The table of the panorama that was looked at last.
    private let table = Mutex<(number: Int, table: PartitionTable)?>(nil)

    /// - Parameters:
    ///   - processStart: when the daemon began, in Unix time.
    ///   - droppedLines: says how many lines of the log were lost so far.
    package init(
        _ observatory: Observatory, _ registry: MetricRegistry, version: String, processStart: Double,
        droppedLines: @escaping @Sendable () -> Int
    ) {
        self.observatory = observatory
        self.registry = registry
        self.version = version
        self.processStart = processStart
        self.droppedLines = droppedLines
    }

    package func answer(_ inquiry: Inquiry) -> Reply {
        switch inquiry.path {
        case "/metrics": metrics(inquiry)
        case "/healthz": reply(Health.ofLoop(idle: idle(observatory.view)))
        case "/readyz": reply(readiness(observatory.view))
        default: Reply(404, line: "there are /metrics, /healthz and /readyz")
        }
    }

    private func reply(_ health: Health) -> Reply {
        Reply(health.isWell ? 200 : 503, line: OutgoingWords.line(health.words))
    }

    private func idle(_ view: Observatory.View) -> Duration? { view.turned.map { $0.duration(to: .now) } }

    private func readiness(_ view: Observatory.View) -> Health { Health.readiness(view.status, idle: idle(view)) }

    private func metrics(_ inquiry: Inquiry) -> Reply {
        guard Acceptance.takesPlainText(inquiry.headers["accept"]) else {
            return Reply(406, line: "there is text/plain; version=0.0.4 alone")
        }
        let view = observatory.view
        var loopStart = processStart
        if let status = view.status, let turned = view.turned {
            loopStart = observatory.start(of: status, turned: turned)
        }
        let scrape = Scrape(
            version: version, processStart: processStart, loopStart: loopStart, view, observatory.facts,
            table(of: view),
            readiness: readiness(view), logLinesDropped: droppedLines(), measured: registry.families)
        return Reply(200, PrometheusText.contentType, Array(PrometheusText.document(scrape.families).utf8))
    }

    /// The partitions, gone through once for each panorama.
    private func table(of view: Observatory.View) -> PartitionTable? {
        guard let panorama = view.panorama else { return nil }
        if let known = table.withLock({ $0 }), known.number == view.number { return known.table }
        let made = PartitionTable(panorama)
        table.withLock { $0 = (view.number, made) }
        return made
    }
}

/// What a visitor takes, by his `Accept`. Pure.
enum Acceptance {
    static func takesPlainText(_ accept: String?) -> Bool {
        guard let accept, !accept.isEmpty else { return true }
        return accept.split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map { String($0).lowercased().filter { $0 != " " } }
            guard let type = parts.first, ["text/plain", "text/*", "*/*"].contains(type) else { return false }
            return !parts.dropFirst().contains { $0.hasPrefix("q=0") && $0.allSatisfy { "q=0.".contains($0) } }
        }
    }
}

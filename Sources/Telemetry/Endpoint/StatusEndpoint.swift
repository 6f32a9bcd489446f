package import Exposition
import JSONText
package import Ledger
package import Listening
import Reconciler
import Surroundings
import Synchronization
import Text

/// What a visitor of the daemon is shown, by the path that he asks for. It reads what the loop has published, and nobody waits
/// for it.
package final class StatusEndpoint: Sendable {
    /// What is shown of the process and not of the loop.
    package struct Identity: Sendable {
        package let version: String
        package let fabric: String
        package let host: String
        /// When the daemon began, in Unix time.
        package let start: Double

        package init(version: String, fabric: String, host: String, start: Double) {
            self.version = version
            self.fabric = fabric
            self.host = host
            self.start = start
        }
    }

    /// All partitions of one panorama, gone through once however often they are asked for.
    private struct Survey {
        let number: Int
        let table: PartitionTable
        var document: [UInt8]?
    }

    private let identity: Identity
    private let observatory: Observatory
    private let registry: MetricRegistry
    private let times: RecordTimes
    private let recent: RecentLines
    private let droppedLines: @Sendable () -> Int
    private let survey = Mutex<Survey?>(nil)

    /// - Parameters:
    ///   - times: when the ledger's records were written.
    ///   - droppedLines: says how many lines of the log were lost so far.
    package init(
        _ identity: Identity, _ observatory: Observatory, _ registry: MetricRegistry, _ times: RecordTimes,
        _ recent: RecentLines, droppedLines: @escaping @Sendable () -> Int
    ) {
        self.identity = identity
        self.observatory = observatory
        self.registry = registry
        self.times = times
        self.recent = recent
        self.droppedLines = droppedLines
    }

    package func answer(_ inquiry: Inquiry) -> Reply {
        let view = observatory.view
        return switch inquiry.path {
        case "/": page(inquiry, view)
        case "/metrics": metrics(inquiry, view)
        case "/healthz": reply(Probe.ofLoop(idle: idle(view)))
        case "/readyz": reply(readiness(view))
        case "/api/v1/status": document(view)
        default: Reply(404, line: "there are /, /metrics, /healthz, /readyz and /api/v1/status")
        }
    }

    private func reply(_ health: Probe) -> Reply {
        Reply(health.isWell ? 200 : 503, line: OutgoingWords.line(health.words))
    }

    private func idle(_ view: Observatory.View) -> Duration? { view.turned.map { $0.duration(to: .now) } }

    private func readiness(_ view: Observatory.View) -> Probe { Probe.readiness(view.status, idle: idle(view)) }

    private func metrics(_ inquiry: Inquiry, _ view: Observatory.View) -> Reply {
        guard Acceptance.takesPlainText(inquiry.headers["accept"]) else {
            return Reply(406, line: "there is text/plain; version=0.0.4 alone")
        }
        var loopStart = identity.start
        if let status = view.status, let turned = view.turned {
            loopStart = observatory.start(of: status, turned: turned)
        }
        let scrape = Scrape(
            version: identity.version, processStart: identity.start, loopStart: loopStart, view, observatory.facts,
            table(of: view), readiness: readiness(view), logLinesDropped: droppedLines(), measured: registry.families)
        return Reply(200, PrometheusText.contentType, Array(PrometheusText.document(scrape.families).utf8))
    }

    // MARK: Partitions

    private func table(of view: Observatory.View) -> PartitionTable? {
        guard let panorama = view.panorama else { return nil }
        if let known = survey.withLock({ $0 }), known.number == view.number { return known.table }
        let table = PartitionTable(StatusReport(panorama, fabric: identity.fabric, times), panorama)
        survey.withLock { $0 = Survey(number: view.number, table: table) }
        return table
    }

    private func document(_ view: Observatory.View) -> Reply {
        guard let panorama = view.panorama, panorama.records != nil else {
            return Reply(503, line: "nothing has been read yet")
        }
        _ = table(of: view)
        if let known = survey.withLock({ $0?.document }) { return Reply(200, "application/json", known) }
        let report = StatusReport(panorama, fabric: identity.fabric, times)
        guard let bytes = try? JSONText.bytes(StatusDocument(report, in: observatory.facts.store), .lines) else {
            return Reply(503, line: "it cannot be written as JSON")
        }
        let text = KnownSecrets.redacted(Terminal.json(String(decoding: bytes, as: UTF8.self)))
        let document = Array((text + "\n").utf8)
        survey.withLock { $0?.document = document }
        return Reply(200, "application/json", document)
    }

    // MARK: The page

    private func page(_ inquiry: Inquiry, _ view: Observatory.View) -> Reply {
        let page = StatusPage(
            title: "surf-ufm-pkeyd · fabric \(identity.fabric) on \(identity.host)", health: readiness(view),
            summary: view.status.map(StatusLine.words) ?? "starting",
            servers: ServerWords.servers(view, observatory.facts),
            table: table(of: view), search: PartitionSearch(inquiry.query["q"] ?? ""),
            isPaused: inquiry.query["pause"] == "1", changes: recent.changes.map(\.forPage),
            troubles: recent.troubles.map(\.forPage), now: TimeStamp.now.description)
        let nonce = Hex.digits(UInt64.random(in: .min ... .max), width: 16)
        return Reply(
            200, "text/html; charset=utf-8",
            headers: [
                "Content-Security-Policy": StatusPage.policy(nonce: nonce), "Referrer-Policy": "no-referrer",
                "X-Frame-Options": "DENY",
            ],
            Array(page.document(nonce: nonce).text.utf8))
    }
}

extension LogRecord {
    fileprivate var forPage: StatusPage.Line {
        StatusPage.Line(time.description, message, fields.filter { $0.key != "audit" })
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

import Exposition
import KeyHistory
import Reconciler

/// How it stands with each server, in words for the page. Pure.
enum ServerWords {
    static func servers(_ view: Observatory.View, _ facts: Observatory.Facts) -> [StatusPage.Server] {
        guard let status = view.status else { return [] }
        let sources = status.sources.map { source in
            let told = source.told.map { "told up to revision \($0.revision)" } ?? "not read yet"
            let heard =
                [source.lastEvent, view.proofs[source.id.name]].compactMap(\.self).max()
                .map { ", proven \(ago($0, status.at))" } ?? ""
            let store = facts.store.map { " (\($0))" } ?? ""
            let other = facts.otherStoreHasKeys ? "; PKey keys are in its other store, too" : ""
            return server(
                source.id.name + store, source.outage, isKnown: source.told != nil, told + heard + other, status.at)
        }
        let inventory = status.totals.inventory.map {
            "; \($0.total) partitions, \($0.managed.count) of them ours, \($0.unmanaged.count) nobody's"
        }
        return sources + [
            server(
                "UFM", status.fabric.outage, isKnown: status.fabric.isKnown,
                read("ufm", view, status.at) + (inventory ?? ""), status.at),
            server(
                "Ledger", status.ledger.outage, isKnown: status.ledger.isKnown, read("ledger", view, status.at),
                status.at),
        ]
    }

    private static func server(
        _ name: String, _ outage: Outage?, isKnown: Bool, _ words: String, _ now: Duration
    ) -> StatusPage.Server {
        guard let outage else { return StatusPage.Server(name, isUp: isKnown, words) }
        return StatusPage.Server(
            name, isUp: false, "away for \(span(now - outage.since)): \(outage.last.message); \(words)")
    }

    private static func read(_ server: String, _ view: Observatory.View, _ now: Duration) -> String {
        view.reads[server].map { "read completely \(ago($0, now))" } ?? "not read completely yet"
    }

    private static func ago(_ time: Duration, _ now: Duration) -> String { "\(span(now - time)) ago" }

    private static func span(_ time: Duration) -> String {
        let seconds = max(0, time.components.seconds)
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7_200: return "\(seconds / 60) min"
        default: return "\(seconds / 3_600) h"
        }
    }
}

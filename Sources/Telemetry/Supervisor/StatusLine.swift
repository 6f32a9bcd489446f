package import Reconciler

/// How it stands with everything, in one line: for `systemctl status`. Pure.
///
/// Nothing in it changes by itself as time goes by: it is told anew when something has changed.
package enum StatusLine {
    /// No longer than a terminal and a journal take well.
    private static let most = 400

    package static func words(_ status: EngineStatus) -> String {
        let parts =
            [stage(status)] + outages(status) + gate(status) + (status.stage == .starting ? [] : figures(status))
        let words = parts.compactMap(\.self).joined(separator: "; ")
        return words.count > most ? words.prefix(most - 1) + "…" : words
    }

    private static func stage(_ status: EngineStatus) -> String? {
        switch status.stage {
        case .starting:
            let missing =
                status.sources.filter { $0.told == nil }.map(\.id.name)
                + (status.ledger.isKnown ? [] : ["the ledger"]) + (status.fabric.isKnown ? [] : ["UFM"])
            return missing.isEmpty ? "starting" : "starting: not read yet: \(missing.joined(separator: ", "))"
        case .running: return nil
        case .stopping: return "stopping: \(status.underWay.busy) under way"
        case .ended: return "ended"
        }
    }

    private static func outages(_ status: EngineStatus) -> [String?] {
        let sources = status.sources.map { source in
            source.outage.map { "\(source.id.name) cannot be read, trying until it can: \($0.last.message)" }
        }
        return sources + [
            status.fabric.outage.map { "UFM does not answer, trying until it does: \($0.last.message)" },
            status.ledger.outage.map { "the ledger does not answer, trying until it does: \($0.last.message)" },
        ]
    }

    /// Why nothing is written, where an outage does not say it.
    private static func gate(_ status: EngineStatus) -> [String?] {
        WriteGate.Reason.allCases.filter(status.closedBy.contains).map { reason in
            switch reason {
            case .starting, .stopping, .fabricDown, .ledgerDown: nil
            case .sourceDoubt: "what the keys say is in doubt: nothing is written"
            case .notLeading: "standby: another daemon writes"
            case .undecidedStore: "nothing is written before it is known in which of etcd's stores the keys are"
            case .unconfirmed: "nothing is written before somebody confirms a change"
            case .dryRun: "dry run: nothing is written"
            }
        }
    }

    private static func figures(_ status: EngineStatus) -> [String?] {
        let total = status.records.values.reduce(0, +)
        let synced = status.records[.synced] ?? 0
        let others = LedgerRecord.State.allCases.filter { $0 != .synced }.compactMap { state in
            status.records[state].map { "\($0) \(state.rawValue)" }
        }
        let all = total == 1 ? "1 partition" : "\(total) partitions"
        return ["\(all): \(([ "\(synced) synced"] + others).joined(separator: ", "))"]
    }
}

internal import Fabric

/// What the log says because time has passed: that troubles last, and once an hour how it stands.
extension LogReporter {
    mutating func lasting(_ status: EngineStatus) -> [Message] {
        guard status.stage == .starting || status.stage == .running else { return [] }
        var troubles: [Reminders.Trouble: Duration?] = [:]
        for source in status.sources { if let outage = source.outage { troubles[.source(source.id)] = outage.since } }
        if let outage = status.fabric.outage { troubles[.fabric] = outage.since }
        if let outage = status.ledger.outage { troubles[.ledger] = outage.since }
        // Their beginning is when they are first seen.
        if status.records[.failing] ?? 0 > 0 { troubles[.failing] = .some(nil) }
        if !status.guarded.isEmpty { troubles[.guarded] = .some(nil) }
        let (again, ended) = reminders.take(troubles, now: status.at)
        return again.map { words($0, after: $1, in: status) } + ended.compactMap { words(endOf: $0, after: $1) }
            + summary(status)
    }

    private func words(_ trouble: Reminders.Trouble, after lasted: Duration, in status: EngineStatus) -> Message {
        let time = lasted.roughly
        switch trouble {
        case .source(let id):
            let outage = status.sources.first { $0.id == id }?.outage
            return Message(.error, "\(id.name) still cannot be read, for \(time): \(outage?.last.message ?? "")")
        case .fabric:
            return Message(
                .error, "UFM still does not answer, for \(time): \(status.fabric.outage?.last.message ?? "")")
        case .ledger:
            return Message(
                .error, "The ledger still does not answer, for \(time): \(status.ledger.outage?.last.message ?? "")")
        case .failing:
            let count = status.records[.failing] ?? 0
            return Message(.error, "\(count) partitions are still not in step, some for \(time): see status")
        case .guarded:
            let text =
                "\(status.guarded.count) deletions are still held back, for \(time): \(status.guarded.inWords); "
                + "to let them go on: \(ApprovalWords.command)"
            return Message(.error, text)
        }
    }

    /// Servers that are back are told at once, whatever was said before.
    private func words(endOf trouble: Reminders.Trouble, after lasted: Duration) -> Message? {
        switch trouble {
        case .source, .fabric, .ledger: nil
        case .failing: Message(.info, "No partition is failing any more, after \(lasted.roughly)")
        case .guarded: Message(.info, "No deletion is held back any more, after \(lasted.roughly)")
        }
    }

    private mutating func summary(_ status: EngineStatus) -> [Message] {
        guard let last = summarised else {
            summarised = (status.at, status.totals)
            return []
        }
        guard status.at - last.at >= .seconds(3_600) else { return [] }
        summarised = (status.at, status.totals)
        let total = status.records.values.reduce(0, +)
        let states = LedgerRecord.State.allCases.compactMap { state in
            status.records[state].map { "\($0) \(state.rawValue)" }
        }
        func writes(_ totals: EngineStatus.Totals, _ isWanted: (EngineStatus.Write.Outcome) -> Bool) -> Int {
            totals.writes.filter { isWanted($0.key.outcome) }.values.reduce(0, +)
        }
        let done = writes(status.totals) { $0 == .done } - writes(last.totals) { $0 == .done }
        let failed = writes(status.totals) { $0 != .done } - writes(last.totals) { $0 != .done }
        let drift = status.totals.drift.partitions - last.totals.drift.partitions
        let words = states.isEmpty ? "" : " (\(states.joined(separator: ", ")))"
        return [
            Message(
                .info,
                "In the last hour: \(done) changes in UFM, \(failed) failed, \(drift) partitions had drifted; "
                    + "\(total) partitions are ours\(words)")
        ]
    }
}

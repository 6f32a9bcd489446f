import Fabric
import FoundationEssentials
import KeyHistory
import Ledger
import Planning
import Reconciler
import Text

/// The status of PKeys, for people or for scripts.
struct StatusPrinter {
    let format: OutputFormat

    func print(_ report: StatusReport, in store: KeyStore, _ presence: Result<Presence, Failure>) throws {
        guard format == .text else { return try Output.json(StatusDocument(report, in: store.rawValue, presence)) }
        Output.line(Terminal.line(Self.words(presence)))
        for line in lines(report, in: store, now: .now) { Output.line(line) }
    }

    /// Whether a daemon runs: what counts before all else.
    static func words(_ presence: Result<Presence, Failure>) -> String {
        switch presence {
        case .success(let presence): presence.words { LocalTime.words($0) }
        case .failure(let failure): "whether a daemon runs is not known: \(failure.message)"
        }
    }

    private func lines(_ report: StatusReport, in store: KeyStore, now: Date) -> [String] {
        var table = Table(header: ["PKEY", "STATE", "REVISION", "AGE", "KEY"])
        for partition in report.partitions {
            table.append([
                partition.pkey.description, partition.state.rawValue,
                partition.entry.map { $0.record.revision.description } ?? "-",
                partition.entry?.time.map { age(now.timeIntervalSince($0)) } ?? "-", words(partition),
            ])
        }
        return (report.partitions.isEmpty ? [] : table.lines) + summary(report, in: store)
    }

    private func summary(_ report: StatusReport, in store: KeyStore) -> [String] {
        let states = report.counts.map { "\($0.count) \($0.state.rawValue)" }.joined(separator: ", ")
        let line =
            "\(report.partitions.count) PKeys of fabric \(report.fabric)"
            // Of v3 nobody thinks otherwise.
            + (store == .v3 ? "" : " in etcd's \(store.rawValue) store") + (states.isEmpty ? "" : ": \(states)")
            + (report.outside == 0 ? "" : "; \(report.outside) records are outside the managed range")
        let conflict =
            report.partitions.contains { $0.state == .conflict }
            ? [
                "UFM has partitions that others made under PKeys of ours. If they are ours all the same: status --adopt PKEY"
            ]
            : []
        guard let guarded = report.guarded else { return [line] + conflict }
        let since = guarded.since.map { " since \($0.formatted(.iso8601))" } ?? ""
        return [
            line,
            "\(guarded.pkeys.count) deletions wait for an approval\(since): \(guarded.pkeys.inWords). If etcd is what it should be: \(ApprovalWords.command)",
        ] + conflict
    }

    /// The key, where it stands if that is not what the record says, and what is wrong.
    private func words(_ partition: PartitionStatus) -> String {
        var words = partition.key.description
        if let revision = partition.keyRevision {
            if revision != partition.entry?.record.revision { words += " at revision \(revision)" }
        } else {
            words += " is gone"
        }
        if let error = partition.error { words += ": \(error)" }
        // Keys and UFM's words are theirs, and the terminal is ours.
        return Terminal.line(words)
    }

    private func age(_ seconds: Double) -> String {
        let seconds = Int(max(0, seconds))
        switch seconds {
        case ..<60: return "\(seconds)s"
        case ..<3_600: return "\(seconds / 60)m"
        case ..<172_800: return "\(seconds / 3_600)h"
        default: return "\(seconds / 86_400)d"
        }
    }

    // MARK: A wait

    func print(_ end: PartitionWait<ContinuousClock>.End, of pkey: PKey, after waited: Duration) throws {
        let milliseconds = Int64(waited / .milliseconds(1))
        switch (format, end) {
        case (.json, .synced(let revision)):
            try Output.json(
                WaitDocument(
                    pkey: pkey.description, state: "synced", revision: revision.number, waited_ms: milliseconds))
        case (.json, .gone):
            try Output.json(
                WaitDocument(pkey: pkey.description, state: "gone", revision: nil, waited_ms: milliseconds))
        case (.text, .synced(let revision)):
            Output.line("UFM has revision \(revision) of PKey \(pkey), after \(milliseconds) ms")
        case (.text, .gone): Output.line("PKey \(pkey) is gone from UFM, after \(milliseconds) ms")
        }
    }

    /// For scripts, that nothing is known of a PKey; people are told in the failure's words.
    func printUnknown(_ pkey: PKey, after waited: Duration) throws {
        guard format == .json else { return }
        try Output.json(
            WaitDocument(
                pkey: pkey.description, state: "unknown", revision: nil, waited_ms: Int64(waited / .milliseconds(1))))
    }

    // MARK: An approval

    func print(_ deletions: GuardedDeletions) {
        guard format == .text else { return }
        guard !deletions.shown.isEmpty else { return Output.line("No deletion waits for an approval") }
        var table = Table(header: ["PKEY", "REVISION", "KEY"])
        for (pkey, entry) in deletions.shown {
            let words = entry.record.error.map { "\(entry.record.key): \($0)" } ?? entry.record.key.description
            table.append([pkey.description, entry.record.revision.description, Terminal.line(words)])
        }
        for line in table.lines { Output.line(line) }
    }

    func print(_ conflicts: StandingConflicts) {
        guard format == .text else { return }
        guard !conflicts.shown.isEmpty else { return Output.line("No partition is in conflict") }
        var table = Table(header: ["PKEY", "REVISION", "KEY"])
        for (pkey, note) in conflicts.shown {
            table.append([
                pkey.description, note.revision.description, Terminal.line("\(note.key): \(note.conflict.inWords)"),
            ])
        }
        for line in table.lines { Output.line(line) }
    }

    func printNothingToConfirm() {
        if format == .text { Output.line("No change waits for a confirmation") }
    }

    /// What the daemon stood on, and is to stand on.
    func print(before: Footing?, after: Footing) {
        guard format == .text else { return }
        let hosts = { (footing: Footing?) in Terminal.line(footing?.hosts.joined(separator: ", ") ?? "unknown") }
        Output.line("UFM:            \(hosts(after)) (was \(hosts(before)))")
        Output.line("Managed range:  \(after.range) (was \(before.map { "\($0.range)" } ?? "unknown"))")
        let prefix = { (footing: Footing?) in
            Terminal.line(footing?.prefix.map { "\($0)" } ?? "unknown")
        }
        Output.line("Keys below:     \(prefix(after)) (was \(prefix(before)))")
    }

    func print(_ outcome: InstructionOutcome, of what: Instruction.What) throws {
        guard format == .text else { return try Output.json(InstructionAnswer(outcome, of: what)) }
        let count = outcome.done.count
        switch what {
        case .approve: Output.line("Approved the deletion of \(count) partitions")
        case .adopt: Output.line("Took over \(count) partitions")
        case .confirm: if outcome.problem == nil { Output.line("Confirmed") }
        }
        guard !outcome.changed.isEmpty else { return }
        let list = outcome.changed.map(\.description).joined(separator: ", ")
        Output.line("Left alone, since they changed meanwhile: \(list)")
    }
}

private struct WaitDocument: Encodable {
    let pkey: String
    let state: String
    let revision: Int64?
    let waited_ms: Int64
}

private struct InstructionAnswer: Encodable {
    let approved: [String]?
    let adopted: [String]?
    let confirmed: Bool?
    let changed_meanwhile: [String]
    let problem: String?

    init(_ outcome: InstructionOutcome, of what: Instruction.What) {
        let done = outcome.done.map(\.description)
        switch what {
        case .approve: (approved, adopted, confirmed) = (done, nil, nil)
        case .adopt: (approved, adopted, confirmed) = (nil, done, nil)
        case .confirm: (approved, adopted, confirmed) = (nil, nil, outcome.problem == nil)
        }
        changed_meanwhile = outcome.changed.map(\.description)
        problem = outcome.problem
    }
}

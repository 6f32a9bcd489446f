import Fabric
import Planning
import Reconciler

/// Prints a plan: a line per partition and one per difference, or JSON.
struct PlanPrinter {
    let format: OutputFormat
    /// Whether partitions in step are shown to people; JSON has them always.
    let showsAll: Bool

    func print(_ plan: Plan) throws {
        if format == .json { return try Output.json(PlanDocument(plan)) }
        for entry in plan.entries where showsAll || entry.verdict != .inStep {
            lines(entry).forEach(Output.line)
        }
        Output.line(summary(plan))
    }

    private func lines(_ entry: Plan.Entry) -> [String] {
        let pkey = entry.number
        let difference = entry.difference
        let added = (difference?.missing ?? []).map { "    + \($0.guid)" }
        let removed = (difference?.unexpected ?? []).map { "    - \($0)" }
        var flags = (difference?.misflagged ?? []).map {
            "    ~ \($0.guid) to \($0.membership.rawValue), index 0 \($0.index0 ? "yes" : "no")"
        }
        if difference?.ipOverIBDiffers == true { flags.append("    ~ IP over IB") }
        return switch entry.verdict {
        case .inStep: ["  \(pkey) in step"]
        case .create: ["+ \(pkey) create"] + added
        case .change: ["~ \(pkey) change"] + removed + added + flags
        case .delete: ["- \(pkey) delete"]
        case .release: ["- \(pkey) take out of the ledger"]
        case .held(let reason): ["! \(pkey) held: \(reason.inWords)"]
        case .conflict(let conflict): ["! \(pkey) in conflict: \(conflict.inWords); see status --adopt"]
        case .unmanaged where entry.number == .defaultPartition: ["  \(pkey) the default partition"]
        case .unmanaged: ["? \(pkey) not managed"]
        }
    }

    private func summary(_ plan: Plan) -> String {
        func count(_ isCounted: (Plan.Verdict) -> Bool) -> Int { plan.entries.count { isCounted($0.verdict) } }
        let held = count { if case .held = $0 { true } else { false } }
        let conflicts = count { if case .conflict = $0 { true } else { false } }
        return "\(count { $0 == .create }) to create, \(count { $0 == .change }) to change, "
            + "\(count { $0 == .delete }) to delete, \(held) held, "
            + (conflicts == 0 ? "" : "\(conflicts) in conflict, ") + "\(count { $0 == .inStep }) in step, "
            + "\(count { $0 == .unmanaged }) not managed"
    }
}

extension HoldReason {
    /// For people.
    var inWords: String {
        switch self {
        case .record: "what the ledger has of it is no record of its own"
        case .conflict: "UFM has it, and it is not ours; see status --adopt"
        case .unreadable: "the value in etcd cannot be read"
        case .outsideRange: "outside the managed range"
        case .policy: "the policy leaves it as it is"
        case .deletionGuard: "deleted with many others; see status --approve-deletes"
        case .awaitingWatch: "a list lacks its key, and the watch has not told the end of it"
        case .membersDisagree: "members of etcd disagree"
        case .disputed: "etcd has told two things of its key, and a list is yet to say which is so"
        }
    }
}

/// A plan as JSON: `{"drift":true,"partitions":[{"pkey":"0x2000","verdict":"change","missing":[…],…}]}`.
struct PlanDocument: Encodable {
    struct Partition: Encodable {
        let pkey: String
        let verdict: String
        /// Why it is held.
        let reason: String?
        /// Whether the ledger has it.
        let owned: Bool
        let missing: [String]
        let unexpected: [String]
        let misflagged: [String]
        let ip_over_ib_differs: Bool
        /// Of a conflict: the GUIDs in the way.
        let conflict: [String]?
        /// The requests to UFM in their order: `add`, `remove`, `replace`, `delete`.
        let requests: [String]
    }

    let drift: Bool
    let partitions: [Partition]

    init(_ plan: Plan) {
        drift = plan.hasDrift
        partitions = plan.entries.map { entry in
            let difference = entry.difference
            return Partition(
                pkey: entry.number.description, verdict: Self.word(entry.verdict), reason: Self.reason(entry.verdict),
                owned: entry.isOwned, missing: (difference?.missing ?? []).map(\.guid.description),
                unexpected: (difference?.unexpected ?? []).map(\.description),
                misflagged: (difference?.misflagged ?? []).map(\.guid.description),
                ip_over_ib_differs: difference?.ipOverIBDiffers ?? false, conflict: Self.inTheWay(entry.verdict),
                requests: entry.steps.map(\.shortName))
        }
    }

    private static func word(_ verdict: Plan.Verdict) -> String {
        switch verdict {
        case .inStep: "in-step"
        case .create: "create"
        case .change: "change"
        case .delete: "delete"
        case .release: "release"
        case .held: "held"
        case .conflict: "conflict"
        case .unmanaged: "unmanaged"
        }
    }

    private static func inTheWay(_ verdict: Plan.Verdict) -> [String]? {
        if case .conflict(let conflict) = verdict { conflict.guids.map(\.description) } else { nil }
    }

    private static func reason(_ verdict: Plan.Verdict) -> String? {
        if case .held(let reason) = verdict { reason.rawValue } else { nil }
    }
}

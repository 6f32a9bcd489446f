internal import Fabric
internal import KeyHistory
internal import Planning

/// What the log says of a run; the wording is the predecessor's where it logged the same.
enum RunWords {
    static func planned(_ steps: [PlanStep], for standing: Standing, actual: Partition?) -> [Effect] {
        steps.flatMap { $0.plannedWords(before: actual, source: standing.source) }.map { info($0) }
    }

    static func written(_ step: PlanStep) -> [Effect] {
        step.doneWords.map { [info($0)] } ?? []
    }

    static func inStep(_ errand: Errand, hasWritten: Bool, now: Duration) -> [Effect] {
        let text =
            hasWritten
            ? "Successfully synchronized PKey \(errand.pkey)"
            : "PKey \(errand.pkey) is already synchronized (no changes needed)"
        return [info(text, figures(errand, now: now))]
    }

    /// A partition that was gone before is no news.
    static func gone(_ errand: Errand, hasWritten: Bool, now: Duration) -> [Effect] {
        guard hasWritten else { return [] }
        return [info("Successfully removed PKey \(errand.pkey) from UFM", figures(errand, now: now))]
    }

    static func notDeleted(_ pkey: PKey) -> [Effect] {
        let text = "PKey \(pkey) is not deleted: its key or our ledger record changed meanwhile"
        return [.say(Message(.warning, text))]
    }

    /// What a run would do and say, were it not a rehearsal.
    static func rehearsed(_ goal: Goal, _ steps: [PlanStep], now: Duration) -> [Effect] {
        let told = steps.flatMap { step in
            [.say(Message(.notice, "DRY RUN: not sent to UFM: \(step.inWords)"))] + written(step)
        }
        switch goal.wish {
        case .present: return told + inStep(goal.errand, hasWritten: true, now: now)
        case .absent: return told + gone(goal.errand, hasWritten: true, now: now)
        case .guarded: return told
        }
    }

    private static func figures(_ errand: Errand, now: Duration) -> [String: String] {
        ["ms": (now - errand.since).milliseconds, "revision": errand.revision.description]
    }

    private static func info(_ text: String, _ metadata: [String: String] = [:]) -> Effect {
        .say(Message(.info, text, metadata))
    }
}

internal import Fabric
internal import KeyHistory
internal import Planning

/// What the log says of a run; the wording is the predecessor's where it logged the same.
extension Engine {
    func sayPlanned(_ pkey: PKey, _ steps: [PlanStep], actual: Partition?, _ actions: inout Actions) {
        let lines = steps.flatMap { $0.plannedWords(before: actual, source: desired.name) }
        for line in lines { actions.say(.info, line) }
    }

    func sayWritten(_ step: PlanStep, _ actions: inout Actions) {
        if let line = step.doneWords { actions.say(.info, line) }
    }

    func sayInStep(_ pkey: PKey, _ job: Job, now: Duration, _ actions: inout Actions) {
        let text =
            job.hasWritten
            ? "Successfully synchronized PKey \(pkey)"
            : "PKey \(pkey) is already synchronized (no changes needed)"
        actions.say(.info, text, figures(job, now: now))
    }

    func figures(_ job: Job, now: Duration) -> [String: String] {
        ["ms": (now - job.since).milliseconds, "revision": job.revision.description]
    }
}

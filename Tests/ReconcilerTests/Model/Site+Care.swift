import Fabric
import Planning
import Reconciler

/// How promptly and how sparingly one life of a daemon works: what is counted for the rules of its queue.
struct Care {
    let concurrency: Int
    /// How many of the slots that all share may be taken, as timeouts and successes leave it.
    private(set) var window: Int
    /// Writes of a partition since the watch last told a change of it; by slot.
    var writes = [Int](repeating: 0, count: Site.slots)

    init(concurrency: Int) {
        self.concurrency = concurrency
        window = concurrency
    }

    /// The most runs and writes that are under way at once.
    var most: Int { 2 * concurrency + 2 }

    mutating func answered(_ reply: Reply) {
        switch reply {
        case .done: window = min(window + 1, concurrency)
        case .failed(let failure) where failure.cause == .timedOut: window = max(window / 2, 1)
        default: break
        }
    }
}

extension Powers {
    /// Nothing goes wrong, and no port moves.
    static let quiet = Powers([
        .virtualFunctions, .mixedIndex0, .emptyValues, .massDeletions, .slowRemovals, .stateDirectory, .fileLedger,
        .listsVerify,
    ])
}

/// What is judged of the queue and its slots.
extension Site {
    /// An event has been handled: nothing waits that could be done.
    mutating func judgePromptness(_ index: Int) {
        let (engine, care) = (daemons[index].engine, daemons[index].care)
        let (status, ready) = (engine.status, engine.ready(now: .microseconds(now)))
        let told = ready.intersection([.departure, .arrival])
        guard status.closedBy.isEmpty, !told.isEmpty else { return }
        nearly(.promptness)
        // What waits for a read, or is written down, has no slot any more.
        let runs = status.underWay.runs.filter(\.holdsSlot)
        guard runs.count < care.most else { return nearly(.restraint) }
        // What was taken out of turn has a slot that is shared.
        func held(_ urgency: Urgency) -> Int { runs.count { $0.urgency == urgency && !$0.isOutOfTurn } }
        // One slot is kept for each of those two, and the others are shared.
        let shared = runs.count - min(held(.departure), 1) - min(held(.arrival), 1)
        for urgency in told.sorted() where held(urgency) == 0 || shared < care.window {
            let words = runs.map { "\($0.pkey) \($0.urgency) \($0.phase)\($0.isOutOfTurn ? " out of turn" : "")" }
                .joined(separator: ", ")
            return fail(
                .promptness, "\(urgency) waits, while of a window of \(care.window) only these are under way: \(words)")
        }
    }

    /// A write is sent that may be sent.
    mutating func countWrite(_ step: PlanStep, _ slot: Int, _ index: Int) {
        let life = daemons[index].life
        let writes = calls.count { call in
            guard call.life == life, case .write = call.request else { return false }
            if case .late = call.stage { return false }
            return true
        }
        if writes >= daemons[index].care.most {
            fail(.restraint, "\(Request.write(step).words), while \(writes) writes are under way")
        }
        if daemons[index].witness.told[slot] ?? 0 > 0 { nearly(.currency) }
        daemons[index].care.writes[slot] += 1
        let count = daemons[index].care.writes[slot]
        if count == 2 { nearly(.thrift) }
        guard count > 2, powers.isSubset(of: .quiet) else { return }
        fail(.thrift, "\(Request.write(step).words) is the write number \(count) since its key last changed")
    }

    /// Whether a step is of a value that was wanted only before the newest that the watch had told.
    mutating func isOutdated(
        _ step: PlanStep, _ slot: Int, before first: Int, _ sight: Witness.Sight, _ index: Int
    ) -> Bool {
        guard let newest = daemons[index].witness.told[slot], first == newest,
            eras(slot, from: 0).prefix(newest).contains(where: { allows($0, step, sight, index) })
        else { return false }
        fail(
            .currency, "\(Request.write(step).words), where the watch had told \(eras(slot, from: newest)[newest].wish)"
        )
        return true
    }
}

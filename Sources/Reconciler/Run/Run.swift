internal import Fabric
internal import KeyHistory
internal import Planning

/// One run over one partition, by the request whose answer it waits for; each case carries what the next one needs. Pure.
///
/// It begins with ``begin(_:keys:_:)``, and every answer gives a ``Turn``: what was learnt, and then the next request or the
/// end. Every write takes a permit of the gate; one that is refused ends the run, to be taken up when the gate opens.
///
/// After each step the partition is read, and what is to be done next is planned from what was seen: no addition follows a
/// removal that nobody has seen.
enum Run: Sendable {
    /// Reads the partition, since what is known of it is uncertain.
    /// → claiming, authorising, writing, recording, releasing, noting a failure, or over
    case reading(Goal)
    /// Asks for a second opinion on what only a list has told, or the watch while lists are in doubt.
    /// → claiming, authorising, writing, or over
    case confirming(Goal)
    /// Writes the record that must stand in the ledger before the first change.
    /// → writing, recording, or over
    case claiming(Goal, LedgerRecord)
    /// Asks the ledger whether the partition may be deleted.
    /// → writing, or over
    case authorising(Goal, LedgerRecord)
    /// Has the fabric manager take a step.
    /// → verifying, noting a failure, or over
    case writing(Goal, Attempt, WritePermit)
    /// Looks whether the fabric manager has the partition as it said, by a read of it or by a list; the permit is that of the
    /// last step.
    /// → writing, resting, recording, noting, or over
    case verifying(Goal, Attempt, WritePermit)
    /// Lets some time pass before it reads once more: what was added is not to be seen yet.
    /// → verifying, or over
    case resting(Goal, Attempt, until: Duration, WritePermit)
    /// Writes down that the partition is in step; the permit is there if this run has written it.
    /// → over
    case recording(Goal, LedgerRecord, WritePermit?)
    /// Takes a partition that is gone beyond doubt out of the ledger.
    /// → over
    case releasing(ProofOfAbsence)
    /// Asks whether the fabric manager is at work: a request for this partition has failed, and the trouble may be its alone.
    /// → noting a failure, or over
    case asking(Errand, Failure, WritePermit?)
    /// Writes down why the partition is not in step, is left as it is, or that it was seen to be gone.
    /// → over
    case noting(LedgerRecord, Note)

    /// Writes down what stands against taking the partition over, or that nothing does any more.
    /// → over
    case disputing(ConflictNote?)

    enum Note: Hashable, Sendable {
        case failure
        case hold
        /// It was deleted by this run, or before.
        case gone(Errand, hasWritten: Bool)
        case wait(WaitingNote)
    }

    var phase: EngineStatus.Run.Phase {
        switch self {
        case .reading: .reading
        case .confirming: .confirming
        case .claiming: .claiming
        case .authorising: .authorising
        case .writing: .writing
        case .verifying, .resting: .verifying
        case .recording: .recording
        case .releasing: .releasing
        case .asking: .asking
        case .noting, .disputing: .noting
        }
    }

    /// Whether it has asked the ledger to have the partition as ours.
    var isClaiming: Bool {
        switch phase {
        case .claiming, .recording: true
        case .reading, .confirming, .authorising, .writing, .verifying, .releasing, .asking, .noting: false
        }
    }

    /// What a run has to know beside what it carries: how things stand when it begins or is answered.
    struct Facts: Sendable {
        let standing: Standing
        /// The ports that partitions have still to give up.
        let leaving: LeavingPorts
        let planner: Planner
        /// Every key that could want the partition now.
        var keys: [KeyName: KeyState] = [:]
        /// How members are exchanged, by what this UFM was seen to do.
        var strategy = WriteStrategy.single
        let gate: WriteGate
        /// Whether the ledger may have another record of the partition than we know.
        let isRecordDoubtful: Bool
        let now: Duration
        /// What the ledger says that the partition waits for.
        var noted: WaitingNote?
        /// Whether another write may be under way now.
        var hasRoom = true
        /// Whether a second opinion on the partition is under way, asked for with others.
        var isBeingConfirmed = false
        /// Why no write is to be sent now, where the fabric manager lets us change nothing.
        var refusal: Failure?
        /// Whether what is wanted has changed since the source was last listed from the beginning: then somebody waits.
        var isRecent = false
        /// Whether a comparison has shown a list to be wrong, and no other one has been used since.
        var isRefuted = false
        /// Whether a list that was not used ends before what is known, or contradicts it, and none has been used since.
        var isListInDoubt = false
        /// What a partition fails with.
        var failure: @Sendable (PKey) -> String? = { _ in nil }

        /// What may be taken over that is there and not ours.
        var adoption = AdoptionRule()

        /// Whether a partition that was just read is another's, as far as anybody can tell.
        func isInConflict(_ goal: Goal, actual: Partition?) -> Bool {
            guard !standing.isOwned, case .present(let desired) = goal.wish, let actual else { return false }
            return adoption.conflict(over: actual, of: goal.pkey, wanted: desired) != nil
        }

        /// Whether what was wanted when the run began is what is wanted now, and no key is known that it knew nothing of.
        func isCurrent(_ goal: Goal) -> Bool {
            standing.revision == goal.errand.revision && standing.intent == goal.wish.intent
                && keys.keys.allSatisfy { goal.keys[$0] != nil }
        }

        /// How a run ends that is to delete what a list alone says is to go, while lists are in doubt; nil where they are not. It may
        /// be of a history in which the key was lost and not deleted; and the store that is asked to compare may be of it too.
        var deletionStop: Turn? {
            guard standing.word == .listed else { return nil }
            // The list that ends the doubt is asked for, and asks for the run.
            if isListInDoubt { return Turn(.waits) }
            return isRefuted ? Turn(.failed, after: [.lookAgain]) : nil
        }

        /// Whether what is wanted is written only where a comparison agrees. While lists are in doubt, the watch may go on in a store
        /// that was restored under it, and tell what was before it tells what is.
        var comparesFirst: Bool { standing.word == .listed || isListInDoubt }

        /// What a refused comparison says of who told what was compared. Where the watch did, no list was wrong.
        var refutation: [Effect] { standing.word == .listed ? [.refuted] : contest }

        /// What a record says that was refused: it may be the key's fault, or another record's.
        var contest: [Effect] { comparesFirst ? [.contested] : [] }

        /// What a goal has to wait for, where the partition is so.
        func waiting(_ goal: Goal, actual: Partition?) -> Waiting? {
            guard case .present(let partition) = goal.wish else { return nil }
            return leaving.waiting(goal.pkey, for: partition.members.guids, actual: actual)
        }

        /// What leads to a goal from what the partition is.
        func steps(
            _ goal: Goal, from actual: Partition?, isOwned: Bool, strategy: WriteStrategy
        ) -> [PlanStep] {
            if case .guarded = goal.wish {
                let given = actual?.members.guids.filter(standing.givenUp.contains) ?? []
                return given.isEmpty ? [] : [.remove(goal.pkey, given)]
            }
            return planner.steps(
                for: goal.pkey, intent: goal.wish.intent, actual: actual, isOwned: isOwned,
                waiting: waiting(goal, actual: actual), strategy: strategy)
        }
    }

    /// Whether a run that lets time pass is about what is wanted now; others find out when they are answered.
    func isCurrent(_ facts: Facts) -> Bool {
        if case .resting(let goal, _, _, _) = self { facts.isCurrent(goal) } else { true }
    }

    /// Whether it keeps a slot from others: it writes, or is about to.
    ///
    /// What must stand right before a write is asked for in its slot, so that no time passes between them.
    var holdsSlot: Bool {
        switch self {
        case .reading, .confirming, .claiming, .authorising, .writing, .asking: true
        case .verifying(_, let attempt, _): !attempt.isLast || attempt.refusal != nil
        case .resting, .recording, .releasing, .noting, .disputing: false
        }
    }

    /// Until when it lets time pass; nil while it waits for an answer.
    var restsUntil: Duration? {
        if case .resting(_, _, let until, _) = self { until } else { nil }
    }
}

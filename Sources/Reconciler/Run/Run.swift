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
    /// Asks for a second opinion on what only a list has told.
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
    /// Reads the partition to see whether the fabric manager has it as it said; the permit is that of the last step.
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
        case .noting: .noting
        }
    }

    /// What a run has to know beside what it carries: how things stand when it begins or is answered.
    struct Facts: Sendable {
        let standing: Standing
        /// The ports that partitions have still to give up.
        let leaving: LeavingPorts
        let planner: Planner
        /// How members are exchanged, by what this UFM was seen to do.
        var strategy = WriteStrategy.single
        let gate: WriteGate
        /// Whether the ledger may have another record of the partition than we know.
        let isRecordDoubtful: Bool
        let now: Duration
        /// What the ledger says that the partition waits for.
        var noted: WaitingNote?
        /// What a partition fails with.
        var failure: @Sendable (PKey) -> String? = { _ in nil }

        /// Whether what was wanted when the run began is what is wanted now.
        func isCurrent(_ goal: Goal) -> Bool {
            standing.revision == goal.errand.revision && standing.intent == goal.wish.intent
        }

        /// What a goal has to wait for, where the partition is so.
        func waiting(_ goal: Goal, actual: Partition?) -> Waiting? {
            guard case .present(let partition) = goal.wish else { return nil }
            return leaving.waiting(goal.pkey, for: partition.members.keys, actual: actual)
        }

        func note(_ waiting: Waiting) -> WaitingNote {
            WaitingNote(waiting, because: waiting.partitions.reduce(into: [:]) { $0[$1] = failure($1) })
        }

        /// What leads to a goal from what the partition is.
        func steps(
            _ goal: Goal, from actual: Partition?, isOwned: Bool, strategy: WriteStrategy
        ) -> [PlanStep] {
            if case .guarded = goal.wish {
                let given = (actual?.members.keys ?? [:].keys).filter(standing.givenUp.contains).sorted()
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

    /// Until when it lets time pass; nil while it waits for an answer.
    var restsUntil: Duration? {
        if case .resting(_, _, let until, _) = self { until } else { nil }
    }
}

// MARK: The beginning, and the answers

extension Run {
    /// - Parameter goal: makes of an errand and a wish what the run sets out to do.
    static func begin(_ errand: Errand, keys: [KeyName: KeyState], _ facts: Facts) -> Turn {
        let standing = facts.standing
        guard !facts.isRecordDoubtful else { return Turn(.waits) }
        switch standing.intent {
        case .held:
            if standing.holdRecord == nil || facts.gate.isRehearsal, !standing.givenUp.isEmpty {
                return begin(Goal(errand: errand, wish: .guarded, keys: keys), facts)
            }
            guard let record = standing.holdRecord, !facts.gate.isRehearsal else {
                return Turn(facts.gate.isRehearsal ? .rehearsed : .done, after: [.waits(nil)])
            }
            // One that the ledger lost is written anew, while its key is as it is held.
            let isOwned = standing.isOwned
            guard let permit = facts.gate.permit(for: isOwned ? .amendment : .claim) else { return Turn(.again) }
            let write: PartitionWrite =
                isOwned
                ? .amend(record, over: standing.version)
                : .claim(record, over: standing.version, expecting: keys[record.key] ?? .absent)
            return Turn(.noting(record, .hold), .write(write, permit), after: [.waits(nil)])
        case .present(let partition):
            return begin(Goal(errand: errand, wish: .present(partition), keys: keys), facts)
        case .absent:
            return begin(Goal(errand: errand, wish: .absent, keys: keys), facts)
        }
    }

    private static func begin(_ goal: Goal, _ facts: Facts) -> Turn {
        guard let actual = facts.standing.actual, goal.wish != .absent || !facts.standing.wantsSingleWitness else {
            return Turn(.reading(goal), .read)
        }
        return plan(goal, actual: actual, facts)
    }

    /// What was asked for has been answered; nil where that is not what was asked.
    func answered(_ answer: EngineEvent.Answer, _ facts: Facts) -> Turn? {
        switch answer {
        case .pinged(let result): pinged(result, facts)
        case .read(let result): read(result, facts)
        case .written(let result): written(result, facts)
        case .ledger(let result): recorded(result, facts)
        }
    }

    /// The partition was read, or could not be; nil where that is not what was asked.
    func read(_ result: Result<Partition?, Failure>, _ facts: Facts) -> Turn? {
        switch self {
        case .reading(let goal):
            switch result {
            case .success(let partition): Self.plan(goal, actual: partition, facts).after([.seen(partition)])
            case .failure(let failure): Self.failedInFabric(goal.errand, failure, begun: nil, facts)
            }
        case .verifying(let goal, let attempt, let permit):
            switch result {
            case .success(let partition):
                Self.verify(goal, partition, attempt, permit, facts).after([.seen(partition)])
            case .failure(let failure): Self.failedInFabric(goal.errand, failure, begun: permit, facts)
            }
        case .confirming, .claiming, .authorising, .writing, .resting, .recording, .releasing, .asking, .noting: nil
        }
    }

    /// The fabric manager has taken a step, or has not; nil where that is not what was asked.
    func written(_ result: Result<StepAnswer, Failure>, _ facts: Facts) -> Turn? {
        switch self {
        case .writing(let goal, let attempt, let permit):
            switch result {
            case .success(.refused(let refusal)):
                Self.follow(attempt.met(refusal, facts.planner), goal, refusal, permit, facts).after([.written])
            case .success(.done):
                Turn(
                    .verifying(goal, attempt, permit), .read, after: [.written] + RunWords.written(attempt.step))
            case .failure(let failure):
                Self.failedInFabric(goal.errand, failure, begun: permit, facts).after([.written])
            }
        case .reading, .confirming, .claiming, .authorising, .verifying, .resting, .recording, .releasing, .asking,
            .noting:
            nil
        }
    }

    /// Time has passed, or something else is wanted; nil where it waits for an answer.
    func woken(_ facts: Facts) -> Turn? {
        switch self {
        case .resting(let goal, let attempt, _, let permit):
            facts.isCurrent(goal) ? Turn(.verifying(goal, attempt, permit), .read) : Turn(.again)
        case .reading, .confirming, .claiming, .authorising, .writing, .verifying, .recording, .releasing, .asking,
            .noting:
            nil
        }
    }

    /// The fabric manager is at work, or is not; nil where that is not what was asked.
    func pinged(_ result: Result<Void, Failure>, _ facts: Facts) -> Turn? {
        guard case .asking(let errand, let failure, let begun) = self else { return nil }
        switch result {
        case .success: return Self.noteFailure(errand, failure, begun: begun, facts)
        // What it wishes is what it says now, of itself, and not what it said of one partition.
        case .failure(let failure): return Turn(.failed, after: [.failed(.fabric, failure)])
        }
    }

    /// The ledger has written a record, or has not; nil where that is not what was asked.
    func recorded(_ result: Result<LedgerAnswer, Failure>, _ facts: Facts) -> Turn? {
        switch self {
        case .confirming(let goal):
            switch result {
            case .success(.allowed), .success(.written):
                Self.goOn(goal, facts).after([.confirmed(goal.errand.revision)])
            // What is ours stays ours: the list was wrong, or is no longer right.
            case .success(.refused): Turn(.failed, after: [.lookAgain])
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .claiming(let goal, let record):
            switch result {
            case .success(.written(let version)):
                Self.goOn(goal, facts)
                    .after([.recorded(KeptRecord(record, version)), .confirmed(goal.errand.revision)])
            case .success(.refused), .success(.allowed): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .authorising(let goal, let record):
            switch result {
            case .success(.written(let version)):
                Self.goOn(goal, facts).after([.recorded(KeptRecord(record, version))])
            // A store that is full has said yes, and could not write it down: the record stays as it is.
            case .success(.allowed): Self.goOn(goal, facts)
            case .success(.refused): Self.lookAgain.after(RunWords.notDeleted(goal.pkey))
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .recording(let goal, let record, let permit):
            switch result {
            case .success(.written(let version)):
                Turn(
                    .done,
                    after: [.recorded(KeptRecord(record, version))]
                        + RunWords.inStep(goal.errand, hasWritten: permit != nil, now: facts.now))
            case .success(.refused), .success(.allowed): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .releasing:
            switch result {
            case .success(.written): Turn(.done, after: [.recorded(nil)])
            case .success(.refused), .success(.allowed): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .noting(let record, .gone(let errand, let hasWritten)):
            switch result {
            case .success(.written(let version)):
                Turn(
                    .done,
                    after: [.recorded(KeptRecord(record, version))]
                        + RunWords.gone(errand, hasWritten: hasWritten, now: facts.now))
            case .success(.refused), .success(.allowed): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .noting(let record, .wait(let note)):
            switch result {
            case .success(.written(let version)):
                Turn(.waiting, after: [.recorded(KeptRecord(record, version)), .noted(note)])
            case .success(.refused), .success(.allowed): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .noting(let record, let note):
            switch result {
            case .success(.written(let version)):
                Turn(note == .hold ? .done : .failed, after: [.recorded(KeptRecord(record, version))])
            case .success(.refused), .success(.allowed): Self.lookAgain
            // What is wrong with the partition has been said, and is written down with the next try.
            case .failure(let failure) where note == .failure && failure.outcome == .nothing: Turn(.failed)
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .reading, .writing, .verifying, .resting, .asking: nil
        }
    }
}

// MARK: The way on

extension Run {
    /// The partition is known: what is to be done with it?
    private static func plan(_ goal: Goal, actual: Partition?, _ facts: Facts) -> Turn {
        let isOwned = facts.standing.isOwned
        let isGone = goal.wish == .absent && actual == nil
        // What is not there needs no request to be told of.
        if facts.gate.isRehearsal, isGone { return Turn(.rehearsed, after: [.waits(nil)]) }
        let steps =
            isGone && facts.standing.isToBeDeleted
            ? [.delete(goal.pkey)]
            : facts.steps(goal, from: actual, isOwned: isOwned, strategy: facts.strategy)
        let waits = Effect.waits(facts.waiting(goal, actual: actual))
        guard let first = steps.first else {
            return conclude(goal, actual: actual, begun: nil, isOwned: isOwned, facts).after([waits])
        }
        let words = [waits] + RunWords.planned(steps, for: facts.standing, actual: actual)
        if facts.gate.isRehearsal {
            return Turn(.rehearsed, after: words + RunWords.rehearsed(goal, steps, now: facts.now))
        }
        if case .delete = first {
            // The authorisation compares the keys by itself.
            guard let permit = facts.gate.permit(for: .authorisation) else { return Turn(.again) }
            let known = facts.standing.record.flatMap { $0.key.isEmpty ? nil : $0.key }
            var record = LedgerRecord(.deleting, key: known ?? goal.errand.key, revision: goal.errand.revision)
            // Why it failed stays there until it does not.
            if let before = facts.standing.record, before.state == .deleting { record.error = before.error }
            return Turn(
                .authorising(goal, record),
                .write(
                    .authoriseDeletion(
                        record, over: facts.standing.version, expecting: goal.keys(and: record.key)), permit),
                after: words)
        } else if facts.standing.record.map({ $0.state == .deleting }) ?? true {
            // Nobody's, or to be deleted, until a claim says otherwise.
            guard let permit = facts.gate.permit(for: .claim) else { return Turn(.again) }
            let record = goal.errand.record(.claimed)
            return Turn(
                .claiming(goal, record),
                .write(.claim(record, over: facts.standing.version, expecting: goal.key), permit), after: words)
        } else if let ground = Ground(facts.standing.word) {
            return write(goal, Attempt(first, strategy: facts.strategy), actual: actual, on: ground, facts).after(words)
        } else {
            guard let permit = facts.gate.permit(for: .confirmation) else { return Turn(.again) }
            return Turn(
                .confirming(goal), .write(.confirm(expecting: goal.keys), permit), after: words)
        }
    }

    /// The ledger allows the first step, or a second opinion does. What is known of the partition may have changed since it was planned.
    private static func goOn(_ goal: Goal, _ facts: Facts) -> Turn {
        guard facts.isCurrent(goal), let actual = facts.standing.actual else { return Turn(.again) }
        // A read that says "not there" is no reason to leave the request out.
        let steps =
            goal.wish == .absent
            ? [.delete(goal.pkey)] : facts.steps(goal, from: actual, isOwned: true, strategy: facts.strategy)
        guard let first = steps.first else { return conclude(goal, actual: actual, begun: nil, isOwned: true, facts) }
        return write(goal, Attempt(first, strategy: facts.strategy), actual: actual, on: .compared, facts)
    }

    /// - Parameter actual: what the step was planned from.
    private static func write(
        _ goal: Goal, _ attempt: Attempt, actual: Partition?, on ground: Ground, _ facts: Facts
    ) -> Turn {
        // Something newer is wanted, its source is in doubt since, or nothing may be written: what was done is known, the rest
        // belongs to another run.
        guard facts.isCurrent(goal), ground.stands(on: facts.standing.word),
            let permit = facts.gate.permit(for: .step, finishing: ground.permit)
        else {
            return Turn(.again)
        }
        let step = attempt.step
        return Turn(.writing(goal, attempt, permit), .write(.step(step), permit), after: [.sending(step)])
    }

    private static func verify(
        _ goal: Goal, _ actual: Partition?, _ attempt: Attempt, _ permit: WritePermit, _ facts: Facts
    ) -> Turn {
        guard facts.isCurrent(goal) else { return Turn(.again) }
        var attempt = attempt
        var step = facts.steps(goal, from: actual, isOwned: true, strategy: attempt.strategy).first
        var evidence = attempt.step.evidence(in: actual)
        // Flags that were set and are not shown.
        if evidence == .done, step == attempt.step { evidence = .notThere }
        var effects = Self.effects(of: attempt, evidence)
        if let refusal = attempt.refusal {
            if case .create = attempt.step, actual == nil {
                return goRound(goal, attempt, refusal, permit, facts).after(effects)
            }
        } else if evidence != .done {
            switch attempt.unseen(evidence) {
            case .removal(let next):
                attempt = next
                step = facts.steps(goal, from: actual, isOwned: true, strategy: attempt.strategy).first
            case .patience where facts.gate.closedBy.contains(.stopping): return Turn(.again, after: effects)
            case .patience(let next, let pause):
                return Turn(.resting(goal, next, until: facts.now + pause, permit), .nothing, after: effects)
            case .end: return notShown(goal, permit, facts).after(effects)
            }
        }
        effects.append(.waits(facts.waiting(goal, actual: actual)))
        guard let step else {
            return conclude(goal, actual: actual, begun: permit, isOwned: true, facts).after(effects)
        }
        guard let next = attempt.next(insisting(on: step, actual: actual, after: evidence)) else {
            return notShown(goal, permit, facts).after(effects)
        }
        return write(goal, next, actual: actual, on: .begun(permit), facts).after(effects)
    }

    /// What a read says of the one request that sets all members. One that is refused for what it is about says nothing.
    private static func effects(of attempt: Attempt, _ evidence: StepEvidence) -> [Effect] {
        guard case .replace = attempt.step else { return [] }
        switch (evidence, attempt.refusal?.setback) {
        case (.done, _): return [.whole(worked: true)]
        case (.notGone, nil), (_, .noSuchCall?), (_, .refusedWhole(_, isDoubtful: true)?):
            return [.whole(worked: false)]
        case (.notThere, _), (.notGone, _): return []
        }
    }

    /// UFM has not taken a step: there may be a way round.
    private static func follow(
        _ detour: Attempt.Detour, _ goal: Goal, _ refusal: StepRefusal, _ permit: WritePermit, _ facts: Facts
    ) -> Turn {
        switch detour {
        case .read(let next): Turn(.verifying(goal, next, permit), .read)
        case .none: noteFailure(goal.errand, refusal.failure, begun: permit, facts)
        }
    }

    /// The partition that was to be made is not there: it is made in another way.
    private static func goRound(
        _ goal: Goal, _ attempt: Attempt, _ refusal: StepRefusal, _ permit: WritePermit, _ facts: Facts
    ) -> Turn {
        guard let other = attempt.other else { return follow(attempt.missed(), goal, refusal, permit, facts) }
        // What may join was found out when the first way was planned.
        let waits = facts.waiting(goal, actual: nil)?.holders ?? [:]
        guard other.arriving.allSatisfy({ waits[$0] == nil }) else { return Turn(.again) }
        return write(goal, attempt.turning(to: other), actual: nil, on: .begun(permit), facts)
    }

    /// A deletion that is not seen is sent once more as a removal of all members, which UFM follows by deleting.
    private static func insisting(
        on step: PlanStep, actual: Partition?, after evidence: StepEvidence
    ) -> PlanStep {
        guard case .delete(let pkey) = step, evidence == .notGone, let members = actual?.members.keys.sorted(),
            !members.isEmpty
        else { return step }
        return .remove(pkey, members)
    }

    private static func notShown(_ goal: Goal, _ permit: WritePermit, _ facts: Facts) -> Turn {
        let failure = Failure(
            .notShown, "UFM accepted the change of PKey \(goal.pkey) but does not show it", at: .partition(goal.pkey))
        return noteFailure(goal.errand, failure, begun: permit, facts)
    }

    /// The fabric is as far as it can be; brings the ledger in line.
    private static func conclude(
        _ goal: Goal, actual: Partition?, begun: WritePermit?, isOwned: Bool, _ facts: Facts
    ) -> Turn {
        let errand = goal.errand
        if let waiting = facts.waiting(goal, actual: actual) {
            return wait(goal, waiting, begun: begun, isOwned: isOwned, facts)
        }
        switch goal.wish {
        case .present:
            let record = errand.record(.synced)
            guard facts.standing.record != record else { return Turn(.done) }
            if facts.gate.isRehearsal {
                return Turn(.rehearsed, after: RunWords.inStep(errand, hasWritten: false, now: facts.now))
            }
            guard let permit = facts.gate.permit(for: .claim, finishing: begun) else { return Turn(.again) }
            return Turn(
                .recording(goal, record, begun),
                .write(.claim(record, over: facts.standing.version, expecting: goal.key), permit))
        case .absent where facts.standing.isOwned:
            if facts.gate.isRehearsal { return Turn(.rehearsed) }
            return concludeAbsence(goal, begun: begun, facts)
        case .absent, .guarded: return Turn(.done)
        }
    }

    /// A partition of ours is not there: that is said at once, and believed when there is proof.
    private static func concludeAbsence(_ goal: Goal, begun: WritePermit?, _ facts: Facts) -> Turn {
        let (errand, version) = (goal.errand, facts.standing.version)
        guard let record = facts.standing.record, !record.isSeenGone else {
            guard let proof = facts.standing.proofOfEnd else { return Turn(.done) }
            guard let permit = facts.gate.permit(for: .release) else { return Turn(.again) }
            let keys = goal.keys(and: facts.standing.record?.key ?? errand.key)
            return Turn(.releasing(proof), .write(.release(proof, over: version, expecting: keys), permit))
        }
        guard let permit = facts.gate.permit(for: .amendment, finishing: begun) else { return Turn(.again) }
        let gone = LedgerRecord(.deleting, key: record.key, revision: record.revision, isSeenGone: true)
        return Turn(
            .noting(gone, .gone(errand, hasWritten: begun != nil)), .write(.amend(gone, over: version), permit))
    }

    /// What waits is not in step, and is taken up when a port is free; until then the ledger says what for.
    private static func wait(
        _ goal: Goal, _ waiting: Waiting, begun: WritePermit?, isOwned: Bool, _ facts: Facts
    ) -> Turn {
        let record = goal.errand.record(.claimed)
        guard isOwned else {
            guard let permit = facts.gate.permit(for: .claim) else { return Turn(.again) }
            return Turn(
                .claiming(goal, record),
                .write(.claim(record, over: facts.standing.version, expecting: goal.key), permit))
        }
        let note = facts.note(waiting)
        guard facts.noted != note || facts.standing.record != record else { return Turn(.waiting) }
        guard let permit = facts.gate.permit(for: .amendment, finishing: begun) else { return Turn(.again) }
        return Turn(
            .noting(record, .wait(note)), .write(.wait(record, note, over: facts.standing.version), permit))
    }

    // MARK: When it fails

    private static func failedInFabric(
        _ errand: Errand, _ failure: Failure, begun: WritePermit?, _ facts: Facts
    ) -> Turn {
        if Meaning.isOpen(failure), !facts.gate.closedBy.contains(.fabricDown) {
            return Turn(.asking(errand, failure, begun), .ping, after: [.doubted])
        }
        guard Meaning(of: failure, by: .fabric) == .rejection else {
            return Turn(.failed, after: [.doubted, .failed(.fabric, failure)])
        }
        return noteFailure(errand, failure, begun: begun, facts).after([.doubted])
    }

    /// Tells why the partition is not in step, in the ledger too.
    private static func noteFailure(
        _ errand: Errand, _ failure: Failure, begun: WritePermit?, _ facts: Facts
    ) -> Turn {
        guard let record = facts.standing.record(failing: errand, failure), record != facts.standing.record,
            let permit = facts.gate.permit(for: .amendment, finishing: begun)
        else { return Turn(.failed, after: [.troubled(failure)]) }
        return Turn(
            .noting(record, .failure), .write(.amend(record, over: facts.standing.version), permit),
            after: [.troubled(failure)])
    }

    private static func failedInLedger(_ failure: Failure) -> Turn {
        // It may have been written all the same, now or later.
        let doubt: [Effect] = failure.outcome == .unknown ? [.recordDoubted] : []
        guard Meaning(of: failure, by: .ledger) != .outage else {
            return Turn(.failed, after: doubt + [.failed(.ledger, failure)])
        }
        return Turn(.failed, after: doubt + [.troubled(failure)])
    }

    /// Until the store has been read again nothing is done to the partition.
    private static var lookAgain: Turn { Turn(.failed, after: [.recordDoubted, .lookAgain]) }
}

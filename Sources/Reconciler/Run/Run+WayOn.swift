internal import Fabric
internal import KeyHistory
internal import Planning

/// What a run does next, from what the partition is seen to be: the way from a plan to a record.
extension Run {
    /// The partition is known: what is to be done with it?
    static func plan(_ goal: Goal, actual: Partition?, _ facts: Facts) -> Turn {
        // Another run finds what was just read, and says what is in the way.
        guard !facts.isInConflict(goal, actual: actual) else { return Turn(.again) }
        let isOwned = facts.standing.isOwned
        let isGone = goal.wish == .absent && actual == nil
        // What is not there needs no request to be told of.
        if facts.gate.isRehearsal, isGone { return Turn(.rehearsed, after: [.waits(nil)]) }
        let revenant = goal.wish == .absent ? facts.standing.revenant(actual) : nil
        let steps =
            isGone && facts.standing.isToBeDeleted || revenant != nil
            ? [.delete(goal.pkey)]
            : facts.steps(goal, from: actual, isOwned: isOwned, strategy: facts.strategy)
        let waits = Effect.waits(facts.waiting(goal, actual: actual))
        guard let first = steps.first else {
            return conclude(goal, actual: actual, begun: nil, isOwned: isOwned, facts).after([waits])
        }
        if let refusal = facts.refusal, isOwned, !facts.gate.isRehearsal {
            return noteFailure(goal.errand, refusal, begun: nil, facts).after([waits])
        }
        let words = [waits] + RunWords.planned(steps, for: facts.standing, actual: actual)
        if facts.gate.isRehearsal {
            return Turn(.rehearsed, after: words + RunWords.rehearsed(goal, steps, now: facts.now))
        }
        if case .delete = first {
            if let stop = facts.deletionStop { return stop }
            // The authorisation compares the keys by itself.
            guard let permit = facts.gate.permit(for: .authorisation) else { return Turn(.again) }
            if let revenant { return takeBack(goal, revenant, permit).after(words) }
            let known = facts.standing.record.flatMap { $0.key.isEmpty ? nil : $0.key }
            var record = LedgerRecord(.deleting, key: known ?? goal.errand.key, revision: goal.errand.revision)
            // Why it failed stays there until it does not.
            if let before = facts.standing.record, before.state == .deleting { record.error = before.error }
            return Turn(
                .authorising(goal, record),
                .write(
                    .authoriseDeletion(
                        record, over: facts.standing.version, expecting: goal.keys(and: record.key),
                        leaving: facts.standing.tombstone(actual)), permit),
                after: words)
        } else if facts.standing.record.map({ $0.state == .deleting }) ?? true {
            // Nobody's, or to be deleted, until a claim says otherwise.
            guard let permit = facts.gate.permit(for: .claim) else { return Turn(.again) }
            let record = goal.errand.record(.claimed)
            return Turn(
                .claiming(goal, record),
                .write(.claim(record, over: facts.standing.version, expecting: goal.key), permit), after: words)
        } else if let ground = Ground(facts) {
            let attempt = Attempt(first, strategy: facts.strategy, isLast: steps.count == 1)
            return write(goal, attempt, actual: actual, on: ground, facts).after(words)
        } else {
            // It is asked about with others, and comes back with the answer.
            guard !facts.isBeingConfirmed else { return Turn(.waits) }
            guard let permit = facts.gate.permit(for: .confirmation) else { return Turn(.again) }
            return Turn(
                .confirming(goal),
                .write(
                    .confirm(
                        over: facts.standing.version,
                        expecting: goal.keys(and: facts.standing.record?.key ?? goal.errand.key)), permit),
                after: words)
        }
    }

    /// A partition that we had deleted is there again, as it was: it becomes ours, to be deleted once more.
    private static func takeBack(_ goal: Goal, _ revenant: KeptTombstone, _ permit: WritePermit) -> Turn {
        let record = LedgerRecord(.deleting, key: revenant.tombstone.key, revision: .absent)
        return Turn(
            .authorising(goal, record),
            .write(.takeBack(record, by: revenant.version, expecting: goal.keys(and: record.key)), permit))
    }

    /// The ledger allows the first step, or a second opinion does. What is known of the partition may have changed since it was planned.
    static func goOn(_ goal: Goal, _ facts: Facts) -> Turn {
        guard facts.isCurrent(goal), let actual = facts.standing.actual else { return Turn(.again) }
        if goal.wish == .absent, let stop = facts.deletionStop { return stop }
        // A read that says "not there" is no reason to leave the request out.
        let steps =
            goal.wish == .absent
            ? [.delete(goal.pkey)] : facts.steps(goal, from: actual, isOwned: true, strategy: facts.strategy)
        guard let first = steps.first else { return conclude(goal, actual: actual, begun: nil, isOwned: true, facts) }
        let attempt = Attempt(first, strategy: facts.strategy, isLast: steps.count == 1)
        return write(goal, attempt, actual: actual, on: .compared, facts)
    }

    /// - Parameter actual: what the step was planned from.
    static func write(
        _ goal: Goal, _ attempt: Attempt, actual: Partition?, on ground: Ground, _ facts: Facts
    ) -> Turn {
        // Something newer is wanted, its source is in doubt since, nothing may be written, or too much is being written: what
        // was done is known, the rest belongs to another run.
        guard facts.isCurrent(goal), ground.stands(on: facts.standing.word), facts.hasRoom,
            let permit = facts.gate.permit(for: .step, finishing: ground.permit)
        else {
            return Turn(.again)
        }
        if let refusal = facts.refusal { return noteFailure(goal.errand, refusal, begun: ground.permit, facts) }
        let step = attempt.step
        return Turn(.writing(goal, attempt, permit), .write(.step(step), permit), after: [.sending(step)])
    }

    static func verify(
        _ goal: Goal, _ actual: Partition?, _ attempt: Attempt, _ permit: WritePermit, _ facts: Facts
    ) -> Turn {
        // Its record may be gone since: then it is another's as much as any, and another run says so.
        guard facts.isCurrent(goal), !facts.isInConflict(goal, actual: actual) else { return Turn(.again) }
        var attempt = attempt
        var steps = facts.steps(goal, from: actual, isOwned: true, strategy: attempt.strategy)
        var evidence = attempt.step.evidence(in: actual)
        // Flags that were set and are not shown.
        if evidence == .done, steps.first == attempt.step { evidence = .notThere }
        var effects = Self.effects(of: attempt, evidence)
        if let refusal = attempt.refusal {
            if case .create = attempt.step, actual == nil {
                return goRound(goal, attempt, refusal, permit, facts).after(effects)
            }
            // There is no call that deletes it, and nobody in it to remove.
            if case .delete = attempt.step, actual?.members.isEmpty == true {
                return noteFailure(goal.errand, refusal.failure, begun: permit, facts).after(effects)
            }
        } else if evidence != .done {
            switch attempt.unseen(evidence) {
            case .removal(let next):
                attempt = next
                steps = facts.steps(goal, from: actual, isOwned: true, strategy: attempt.strategy)
            case .patience where facts.gate.closedBy.contains(.stopping): return Turn(.again, after: effects)
            case .patience(let next, let pause):
                return Turn(.resting(goal, next, until: facts.now + pause, permit), .nothing, after: effects)
            case .end: return notShown(goal, permit, facts).after(effects)
            }
        }
        effects.append(.waits(facts.waiting(goal, actual: actual)))
        guard let step = steps.first else {
            return conclude(goal, actual: actual, begun: permit, isOwned: true, facts).after(effects)
        }
        let following = insisting(on: step, actual: actual, after: evidence)
        guard let next = attempt.next(following, isLast: steps.count == 1) else {
            return notShown(goal, permit, facts).after(effects)
        }
        return write(goal, next, actual: actual, on: .begun(permit), facts).after(effects)
    }

    /// What a read says of the one request that sets all members. One that is refused for what it is about says nothing.
    static func effects(of attempt: Attempt, _ evidence: StepEvidence) -> [Effect] {
        guard case .replace = attempt.step else { return [] }
        switch (evidence, attempt.refusal?.setback) {
        case (.done, _): return [.whole(worked: true)]
        case (.notGone, nil), (_, .noSuchCall?), (_, .refusedWhole(isDoubtful: true)?):
            return [.whole(worked: false)]
        case (.notThere, _), (.notGone, _): return []
        }
    }

    /// UFM has not taken a step: there may be a way round.
    static func follow(
        _ detour: Attempt.Detour, _ goal: Goal, _ refusal: StepRefusal, _ permit: WritePermit, _ facts: Facts
    ) -> Turn {
        switch detour {
        case .read(let next): Turn(.verifying(goal, next, permit), .verify(.singly))
        case .none: noteFailure(goal.errand, refusal.failure, begun: permit, facts)
        }
    }

    /// The partition that was to be made is not there: it is made in another way.
    static func goRound(
        _ goal: Goal, _ attempt: Attempt, _ refusal: StepRefusal, _ permit: WritePermit, _ facts: Facts
    ) -> Turn {
        guard let other = attempt.other else { return follow(attempt.missed(), goal, refusal, permit, facts) }
        // What may join was found out when the first way was planned.
        let waits = facts.waiting(goal, actual: nil)?.holders ?? [:]
        guard other.arriving.allSatisfy({ waits[$0] == nil }) else { return Turn(.again) }
        return write(goal, attempt.turning(to: other), actual: nil, on: .begun(permit), facts)
    }

    /// A deletion that is not seen is sent once more as a removal of all members, which UFM follows by deleting.
    static func insisting(
        on step: PlanStep, actual: Partition?, after evidence: StepEvidence
    ) -> PlanStep {
        guard case .delete(let pkey) = step, evidence == .notGone, let members = actual?.members.guids,
            !members.isEmpty
        else { return step }
        return .remove(pkey, members)
    }

    static func notShown(_ goal: Goal, _ permit: WritePermit, _ facts: Facts) -> Turn {
        let failure = Failure(
            .notShown, "UFM accepted the change of PKey \(goal.pkey) but does not show it", at: .partition(goal.pkey))
        return noteFailure(goal.errand, failure, begun: permit, facts)
    }

    /// The fabric is as far as it can be; brings the ledger in line.
    static func conclude(
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
    static func concludeAbsence(_ goal: Goal, begun: WritePermit?, _ facts: Facts) -> Turn {
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
    static func wait(
        _ goal: Goal, _ waiting: Waiting, begun: WritePermit?, isOwned: Bool, _ facts: Facts
    ) -> Turn {
        let record = goal.errand.record(.claimed)
        guard isOwned else {
            guard let permit = facts.gate.permit(for: .claim) else { return Turn(.again) }
            return Turn(
                .claiming(goal, record),
                .write(.claim(record, over: facts.standing.version, expecting: goal.key), permit))
        }
        let note = WaitingNote(waiting, because: facts.failure)
        guard facts.noted != note || facts.standing.record != record else { return Turn(.waiting) }
        guard let permit = facts.gate.permit(for: .amendment, finishing: begun) else { return Turn(.again) }
        return Turn(
            .noting(record, .wait(note)), .write(.wait(record, note, over: facts.standing.version), permit))
    }
}

internal import Fabric
internal import KeyHistory
internal import Planning

/// How a run begins, and what follows from each answer: one way out of every case, and none for what was not asked.
extension Run {
    /// - Parameter goal: makes of an errand and a wish what the run sets out to do.
    static func begin(_ errand: Errand, keys: [KeyName: KeyState], _ facts: Facts) -> Turn {
        let standing = facts.standing
        guard !facts.isRecordDoubtful else { return Turn(.waits) }
        let dispute = Effect.conflicts(standing.conflict)
        if let noting = standing.conflictNote {
            guard !facts.gate.isRehearsal else { return Turn(.rehearsed, after: [dispute, .waits(nil)]) }
            guard let permit = facts.gate.permit(for: .amendment) else { return Turn(.again, after: [dispute]) }
            return Turn(
                .disputing(noting.note), .write(.conflict(noting.note), permit), after: [dispute, .waits(nil)])
        }
        return turn(errand, keys: keys, facts).after([dispute])
    }

    private static func turn(_ errand: Errand, keys: [KeyName: KeyState], _ facts: Facts) -> Turn {
        let standing = facts.standing
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

    static func begin(_ goal: Goal, _ facts: Facts) -> Turn {
        // What was brought back is looked at once more before it is taken for ours.
        let wantsRead = goal.wish == .absent && (facts.standing.wantsSingleWitness || facts.standing.isBack)
        guard let actual = facts.standing.actual, !wantsRead else {
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
        case .confirming, .claiming, .authorising, .writing, .resting, .recording, .releasing, .asking, .noting,
            .disputing:
            nil
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
                    .verifying(goal, attempt, permit), .verify(facts.manner(of: attempt)),
                    after: [.written] + RunWords.written(attempt.step))
            case .failure(let failure):
                Self.failedInFabric(goal.errand, failure, begun: permit, facts).after([.written])
            }
        case .reading, .confirming, .claiming, .authorising, .verifying, .resting, .recording, .releasing, .asking,
            .noting, .disputing:
            nil
        }
    }

    /// Time has passed, or something else is wanted; nil where it waits for an answer.
    func woken(_ facts: Facts) -> Turn? {
        switch self {
        case .resting(let goal, let attempt, _, let permit):
            facts.isCurrent(goal) ? Turn(.verifying(goal, attempt, permit), .verify(.singly)) : Turn(.again)
        case .reading, .confirming, .claiming, .authorising, .writing, .verifying, .recording, .releasing, .asking,
            .noting, .disputing:
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
                Self.goOn(goal, facts).after([.confirmed(goal.errand.revision, by: Array(goal.keys.keys))])
            // What is ours stays ours: the list was wrong, or is no longer right.
            case .success(.refused): Turn(.failed, after: facts.refutation + [.lookAgain])
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .claiming(let goal, let record):
            switch result {
            case .success(.written(let version)):
                // Of one key it is sure now; where there are more, what they come to is not.
                (goal.keys.count == 1 ? Self.goOn(goal, facts) : Turn(.again))
                    .after([.recorded(KeptRecord(record, version)), Self.comparison(of: goal)])
            case .success(.refused), .success(.allowed): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .authorising(let goal, let record):
            switch result {
            case .success(.written(let version)):
                Self.goOn(goal, facts).after([.recorded(KeptRecord(record, version))])
            // A store that is full has said yes, and could not write it down: the record stays as it is.
            case .success(.allowed): Self.goOn(goal, facts)
            case .success(.refused): Self.lookAgain.after(facts.refutation + RunWords.notDeleted(goal.pkey))
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .recording(let goal, let record, let permit):
            switch result {
            case .success(.written(let version)):
                Turn(
                    .done,
                    after: [.recorded(KeptRecord(record, version)), Self.comparison(of: goal)]
                        + RunWords.inStep(goal.errand, hasWritten: permit != nil, now: facts.now))
            case .success(.refused), .success(.allowed): Self.lookAgain.after(facts.contest)
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
        case .disputing(let note):
            switch result {
            case .success(.written), .success(.allowed): Turn(.done, after: [.conflictNoted(note)])
            case .success(.refused): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure, [.recordDoubted])
            }
        case .reading, .writing, .verifying, .resting, .asking: nil
        }
    }

    /// A claim has compared the key that it is of.
    private static func comparison(of goal: Goal) -> Effect {
        .confirmed(goal.errand.revision, by: [goal.errand.key])
    }
}

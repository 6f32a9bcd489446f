internal import Fabric
internal import KeyHistory
internal import Planning

/// One run over one partition, by the request whose answer it waits for; each case carries what the next one needs. Pure.
///
/// It begins with ``begin(_:_:)``, and every answer gives a ``Turn``: what was learnt, and then the next request or the end.
/// Every write takes a permit of the gate; one that is refused ends the run, to be taken up when the gate opens.
enum Run: Sendable {
    /// Reads the partition, since what is known of it is uncertain.
    /// → claiming, authorising, writing, recording, releasing, noting a failure, or over
    case reading(Goal)
    /// Writes the record that must stand in the ledger before the first change.
    /// → writing, or over
    case claiming(Goal, LedgerRecord, Steps)
    /// Asks the ledger whether the partition may be deleted.
    /// → writing, or over
    case authorising(Goal, LedgerRecord, Steps)
    /// Has the fabric manager take the first of these steps.
    /// → writing the next one, verifying, noting a failure, or over
    case writing(Goal, Steps, WritePermit)
    /// Reads the partition to see whether the fabric manager has it as it said; the permit is that of the last step.
    /// → recording, releasing, noting a failure, or over
    case verifying(Goal, WritePermit)
    /// Writes down that the partition is in step; the permit is there if this run has written it.
    /// → over
    case recording(Errand, LedgerRecord, WritePermit?)
    /// Takes a partition that is gone out of the ledger; the permit is there if this run has deleted it.
    /// → over
    case releasing(Errand, WritePermit?)
    /// Writes down why the partition is not in step, or is left as it is.
    /// → over
    case noting(LedgerRecord, Note)

    enum Note: Hashable, Sendable {
        case failure
        case hold
    }

    var phase: EngineStatus.Run.Phase {
        switch self {
        case .reading: .reading
        case .claiming: .claiming
        case .authorising: .authorising
        case .writing: .writing
        case .verifying: .verifying
        case .recording: .recording
        case .releasing: .releasing
        case .noting: .noting
        }
    }

    /// What a run has to know beside what it carries: how things stand when it begins or is answered.
    struct Facts: Sendable {
        let standing: Standing
        let planner: Planner
        let gate: WriteGate
        let now: Duration

        /// Whether what was wanted when the run began is what is wanted now.
        func isCurrent(_ goal: Goal) -> Bool {
            standing.revision == goal.errand.revision && standing.intent == goal.wish.intent
        }
    }
}

// MARK: The beginning, and the answers

extension Run {
    /// - Parameter goal: makes of an errand and a wish what the run sets out to do.
    static func begin(_ errand: Errand, keys: [KeyName: KeyVersion], _ facts: Facts) -> Turn {
        let standing = facts.standing
        switch standing.intent {
        case .held:
            guard let record = standing.holdRecord, !facts.gate.isRehearsal else {
                return Turn(facts.gate.isRehearsal ? .rehearsed : .done)
            }
            guard let permit = facts.gate.permit(for: .amendment) else { return Turn(.again) }
            return Turn(.noting(record, .hold), .write(.amend(record), permit))
        case .present(let partition):
            return begin(Goal(errand: errand, wish: .present(partition), keys: keys), facts)
        case .absent:
            return begin(Goal(errand: errand, wish: .absent, keys: keys), facts)
        }
    }

    private static func begin(_ goal: Goal, _ facts: Facts) -> Turn {
        guard let actual = facts.standing.actual else { return Turn(.reading(goal), .read) }
        return plan(goal, actual: actual, facts)
    }

    /// The partition was read, or could not be; nil where that is not what was asked.
    func read(_ result: Result<Partition?, Failure>, _ facts: Facts) -> Turn? {
        switch self {
        case .reading(let goal):
            switch result {
            case .success(let partition): Self.plan(goal, actual: partition, facts).after([.seen(partition)])
            case .failure(let failure): Self.failedInFabric(goal.errand, failure, begun: nil, facts)
            }
        case .verifying(let goal, let permit):
            switch result {
            case .success(let partition):
                Self.verify(goal, partition, permit, facts).after([.seen(partition)])
            case .failure(let failure): Self.failedInFabric(goal.errand, failure, begun: permit, facts)
            }
        case .claiming, .authorising, .writing, .recording, .releasing, .noting: nil
        }
    }

    /// The fabric manager has taken a step, or has not; nil where that is not what was asked.
    func written(_ result: Result<Void, Failure>, _ facts: Facts) -> Turn? {
        switch self {
        case .writing(let goal, let steps, let permit):
            switch result {
            case .success:
                Self.goOn(goal, steps.rest, permit, facts)
                    .after([.wrote(steps.first)] + RunWords.written(steps.first))
            case .failure(let failure): Self.failedInFabric(goal.errand, failure, begun: permit, facts)
            }
        case .reading, .claiming, .authorising, .verifying, .recording, .releasing, .noting: nil
        }
    }

    /// The ledger has written a record, or has not; nil where that is not what was asked.
    func recorded(_ result: Result<LedgerAnswer, Failure>, _ facts: Facts) -> Turn? {
        switch self {
        case .claiming(let goal, let record, let steps):
            switch result {
            case .success(.done): Self.write(goal, steps, begun: nil, facts).after([.recorded(record)])
            case .success(.refused): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .authorising(let goal, let record, let steps):
            switch result {
            case .success(.done): Self.write(goal, steps, begun: nil, facts).after([.recorded(record)])
            case .success(.refused): Self.lookAgain.after(RunWords.notDeleted(goal.pkey))
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .recording(let errand, let record, let permit):
            switch result {
            case .success(.done):
                Turn(
                    .done,
                    after: [.recorded(record)]
                        + RunWords.inStep(errand, hasWritten: permit != nil, now: facts.now))
            case .success(.refused): Self.lookAgain
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .releasing(let errand, let permit):
            switch result {
            case .success(.done):
                Turn(
                    .done,
                    after: [.recorded(nil)] + RunWords.gone(errand, hasWritten: permit != nil, now: facts.now))
            case .success(.refused): Self.lookAgain
            case .failure(let failure):
                // The record may be gone. Without one in mind, whatever comes next claims before it writes.
                Self.failedInLedger(failure).after([.recorded(nil)])
            }
        case .noting(let record, .hold):
            switch result {
            case .success(.done): Turn(.done, after: [.recorded(record)])
            case .success(.refused): Turn(.done, after: [.recorded(nil)])
            case .failure(let failure): Self.failedInLedger(failure)
            }
        case .noting(let record, .failure):
            switch result {
            case .success(.done): Turn(.failed, after: [.recorded(record)])
            case .success(.refused): Turn(.failed, after: [.recorded(nil)])
            // What went wrong has been said, and will be tried again.
            case .failure: Turn(.failed)
            }
        case .reading, .writing, .verifying: nil
        }
    }
}

// MARK: The way on

extension Run {
    /// The partition is known: what is to be done with it?
    private static func plan(_ goal: Goal, actual: Partition?, _ facts: Facts) -> Turn {
        let isOwned = facts.standing.isOwned
        let steps = facts.planner.steps(
            for: goal.pkey, intent: goal.wish.intent, actual: actual, isOwned: isOwned)
        guard let steps = Steps(steps) else { return conclude(goal, begun: nil, facts) }
        let words = RunWords.planned(steps.all, for: facts.standing, actual: actual)
        if facts.gate.isRehearsal {
            return Turn(.rehearsed, after: words + RunWords.rehearsed(goal, steps.all, now: facts.now))
        }
        if case .delete = steps.first {
            guard let permit = facts.gate.permit(for: .authorisation) else { return Turn(.again) }
            let known = facts.standing.record.flatMap { $0.key.isEmpty ? nil : $0.key }
            let record = LedgerRecord(.deleting, key: known ?? goal.errand.key, revision: goal.errand.revision)
            var expected = goal.keys
            if expected[record.key] == nil { expected[record.key] = .absent }
            return Turn(
                .authorising(goal, record, steps), .write(.authoriseDeletion(record, expecting: expected), permit),
                after: words)
        } else if !isOwned {
            guard let permit = facts.gate.permit(for: .claim) else { return Turn(.again) }
            let record = goal.errand.record(.claimed)
            return Turn(.claiming(goal, record, steps), .write(.claim(record), permit), after: words)
        } else {
            return write(goal, steps, begun: nil, facts).after(words)
        }
    }

    /// After a step: the next one, or the proof that all of them were taken.
    private static func goOn(_ goal: Goal, _ rest: Steps?, _ permit: WritePermit, _ facts: Facts) -> Turn {
        guard let rest else { return Turn(.verifying(goal, permit), .read) }
        return write(goal, rest, begun: permit, facts)
    }

    private static func write(_ goal: Goal, _ steps: Steps, begun: WritePermit?, _ facts: Facts) -> Turn {
        // Something newer is wanted, or nothing may be written: what was done is known, the rest belongs to another run.
        guard facts.isCurrent(goal), let permit = facts.gate.permit(for: .step, finishing: begun) else {
            return Turn(.again)
        }
        return Turn(.writing(goal, steps, permit), .write(.step(steps.first), permit))
    }

    private static func verify(_ goal: Goal, _ actual: Partition?, _ permit: WritePermit, _ facts: Facts) -> Turn {
        let steps = facts.planner.steps(for: goal.pkey, intent: goal.wish.intent, actual: actual, isOwned: true)
        guard steps.isEmpty else {
            let failure = Failure(
                .notShown, "UFM accepted the change of PKey \(goal.pkey) but does not show it",
                at: .partition(goal.pkey))
            return noteFailure(goal.errand, failure, begun: permit, facts)
        }
        return conclude(goal, begun: permit, facts)
    }

    /// The fabric is right; brings the ledger in line.
    private static func conclude(_ goal: Goal, begun: WritePermit?, _ facts: Facts) -> Turn {
        let errand = goal.errand
        switch goal.wish {
        case .present:
            let record = errand.record(.synced)
            guard facts.standing.record != record else { return Turn(.done) }
            if facts.gate.isRehearsal {
                return Turn(.rehearsed, after: RunWords.inStep(errand, hasWritten: false, now: facts.now))
            }
            guard let permit = facts.gate.permit(for: .claim, finishing: begun) else { return Turn(.again) }
            return Turn(.recording(errand, record, begun), .write(.claim(record), permit))
        case .absent where facts.standing.isOwned:
            if facts.gate.isRehearsal { return Turn(.rehearsed) }
            guard let permit = facts.gate.permit(for: .release, finishing: begun) else { return Turn(.again) }
            return Turn(.releasing(errand, begun), .write(.release, permit))
        case .absent: return Turn(.done)
        }
    }

    // MARK: When it fails

    private static func failedInFabric(
        _ errand: Errand, _ failure: Failure, begun: WritePermit?, _ facts: Facts
    ) -> Turn {
        guard Meaning(of: failure, by: .fabric) == .rejection else {
            return Turn(.failed, after: [.doubted, .failed(.fabric, failure)])
        }
        return noteFailure(errand, failure, begun: begun, facts).after([.doubted])
    }

    /// Tells why the partition is not in step, in the ledger too.
    private static func noteFailure(
        _ errand: Errand, _ failure: Failure, begun: WritePermit?, _ facts: Facts
    ) -> Turn {
        guard let known = facts.standing.record, known.state != .deleting,
            let permit = facts.gate.permit(for: .amendment, finishing: begun)
        else { return Turn(.failed, after: [.troubled(failure)]) }
        let record = errand.record(.failing, error: failure.message)
        return Turn(.noting(record, .failure), .write(.amend(record), permit), after: [.troubled(failure)])
    }

    private static func failedInLedger(_ failure: Failure) -> Turn {
        guard Meaning(of: failure, by: .ledger) != .outage else {
            return Turn(.failed, after: [.failed(.ledger, failure)])
        }
        return Turn(.failed, after: [.troubled(failure)])
    }

    /// Until the store has been read again the partition is taken for not ours.
    private static var lookAgain: Turn { Turn(.failed, after: [.recorded(nil), .lookAgain]) }
}

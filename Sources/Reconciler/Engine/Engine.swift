internal import Fabric
internal import KeyHistory
internal import Planning

/// Makes a fabric agree with its source: told what happens, it says what to do. Pure: no clock, no I/O, no concurrency.
///
/// What is wanted comes from the source, what is there from the fabric, what is ours from the ledger. Nothing is planned
/// until all three have been read completely once. PKeys that may differ are queued, and each is gone about by a ``Run``.
///
/// The engine only leads from one value to the next. What is known is kept by ``Sides``, what may be done is decided by
/// ``Admission``, whether anything may be written by ``WriteGate``, what waits and runs is kept by ``Work``, when time alone is
/// a reason by ``Clockwork``, and what happened so far by ``Counts``.
package struct Engine: Sendable {
    private let configuration: EngineConfiguration
    private var sides: Sides
    private var admission: Admission
    private var gate: WriteGate
    private var work: Work
    private var clockwork: Clockwork
    private var beginning: Beginning
    private var counts = Counts()
    private var leaving = LeavingPorts()
    private var waiters = WaitingPartitions()
    private var wholeRequests = WholeRequests()
    private var end: EngineEnd?

    package init(_ configuration: EngineConfiguration, seed: UInt64 = .random(in: .min ... .max)) {
        self.configuration = configuration
        sides = Sides(
            source: SourceSide(configuration.nothingDesired, floors: configuration.floors),
            fabric: FabricSide(Absences(configuration.deleteGuard, runsOnce: configuration.runsOnce)))
        admission = Admission(configuration.limits, configuration.deleteGuard)
        gate = WriteGate(closedBy: configuration.closedBy.union([.starting]))
        work = Work(seed: seed, runsOnce: configuration.runsOnce)
        clockwork = Clockwork(interval: configuration.resyncInterval)
        beginning = Beginning(runsOnce: configuration.runsOnce)
    }

    /// How it stands with everything.
    package func status(now: Duration) -> EngineStatus {
        EngineStatus(
            at: now, stage: EngineStatus.Stage(gate, hasEnded: end != nil), closedBy: gate.closedBy,
            sources: sides.source.statuses, fabric: sides.fabric.status, ledger: sides.ledger.status,
            records: sides.ledger.states, guarded: admission.guarded, queue: work.lines, underWay: work.underWay,
            totals: counts.totals, findings: counts.findings, lines: counts.lines)
    }

    /// Takes an event; says what to do now, and when to be told of the time again.
    package mutating func handle(_ event: EngineEvent, now: Duration) -> (actions: [EngineAction], wakeAt: Duration?) {
        guard end == nil else { return ([], nil) }
        var out = Output(now: now, after: counts)
        switch event {
        case .started:
            readFabric(&out)
            readLedger(&out)
        case .source(let source, let event): take(event, from: source, &out)
        case .sourceEnded(let source, let failure): sourceEnded(source, failure, &out)
        case .sourceListed(let asked, let result): takeList(asked, result, &out)
        case .fabricPinged(let result): takePing(result, &out)
        case .fabricRead(let result): takeFabric(result, &out)
        case .ledgerRead(let read, let result): takeLedger(read, result, &out)
        case .batchClaimed(let claims, let result): takeBatch(claims, result, &out)
        case .answered(let pkey, let id, let answer): take(answer, of: pkey, id, &out)
        case .gate(let change): gate.take(change)
        case .timer: break
        case .stop: gate.close(.stopping)
        }
        let isEnding = gate.closedBy.contains(.stopping)
        if !isEnding { keepTime(&out) }
        wakeRuns(&out)
        startRuns(&out)
        if !isEnding, sides.ledger.needsRead { readLedger(&out) }
        if isEnding, work.runCount == 0 { finish(.stopped, &out) }
        finishOnce(&out)
        counts.take(out)
        return (out.actions, end == nil && !isEnding ? nextTime(now: now) : nil)
    }

    private mutating func finish(_ end: EngineEnd, _ out: inout Output) {
        guard self.end == nil else { return }
        self.end = end
        out.add(.finish(end))
    }

    /// In a single run: ends when everything has been done that can be.
    private mutating func finishOnce(_ out: inout Output) {
        guard configuration.runsOnce, end == nil,
            let how = EngineEnd(ofSingleRun: sides, gate, admission, waiters, work)
        else { return }
        let hasDeleted = sides.ledger.records?.values.contains(where: \.record.isSeenGone) ?? false
        if !how.isFailure, hasDeleted, clockwork.takeWitness() { return readFabric(&out) }
        finish(how, &out)
    }

    // MARK: Time

    private mutating func keepTime(_ out: inout Output) {
        take(sides.source.pass(now: out.now), isListed: true, &out)
        for request in sides.source.requestsInDoubt(now: out.now) { out.add(.listSource(request)) }
        for (source, point) in sides.source.toRemember(now: out.now) { out.add(.remember(source, point)) }
        for due in clockwork.due(now: out.now, sides, isHolding: admission.isHolding) {
            switch due {
            case .fabricRetry: retryFabric(&out)
            case .witness: readFabric(&out)
            case .ledgerRetry:
                sides.ledger.retrying()
                readLedger(&out)
            case .approvalLook: readLedger(&out)
            case .look:
                listSources(&out)
                readLedger(&out)
            case .resync:
                readFabric(&out)
                listSources(&out)
                readLedger(&out)
            }
        }
        for source in beginning.due(now: out.now) { out.add(.follow(source)) }
    }

    private func nextTime(now: Duration) -> Duration? {
        let next = clockwork.next(sides) {
            work.busyCount < configuration.concurrency ? work.nextReady(after: now) : nil
        }
        return ([next, beginning.next] + work.resting.map(\.until)).compactMap(\.self).min()
    }

    /// Whoever has told once what is there is first asked whether it is there at all.
    private mutating func retryFabric(_ out: inout Output) {
        guard sides.fabric.isKnown else { return readFabric(&out) }
        sides.fabric.retrying()
        out.add(.pingFabric)
    }

    private mutating func readFabric(_ out: inout Output) {
        counts.passBegan(now: out.now)
        sides.fabric.readingStarted(now: out.now)
        clockwork.fabricIsRead()
        out.add(.readFabric)
    }

    private mutating func readLedger(_ out: inout Output) {
        out.add(.readLedger(sides.ledger.readingStarted()))
    }

    private func listSources(_ out: inout Output) {
        for request in sides.source.requests { out.add(.listSource(request)) }
    }

    // MARK: What the sources tell

    private mutating func take(_ event: SourceEvent, from source: SourceID, _ out: inout Output) {
        switch event {
        case .listed(let list, let reason):
            let isFirst = !sides.source.isListed(source)
            if let lasted = beginning.told(source, now: out.now) { sides.source.restored(source, after: lasted) }
            sides.source.relisted(source, reason)
            out.found(.listed(source, reason: reason, keys: list.entries.count, list.revision))
            // The store may have been restored or wiped, and the ledger with it.
            if !isFirst { readLedger(&out) }
            take(list, .afresh, from: source, &out)
        case .changed(let point, let changes):
            take(sides.source.changed(changes, at: point, from: source, now: out.now), isListed: false, &out)
        case .progress(let point): sides.source.reached(point, in: source, now: out.now)
        case .lost(let failure): sides.source.lost(source, failure, now: out.now)
        case .restored(let duration): sides.source.restored(source, after: duration)
        }
    }

    /// A source refused before it had told anything.
    private mutating func sourceEnded(_ source: SourceID, _ failure: Failure, _ out: inout Output) {
        guard !sides.source.isListed(source) else { return finish(.failed(failure), &out) }
        guard !beginning.ends(.source(source), after: failure, now: out.now) else {
            return finish(.failed(failure), &out)
        }
        if beginning.ended(source, failure, now: out.now) { sides.source.lost(source, failure, now: out.now) }
    }

    private mutating func takeList(
        _ asked: ListRequest, _ result: Result<KeySnapshot, Failure>, _ out: inout Output
    ) {
        guard sides.source.isCurrent(asked) else { return }
        switch result {
        case .success(let list): take(list, .besideWatch(asked: asked.told), from: asked.source, &out)
        case .failure(let failure): out.found(.notListed(failure))
        }
    }

    /// Takes a list, as far as it is to be believed.
    private mutating func take(
        _ list: KeySnapshot, _ occasion: ListOccasion, from source: SourceID, _ out: inout Output
    ) {
        let (wasInDoubt, before) = (sides.source.told.isInDoubt, sides.source.reached(source))
        let outcome = sides.source.listed(list, occasion, from: source, now: out.now)
        if outcome.verdict == .overtaken {
            out.found(.listedOld(list.revision, newest: before?.revision ?? .absent))
        }
        for message in sides.source.words(
            on: outcome.verdict, of: list, from: source, before: before, wasInDoubt: wasInDoubt)
        {
            out.say(message)
        }
        guard outcome.verdict.isUsed else { return }
        if outcome.verdict == .believed { beginAnotherHistory(outcome.reverted, &out) }
        take(outcome, isListed: true, &out)
        if gate.closedBy.contains(.starting) || occasion == .afresh { begin(&out) }
    }

    /// A source has another history than we knew: verdicts and ledger are found out anew, and what went back is held where it
    /// is much.
    private mutating func beginAnotherHistory(_ reverted: Set<PKey>, _ out: inout Output) {
        admission.forgetVerdicts()
        readLedger(&out)
        // What was told while the list was under way is in the next one.
        listSources(&out)
        guard let picture = sides.picture else { return }
        // A claim that the new history refused has taken the ownership of some from us, until the ledger is read.
        let ours = sides.ledger.doubted.union(picture.records.keys)
        let lost = ours.count { picture.desired.isLost($0) }
        let held = admission.judgeReverted(
            reverted.intersection(ours).map {
                Admission.Candidate($0, picture.desired, record: picture.records[$0]?.record)
            }, lost: lost, owned: ours.count)
        guard !held.isEmpty else { return }
        out.found(.heldBack(Capped(held), of: ours.count))
        for pkey in held { work.ask(pkey, .fresh, now: out.now) }
        clockwork.lookForApprovals(now: out.now)
    }

    /// Notes and queues what an update of what is wanted has changed.
    private mutating func take(_ outcome: DesiredState.Outcome, isListed: Bool, _ out: inout Output) {
        for warning in outcome.warnings { out.say(Message(.warning, warning)) }
        guard let picture = sides.picture, !outcome.changed.isEmpty else { return }
        admission.heard(outcome.heard)
        let judgement = judgeDeletions(among: outcome.changed, isListed: isListed, picture, now: out.now)
        out.found(judgement.findings(of: picture.owned))
        indexPorts(of: outcome.changed, picture, &out)
        let changed = outcome.changed.sorted()
        let (new, deleted) = picture.news(among: changed)
        if !new.isEmpty || !deleted.isEmpty { out.found(.wanted(new: Capped(new), deleted: Capped(deleted))) }
        for pkey in changed {
            counts.note(picture.standing(of: pkey, admission, leaving).intent, of: pkey)
            work.ask(pkey, .fresh, now: out.now)
        }
        if !changed.isEmpty { sides.fabric.hurry(now: out.now) }
    }

    // MARK: What the ledger and the fabric tell

    private mutating func takeLedger(
        _ read: LedgerRead, _ result: Result<LedgerContent, Failure>, _ out: inout Output
    ) {
        let before = sides.ledger.records
        switch result {
        case .success(let content):
            let resolved = sides.ledger.read(read, content)
            gate.open(.ledgerDown)
            let (known, strange) = (sides.ledger.records ?? [:], sides.ledger.strange)
            sides.fabric.inherit(known.mapValues(\.record), now: out.now) {
                work.isRunning($0) || work.isBeingClaimed($0)
            }
            // An earlier run ended before its list.
            if configuration.runsOnce, known.values.contains(where: \.record.isSeenGone) {
                clockwork.wantWitness(now: out.now)
            }
            // Records go only by our own releases: if others are gone, so may much else in etcd be.
            let lost = (before ?? [:]).keys.filter { known[$0] == nil && strange[$0] == nil }.sorted()
            if !lost.isEmpty { out.found(.lostRecords(Capped(lost), of: before?.count ?? 0)) }
            for strange in sides.ledger.news(in: content) { out.found(.strange(strange)) }
            noteRoom(content.room, &out)
            admission.forgetAll { content.records[$0] != nil || known[$0] != nil }
            for pkey in resolved { work.ask(pkey, .resync, now: out.now) }
            if before == nil { begin(&out) } else { review(.ledgerRead, &out) }
        case .failure(let failure):
            sides.ledger.readingFailed(read)
            if before == nil, beginning.ends(.ledger, after: failure, now: out.now) {
                return finish(.failed(failure), &out)
            }
            ledgerFailed(failure, now: out.now)
        }
    }

    /// Whether the ledger's store has room is known.
    private mutating func noteRoom(_ room: LedgerContent.Room, _ out: inout Output) {
        if sides.ledger.isNews(room) { out.found(.room(room)) }
    }

    private mutating func takeFabric(_ result: Result<FabricSnapshot, Failure>, _ out: inout Output) {
        let isFirst = !sides.fabric.isKnown
        switch result {
        case .success(let snapshot):
            if sides.fabric.outage != nil { wholeRequests.forget() }
            if configuration.enforcesFlags, counts.foundUntoldFlags(in: snapshot) { out.found(.untoldFlags) }
            if let since = sides.fabric.listIsUsable() { out.found(.listUsable(after: out.now - since)) }
            let (duration, loss) = sides.fabric.read(snapshot, now: out.now)
            if let loss { out.found(.lackingList(loss.lacking, of: loss.seen)) }
            gate.open(.fabricDown)
            clockwork.fabricWasRead(in: duration, now: out.now)
            if isFirst { begin(&out) } else { review(.fabricRead, &out) }
        case .failure(let failure):
            sides.fabric.readingFailed()
            guard isFirst else { return listFailed(failure, &out) }
            if beginning.ends(.fabric, after: failure, now: out.now) { return finish(.failed(failure), &out) }
            fabricFailed(failure, now: out.now)
        }
    }

    /// A complete read has failed: the fabric manager may be away, or this one answer have trouble.
    private mutating func listFailed(_ failure: Failure, _ out: inout Output) {
        guard Meaning.isOpen(failure) || Meaning(of: failure, by: .fabric) == .rejection else {
            return fabricFailed(failure, now: out.now)
        }
        sides.fabric.suspectList(failure)
        clockwork.fabricCouldNotBeRead(now: out.now)
        // It was asked right before, where this read was the first after an outage.
        guard sides.fabric.outage == nil else { return takePing(.success(()), &out) }
        out.add(.pingFabric)
    }

    /// The fabric manager is at work, or is not.
    private mutating func takePing(_ result: Result<Void, Failure>, _ out: inout Output) {
        switch result {
        case .failure(let failure): fabricFailed(failure, now: out.now)
        case .success where sides.fabric.outage != nil && !sides.fabric.isSuspected:
            if !sides.fabric.isBeingRead { readFabric(&out) }
        case .success:
            sides.fabric.returned()
            gate.open(.fabricDown)
            if let failure = sides.fabric.listIsUnusable(now: out.now) { out.found(.listUnusable(failure)) }
        }
    }

    private mutating func fabricFailed(_ failure: Failure, now: Duration) {
        gate.close(.fabricDown)
        _ = sides.fabric.listIsUsable()
        sides.fabric.failed(failure, now: now)
    }

    private mutating func ledgerFailed(_ failure: Failure, now: Duration) {
        gate.close(.ledgerDown)
        sides.ledger.failed(failure, now: now)
    }

    // MARK: What all three together show

    /// Starts the work once all sides are known.
    private mutating func begin(_ out: inout Output) {
        guard let picture = sides.picture else { return }
        if gate.closedBy.contains(.starting) {
            switch sides.source.judge(picture.records.mapValues(\.record), now: out.now) {
            case .goesOn: break
            case .doubted(let isNews):
                guard isNews else { return }
                let words = "the ledger knows later versions of its keys than it lists"
                return out.say(
                    Message(.error, "\(picture.source): \(words): nothing is done until another list says the same"))
            case .believed(let reverted): beginAnotherHistory(reverted, &out)
            }
        }
        gate.open(.starting)
        review(.beginning, &out)
        out.found(.begun(keys: picture.desired.pkeys.count, records: picture.records.count, toDo: work.depth))
    }

    /// Goes through every PKey that a source or the ledger knows, and queues those that differ.
    private mutating func review(_ occasion: Review.Occasion, _ out: inout Output) {
        guard let picture = sides.picture else { return }
        let judgement = judgeDeletions(among: picture.records.keys, isListed: true, picture, now: out.now)
        indexPorts(of: picture.managed.union(leaving.pkeys), picture, &out)
        let review = Review(picture, admission, leaving, waiters, work, configuration.planner)
        out.found(counts.take(review, on: occasion, judgement, picture))
        for pkey in review.differing { work.ask(pkey, .resync, now: out.now) }
        claim(review.unclaimed, picture, &out)
        if occasion != .ledgerRead, sides.fabric.outage == nil { counts.passEnded(now: out.now) }
    }

    /// Judges those of the PKeys that are ours and no longer wanted, as one set of deletions.
    private mutating func judgeDeletions(
        among pkeys: some Sequence<PKey>, isListed: Bool, _ picture: Picture, now: Duration
    ) -> Admission.Judgement {
        let candidates = pkeys.map { pkey in
            Admission.Candidate(pkey, picture.desired, record: picture.records[pkey]?.record)
        }
        let judgement = admission.judge(candidates, owned: picture.owned, isListed: isListed)
        for pkey in judgement.approved + judgement.held { work.ask(pkey, .fresh, now: now) }
        leaving.hold(
            admission.held,
            at: picture.desired.sources.first.flatMap(picture.desired.reached)?.revision ?? .absent)
        if admission.isHolding { clockwork.lookForApprovals(now: now) }
        return judgement
    }

    // MARK: Claims of many

    /// Claims many partitions at once where they are enough; else each is claimed by its own run.
    private mutating func claim(_ pkeys: [PKey], _ picture: Picture, _ out: inout Output) {
        let claims = pkeys.map { ($0, picture.claim(of: $0, admission, leaving)) }
        let batches = BatchClaims.batches(of: claims)
        guard !batches.isEmpty, let permit = gate.permit(for: .batch) else {
            for pkey in pkeys { work.ask(pkey, .resync, now: out.now) }
            return
        }
        for batch in batches {
            work.claiming(batch)
            out.add(.claimBatch(batch, permit))
        }
    }

    /// A batch that was refused or failed is claimed by the runs of its PKeys, each for itself.
    private mutating func takeBatch(
        _ claims: [PKey: NewClaim], _ result: Result<LedgerAnswer, Failure>, _ out: inout Output
    ) {
        if case .failure(let failure) = result {
            if failure.outcome == .unknown { for pkey in claims.keys { sides.ledger.doubt(pkey) } }
            if Meaning(of: failure, by: .ledger) == .outage { ledgerFailed(failure, now: out.now) }
            if failure.cause == .full { noteRoom(.none(failure.message), &out) }
        }
        for (pkey, claim) in claims.sorted(by: { $0.key < $1.key }) {
            let isCurrent = work.claimed(pkey, claim)
            if case .success(.written(let version)) = result, isCurrent {
                note(KeptRecord(claim.record, version), of: pkey, &out)
                sides.source.confirmed(pkey, claim.record.revision)
            }
            work.ask(pkey, .resync, now: out.now)
        }
    }

    // MARK: Ports that leave

    /// Takes note of which ports partitions have still to give up, and asks for those that wait for one that is free now.
    private mutating func indexPorts(of pkeys: some Sequence<PKey>, _ picture: Picture, _ out: inout Output) {
        // In a rehearsal nothing ever leaves.
        guard !gate.isRehearsal else { return }
        let free = leaving.index(pkeys, picture, admission, doubted: sides.ledger.doubted)
        for pkey in waiters.waiting(for: free) { work.ask(pkey, .fresh, now: out.now) }
    }

    private mutating func indexPorts(of pkey: PKey, _ out: inout Output) {
        guard let picture = sides.picture else { return }
        indexPorts(of: CollectionOfOne(pkey), picture, &out)
    }

    private mutating func wait(_ pkey: PKey, for waiting: Waiting?, _ out: inout Output) {
        guard waiters[pkey] != waiting else { return }
        for holder in waiters.set(waiting, of: pkey) {
            work.hurry(holder, now: out.now)
            // One that is guarded has nothing to do before somebody wants what it has.
            guard let standing = sides.picture?.standing(of: holder, admission, leaving), !standing.givenUp.isEmpty
            else {
                continue
            }
            work.ask(holder, .fresh, now: out.now)
        }
        out.found(.waits(pkey, waiting.map { WaitingNote($0) { work.failure(of: $0) } }))
    }

    // MARK: Runs

    private mutating func startRuns(_ out: inout Output) {
        while gate.letsBegin, work.busyCount < configuration.concurrency, let next = work.next(now: out.now) {
            sides.fabric.runBegins(next.pkey)
            if let turn = beginning(of: next.pkey, since: next.since, now: out.now) {
                follow(turn, of: next.pkey, &out)
            }
        }
    }

    private func beginning(of pkey: PKey, since: Duration, now: Duration) -> Turn? {
        guard let picture = sides.picture else { return nil }
        let facts = facts(of: pkey, picture, now: now)
        let errand = Errand(pkey: pkey, key: facts.standing.key, revision: facts.standing.revision, since: since)
        return Run.begin(errand, keys: picture.desired.keyStates(of: pkey), facts)
    }

    private mutating func take(_ answer: EngineEvent.Answer, of pkey: PKey, _ id: RunID, _ out: inout Output) {
        guard work.run(of: pkey, id) != nil else { return }
        sides.fabric.answered(answer, of: pkey, now: out.now)
        if case .written(let result) = answer, case .writing(_, let attempt, _) = work.run(of: pkey, id) {
            counts.wrote(attempt.step, result)
        }
        if let turn = turn(after: answer, of: pkey, id, now: out.now) { follow(turn, of: pkey, &out) }
    }

    /// What a run does when it is answered; nil where no run waits for this answer any more.
    private func turn(after answer: EngineEvent.Answer, of pkey: PKey, _ id: RunID, now: Duration) -> Turn? {
        guard let run = work.run(of: pkey, id), let picture = sides.picture else { return nil }
        return run.answered(answer, facts(of: pkey, picture, now: now))
    }

    private func facts(of pkey: PKey, _ picture: Picture, now: Duration) -> Run.Facts {
        Run.Facts(
            standing: picture.standing(of: pkey, admission, leaving), leaving: leaving,
            planner: configuration.planner, strategy: wholeRequests.strategy, gate: gate,
            isRecordDoubtful: sides.ledger.isDoubtful(pkey), now: now, noted: waiters.note(of: pkey)
        ) { [work] in work.failure(of: $0) }
    }

    /// Lets runs go on that have let time pass for long enough, or for something that is wanted no more.
    private mutating func wakeRuns(_ out: inout Output) {
        for (pkey, until) in work.resting.sorted(by: { $0.pkey < $1.pkey }) {
            guard let picture = sides.picture, let run = work.run(of: pkey) else { continue }
            let facts = facts(of: pkey, picture, now: out.now)
            guard until <= out.now || gate.closedBy.contains(.stopping) || !run.isCurrent(facts) else { continue }
            if let turn = run.woken(facts) { follow(turn, of: pkey, &out) }
        }
    }

    private mutating func follow(_ turn: Turn, of pkey: PKey, _ out: inout Output) {
        for effect in turn.effects { apply(effect, to: pkey, &out) }
        switch turn.next {
        case .request(let run, .nothing): _ = work.goesOn(pkey, as: run, now: out.now)
        case .request(let run, .ping): out.add(.ping(pkey, work.goesOn(pkey, as: run, now: out.now)))
        case .request(let run, .read):
            sides.fabric.asking(for: pkey, now: out.now)
            out.add(.read(pkey, work.goesOn(pkey, as: run, now: out.now)))
        case .request(let run, .write(let write, let permit)):
            out.add(.write(write, pkey, work.goesOn(pkey, as: run, now: out.now), permit))
        case .over(let ending):
            work.over(pkey, ending, now: out.now)
            guard let standing = sides.picture?.standing(of: pkey, admission, leaving) else { return }
            if ending == .rehearsed { work.rehearsed(standing) }
            // What was asked for while this run was under way keeps waiting.
            let isRight = work.isRehearsed(standing) || !standing.needsWork(configuration.planner, told: waiters[pkey])
            if ending != .failed, ending != .waiting, isRight { work.isRight(pkey) }
        }
    }

    /// The ledger has this record now, or none.
    private mutating func note(_ record: KeptRecord?, of pkey: PKey, _ out: inout Output) {
        sides.ledger.note(record, of: pkey)
        indexPorts(of: pkey, &out)
        guard let record else { return }
        sides.fabric.recorded(pkey)
        if record.record.isSeenGone, sides.fabric.absences.wouldCount(pkey, now: out.now) {
            clockwork.wantWitness(now: out.now)
        }
    }

    private mutating func apply(_ effect: Effect, to pkey: PKey, _ out: inout Output) {
        switch effect {
        case .seen(let partition):
            sides.fabric.read(partition, of: pkey)
            indexPorts(of: pkey, &out)
        case .doubted: sides.fabric.doubt(pkey)
        case .sending(let step):
            sides.fabric.sending(step)
            indexPorts(of: pkey, &out)
        case .written: sides.fabric.written(pkey)
        case .whole(let worked):
            if wholeRequests.note(worked: worked) { out.found(.noWholeRequests) }
        case .waits(let waiting): wait(pkey, for: waiting, &out)
        case .recorded(let record):
            waiters.noted(nil, of: pkey)
            note(record, of: pkey, &out)
        case .recordDoubted:
            sides.ledger.doubt(pkey)
            indexPorts(of: pkey, &out)
        case .noted(let note): waiters.noted(note, of: pkey)
        case .failed(.fabric, let failure): fabricFailed(failure, now: out.now)
        case .failed(.ledger, let failure): ledgerFailed(failure, now: out.now)
        case .troubled(let failure):
            if failure.cause == .full { noteRoom(.none(failure.message), &out) }
            guard work.troubled(pkey, failure) else { return }
            out.found(.troubled(pkey, failure))
            // Their notes say why they wait.
            for waiter in waiters.waiting(on: pkey) { work.ask(waiter, .resync, now: out.now) }
        case .confirmed(let revision): sides.source.confirmed(pkey, revision)
        case .lookAgain: clockwork.lookAgain(now: out.now)
        case .say(let message): out.say(message)
        }
    }
}

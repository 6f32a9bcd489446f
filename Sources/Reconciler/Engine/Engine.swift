internal import Fabric
internal import KeyHistory
internal import Planning

/// Makes a fabric agree with its source: told what happens, it says what to do. Pure: no clock, no I/O, no concurrency.
///
/// What is wanted comes from the source, what is there from the fabric, what is ours from the ledger. Nothing is planned
/// until all three have been read completely once. PKeys that may differ are queued, and each is gone about by a ``Run``.
///
/// The engine only leads from one value to the next. How it stands with all partitions, and when the sides are read again, is
/// kept by ``Standings``, whether anything may be written is decided by ``WriteGate``, what waits and runs is kept by
/// ``Work``, and what happened so far by ``Counts``.
package struct Engine: Sendable {
    private let configuration: EngineConfiguration
    private var standings: Standings
    private var gate: WriteGate
    private var work: Work
    private var counts = Counts()
    private var end: EngineEnd?
    private var singleRun = SingleRun()

    package init(_ configuration: EngineConfiguration, seed: UInt64 = .random(in: .min ... .max)) {
        self.configuration = configuration
        standings = Standings(configuration)
        gate = WriteGate(closedBy: configuration.closedBy.union([.starting]))
        work = Work(
            seed: seed, concurrency: configuration.concurrency, leastListed: configuration.leastListed,
            runsOnce: configuration.runsOnce)
    }

    /// How it stands with everything.
    package func status(now: Duration) -> EngineStatus {
        let sides = standings.sides
        return EngineStatus(
            at: now, stage: EngineStatus.Stage(gate, hasEnded: end != nil), closedBy: gate.closedBy,
            sources: sides.source.statuses, fabric: sides.fabric.status, ledger: sides.ledger.status,
            records: sides.ledger.states, guarded: standings.admission.guarded, conflicts: standings.conflicts.pkeys,
            queue: work.lines,
            underWay: work.underWay, totals: counts.totals, findings: counts.findings, lines: counts.lines)
    }

    /// How often a partition was looked at closely because everything was gone through, for tests; and what they make of how it
    /// stands with all of them.
    var looks: Int { counts.looks }
    func examined<Words>(by look: (Standings, Work) -> Words) -> Words { look(standings, work) }

    /// All partitions as they stand now.
    package var panorama: Panorama { Panorama(standings) }

    /// The classes in which a partition waits for nothing but a slot.
    package func ready(now: Duration) -> Set<Urgency> { work.ready(now: now) }

    /// Takes an event; says what to do now, and when to be told of the time again.
    package mutating func handle(_ event: EngineEvent, now: Duration) -> (actions: [EngineAction], wakeAt: Duration?) {
        guard end == nil else { return ([], nil) }
        var out = Output(now: now, after: counts)
        switch event {
        case .started:
            standings.readFabric(&out)
            standings.readLedger(&out)
        case .source(let source, let event): take(event, from: source, &out)
        case .sourceEnded(let source, let failure):
            if standings.ends(source, after: failure, now: now) { finish(.failed(failure), &out) }
        case .sourceListed(let asked, let result): takeList(asked, result, &out)
        case .fabricPinged(let result): standings.takePing(result, &out)
        case .fabricRead(let result): takeFabric(result, &out)
        case .ledgerRead(let read, let result): takeLedger(read, result, &out)
        case .batchClaimed(let claims, let result): standings.claimed(claims, result, gate, &work, &out)
        case .batchConfirmed(let expected, let result): takeOpinions(expected, result, &out)
        case .answered(let pkey, let id, let answer): take(answer, of: pkey, id, &out)
        case .instructed(let instruction): if gate.isAddressed { out.add(.take(instruction)) }
        case .took(let instruction): carryOut(instruction, &out)
        case .carriedOut(let work, let results):
            out.add(.answer(work.id, standings.carriedOut(work, results, gate, &self.work, &out)))
        case .gate(let change): gate.take(change)
        case .timer: break
        case .stop: gate.close(.stopping)
        }
        gate.heed(standings.sides)
        let isEnding = gate.closedBy.contains(.stopping)
        if !isEnding { keepTime(&out) }
        wakeRuns(&out)
        if work.isVerifying { verify(&out) }
        startRuns(&out)
        // What a list has shown may have let others begin, and those have been the last.
        if work.isVerifying { verify(&out) }
        if !isEnding, standings.sides.ledger.needsRead { standings.readLedger(&out) }
        if isEnding, work.runCount == 0 { finish(.stopped, &out) }
        finishOnce(&out)
        counts.take(out)
        return (out.actions, end == nil && !isEnding ? nextTime(now: now) : nil)
    }

    private mutating func finish(_ end: EngineEnd, _ out: inout Output) {
        guard self.end == nil else { return }
        self.end = end
        standings.tellShared(isLast: true, work, &out)
        out.add(.finish(end))
    }

    /// In a single run: ends when everything has been done that can be.
    private mutating func finishOnce(_ out: inout Output) {
        guard configuration.runsOnce, end == nil else { return }
        if let end = singleRun.heed(standings.sides, gate, now: out.now) { return finish(end, &out) }
        guard let how = EngineEnd(ofSingleRun: standings, gate, work) else { return }
        if !how.isFailure, standings.takeWitness() { return standings.readFabric(&out) }
        finish(how, &out)
    }

    private mutating func keepTime(_ out: inout Output) {
        take(standings.sides.source.pass(now: out.now), isListed: true, &out)
        standings.keepTime(&out)
        standings.tellShared(work, &out)
        standings.tryWriting(&work, now: out.now)
    }

    private func nextTime(now: Duration) -> Duration? {
        let next = standings.nextTime { work.nextReady(after: now) }
        let own = [next, work.nextReading(standings.terms, now: now), singleRun.end]
        return (own + work.resting.map(\.until)).compactMap(\.self).min()
    }

    // MARK: What the sources tell

    private mutating func take(_ event: SourceEvent, from source: SourceID, _ out: inout Output) {
        switch event {
        case .listed(let list, let reason):
            standings.begins(source, with: list, reason, &out)
            take(list, .afresh, from: source, &out)
        case .changed(let point, let changes):
            let outcome = standings.sides.source.changed(changes, at: point, from: source, now: out.now)
            take(outcome, isListed: false, &out)
        case .progress(let point): standings.sides.source.reached(point, in: source, now: out.now)
        case .lost(let failure): standings.sides.source.lost(source, failure, now: out.now)
        case .restored(let duration): standings.sides.source.restored(source, after: duration)
        }
    }

    private mutating func takeList(
        _ asked: ListRequest, _ result: Result<KeySnapshot, Failure>, _ out: inout Output
    ) {
        guard standings.sides.source.isCurrent(asked) else {
            // It comes too late to be used, but not for what a comparison is to look at.
            if case .success(let list) = result { standings.sides.source.noteNames(in: list, from: asked.source) }
            return
        }
        switch result {
        case .success(let list): take(list, .besideWatch(asked: asked.told), from: asked.source, &out)
        case .failure(let failure): out.found(.notListed(failure))
        }
    }

    /// Takes a list, as far as it is to be believed.
    private mutating func take(
        _ list: KeySnapshot, _ occasion: ListOccasion, from source: SourceID, _ out: inout Output
    ) {
        guard let outcome = standings.listed(list, occasion, from: source, &work, &out) else { return }
        take(outcome, isListed: true, &out)
        confirm(outcome.changed, &out)
        if gate.closedBy.contains(.starting) || occasion == .afresh { begin(&out) }
    }

    /// Notes and queues what an update of what is wanted has changed.
    private mutating func take(_ outcome: DesiredState.Outcome, isListed: Bool, _ out: inout Output) {
        for (pkey, intent) in standings.take(outcome, isListed: isListed, gate, &work, &out) {
            counts.note(intent, of: pkey)
        }
    }

    // MARK: What the ledger and the fabric tell

    private mutating func takeLedger(
        _ read: LedgerRead, _ result: Result<LedgerContent, Failure>, _ out: inout Output
    ) {
        goOn(with: standings.takeLedger(read, result, &work, &out), &out)
        guard case .success(let content) = result, !content.agedTombstones.isEmpty,
            let permit = gate.permit(for: .amendment)
        else { return }
        let aged = content.agedTombstones.sorted { $0.key < $1.key }.prefix(Self.mostCleared)
        out.add(.clear(Dictionary(aged.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }), permit))
    }

    /// So many tombstones are cleared away at once: as many as go into one transaction.
    private static let mostCleared = 60

    private mutating func takeFabric(_ result: Result<FabricSnapshot, Failure>, _ out: inout Output) {
        work.listAnswered(result, in: standings.sides.fabric.readingTime(now: out.now), now: out.now)
        if configuration.enforcesFlags, case .success(let snapshot) = result, counts.foundUntoldFlags(in: snapshot) {
            out.found(.untoldFlags)
        }
        goOn(with: standings.takeFabric(result, &out), &out)
    }

    private mutating func goOn(with sequel: Sequel, _ out: inout Output) {
        gate.heed(standings.sides)
        switch sequel {
        case .nothing: break
        case .begin: begin(&out)
        case .review(let occasion): review(occasion, &out)
        case .end(let failure): finish(.failed(failure), &out)
        }
    }

    // MARK: What all three together show

    /// Starts the work once all sides are known.
    private mutating func begin(_ out: inout Output) {
        guard let picture = standings.picture else { return }
        if gate.closedBy.contains(.starting), !standings.areBelieved(by: picture, &work, &out) { return }
        gate.open(.starting)
        review(.beginning, &out)
        out.found(.begun(keys: picture.desired.pkeys.count, records: picture.records.count, toDo: work.depth))
    }

    /// Goes through every PKey that a source or the ledger knows, and queues those that differ. Those that are plainly in step
    /// are passed over: a close look at each would find nothing, and is most of what a daemon with nothing to do would do.
    private mutating func review(_ occasion: Review.Occasion, _ out: inout Output) {
        guard let picture = standings.picture else { return }
        let managed = picture.managed
        let conspicuous = standings.conspicuous(among: managed, picture)
        let judgement = standings.judgeDeletions(
            among: conspicuous.filter(picture.isOurs), isListed: true, picture, &work, now: out.now)
        let unsure = standings.unsure(picture, work)
        standings.indexPorts(of: unsure.union(conspicuous), picture, gate, &work, &out)
        let review = Review(of: managed, lookingAt: conspicuous, picture, standings, work)
        counts.looked(at: conspicuous.count)
        out.found(counts.take(review, on: occasion, judgement, picture))
        out.found(standings.conflicts.take(review.conflicts))
        for pkey in review.differing { standings.ask(pkey, isNews: false, &work, now: out.now) }
        confirm(review.differing, &out)
        claim(review.unclaimed, picture, &out)
        if occasion != .ledgerRead, standings.sides.fabric.outage == nil { counts.passEnded(now: out.now) }
    }

    // MARK: Claims of many

    /// Claims many partitions at once where they are enough; else each is claimed by its own run.
    private mutating func claim(_ pkeys: [PKey], _ picture: Picture, _ out: inout Output) {
        let claims = pkeys.map { ($0, picture.claim(of: $0, standings.admission, standings.leaving)) }
        let batches = Batches.split(claims)
        guard !batches.isEmpty, let permit = gate.permit(for: .batch) else {
            for pkey in pkeys { standings.ask(pkey, isNews: false, &work, now: out.now) }
            return
        }
        for batch in batches {
            work.claiming(batch)
            out.add(.claimBatch(batch, permit))
        }
    }

    // MARK: Second opinions on many

    /// Asks for a second opinion on many partitions at once of which a list alone has told what is to be written; each of
    /// their runs waits for it.
    private mutating func confirm(_ pkeys: some Sequence<PKey>, _ out: inout Output) {
        guard gate.permit(for: .confirmation) != nil else { return }
        let batches = Batches.split(standings.opinionsWanted(on: pkeys, work))
        for batch in batches {
            guard let permit = gate.permit(for: .confirmation) else { return }
            work.confirming(batch)
            out.add(.confirmBatch(batch, permit))
        }
    }

    /// Where they do not all stand as expected, or nobody knows, each run asks for itself.
    private mutating func takeOpinions(
        _ expected: [PKey: Premise], _ result: Result<LedgerAnswer, Failure>, _ out: inout Output
    ) {
        let agrees: Bool
        switch result {
        case .success(let answer): agrees = answer != .refused
        case .failure(let failure):
            agrees = false
            standings.noOpinion(failure, &out)
        }
        for (pkey, expected) in expected.sorted(by: { $0.key < $1.key }) where work.confirmed(pkey, expected) {
            if agrees { standings.confirmed(pkey, expected, &out) }
            standings.ask(pkey, isNews: true, &work, now: out.now)
        }
    }

    // MARK: Instructions

    /// Carries out what somebody has told us, as far as it is as it was shown to him and may be written now.
    private mutating func carryOut(_ instruction: Instruction, _ out: inout Output) {
        guard let permit = gate.permit(for: .amendment), let work = standings.work(of: instruction) else {
            return out.add(.answer(instruction.id, InstructionOutcome(closedBy: gate.closedBy)))
        }
        out.add(.carryOut(work, permit))
    }

    // MARK: Runs

    private mutating func startRuns(_ out: inout Output) {
        while gate.letsBegin, let next = work.next(now: out.now) {
            standings.sides.fabric.runBegins(next.pkey)
            let turn = standings.beginning(of: next.pkey, since: next.since, gate, work, now: out.now)
            if let turn { follow(turn, of: next.pkey, &out) }
        }
    }

    private mutating func take(_ answer: EngineEvent.Answer, of pkey: PKey, _ id: RunID, _ out: inout Output) {
        guard work.run(of: pkey, id) != nil else { return }
        work.answered(pkey, answer, now: out.now)
        standings.answered(answer, of: pkey, &work, &out)
        if case .written(let result) = answer, case .writing(_, let attempt, _) = work.run(of: pkey, id) {
            counts.wrote(attempt.step, result)
        }
        if let turn = turn(after: answer, of: pkey, id, now: out.now) { follow(turn, of: pkey, &out) }
    }

    /// What a run does when it is answered; nil where no run waits for this answer any more.
    private func turn(after answer: EngineEvent.Answer, of pkey: PKey, _ id: RunID, now: Duration) -> Turn? {
        guard let run = work.run(of: pkey, id), let facts = standings.facts(of: pkey, gate, work, now: now) else {
            return nil
        }
        return run.answered(answer, facts)
    }

    /// Lets runs go on that have let time pass for long enough, or for something that is wanted no more.
    private mutating func wakeRuns(_ out: inout Output) {
        for (pkey, until) in work.resting.sorted(by: { $0.pkey < $1.pkey }) {
            if let turn = turn(ofResting: pkey, until: until, now: out.now) { follow(turn, of: pkey, &out) }
        }
    }

    /// What a run does that lets time pass; nil while it still does.
    private func turn(ofResting pkey: PKey, until: Duration, now: Duration) -> Turn? {
        guard let run = work.run(of: pkey), let facts = standings.facts(of: pkey, gate, work, now: now) else {
            return nil
        }
        guard until <= now || gate.closedBy.contains(.stopping) || !run.isCurrent(facts) else { return nil }
        return run.woken(facts)
    }

    /// Asks for what shows what came of writes, and lets those go on that a list has shown.
    private mutating func verify(_ out: inout Output) {
        if gate.closedBy.contains(.fabricDown) {
            for pkey in work.unverified { follow(Run.unverified, of: pkey, &out) }
        }
        if out.readsFabric { work.listAsked(standings.sides.fabric.readings) }
        while let pkey = work.nextShown() {
            if let turn = turn(ofShown: pkey, now: out.now) {
                follow(turn, of: pkey, &out)
            } else {
                work.contradicted(pkey)
            }
        }
        var terms = standings.terms
        terms.mayWait = !gate.closedBy.contains(.stopping)
        for (request, run) in work.readings(terms, now: out.now) {
            switch request {
            case .list:
                standings.readFabricToVerify(&out)
                work.listAsked(standings.sides.fabric.readings)
            case .single(let pkey):
                guard let run else { continue }
                standings.sides.fabric.asking(for: pkey, now: out.now)
                out.add(.read(pkey, run))
            }
        }
    }

    /// What a run does whose partition a list has shown; nil where it does not show what was written.
    private func turn(ofShown pkey: PKey, now: Duration) -> Turn? {
        standings.facts(of: pkey, gate, work, now: now).flatMap { work.run(of: pkey)?.shown($0) }
    }

    /// Apart from what finds the turn: whoever looks has all that is under way in his hands, and what is changed meanwhile would be a
    /// copy of it.
    private mutating func follow(_ turn: Turn, of pkey: PKey, _ out: inout Output) {
        for effect in turn.effects {
            standings.apply(effect, to: pkey, gate, &work, &out)
            gate.heed(standings.sides)
        }
        switch turn.next {
        case .request(let run, .nothing): _ = work.goesOn(pkey, as: run, asking: nil, now: out.now)
        case .request(let run, .ping): out.add(.ping(pkey, work.goesOn(pkey, as: run, asking: .read, now: out.now)))
        case .request(let run, .read):
            standings.sides.fabric.asking(for: pkey, now: out.now)
            out.add(.read(pkey, work.goesOn(pkey, as: run, asking: .read, now: out.now)))
        case .request(let run, .verify(let manner)): work.verifies(pkey, as: run, manner, now: out.now)
        case .request(let run, .write(let write, let permit)):
            out.add(.write(write, pkey, work.goesOn(pkey, as: run, asking: write.kind, now: out.now), permit))
        case .over(let ending):
            let hasClaimed = work.run(of: pkey)?.isClaiming ?? false
            work.over(pkey, ending, now: out.now)
            if hasClaimed { standings.indexPorts(of: pkey, gate, &work, &out) }
            guard let standing = standings.standing(of: pkey) else { return }
            if ending == .rehearsed { work.rehearsed(standing) }
            // What was asked for while this run was under way keeps waiting.
            if ending != .failed, ending != .waiting, standings.isRight(standing, work) { work.isRight(pkey) }
        }
    }
}

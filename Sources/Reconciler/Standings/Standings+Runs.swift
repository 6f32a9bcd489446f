internal import Fabric
internal import Planning

/// What runs learn and do, and which ports that frees.
extension Standings {
    mutating func apply(_ effect: Effect, to pkey: PKey, _ gate: WriteGate, _ work: inout Work, _ out: inout Output) {
        switch effect {
        case .seen(let partition):
            sides.fabric.read(partition, of: pkey)
            indexPorts(of: pkey, gate, &work, &out)
        case .doubted: sides.fabric.doubt(pkey)
        case .sending(let step):
            sides.fabric.sending(step, now: out.now)
            indexPorts(of: pkey, gate, &work, &out)
        case .written: sides.fabric.written(pkey)
        case .whole(let worked):
            if sides.fabric.noteWhole(worked: worked) { out.found(.noWholeRequests) }
        case .waits(let waiting): wait(pkey, for: waiting, &work, &out)
        case .recorded(let record):
            waiters.noted(nil, of: pkey)
            note(record, of: pkey, gate, &work, &out)
        case .recordDoubted:
            sides.ledger.doubt(pkey)
            indexPorts(of: pkey, gate, &work, &out)
        case .recordUnanswered:
            gaveUp(pkey, now: out.now)
            indexPorts(of: pkey, gate, &work, &out)
        case .noted(let note): waiters.noted(note, of: pkey)
        case .conflicts(let conflict):
            if conflicts.set(conflict, of: pkey) { out.found(.conflict(pkey, conflict)) }
            // Its ports block nobody, once it is not being claimed any more.
            if conflict != nil { indexPorts(of: pkey, gate, &work, &out) }
        case .conflictNoted(let note): sides.ledger.note(note, on: pkey)
        case .failed(let side, let failure): sides.failed(side, failure, now: out.now)
        case .troubled(let failure):
            if failure.cause == .full { noteRoom(.none(failure.message), &out) }
            let isNews = work.troubled(pkey, failure)
            tell(pkey, failure, isNews: isNews, work, &out)
            guard isNews else { return }
            // Their notes say why they wait.
            for waiter in waiters.waiting(on: pkey) { ask(waiter, isNews: false, &work, now: out.now) }
        case .confirmed(let revision, let names):
            sides.source.confirmed(pkey, revision, by: names)
            indexPorts(of: pkey, gate, &work, &out)
        case .lookAgain: clockwork.lookAgain(now: out.now)
        case .refuted:
            sides.source.refuted(pkey)
            indexPorts(of: pkey, gate, &work, &out)
        case .contested:
            sides.source.contested(pkey)
            indexPorts(of: pkey, gate, &work, &out)
        case .say(let message): out.say(message)
        }
    }

    /// The ledger has this record now, or none.
    mutating func note(
        _ record: KeptRecord?, of pkey: PKey, _ gate: WriteGate, _ work: inout Work, _ out: inout Output
    ) {
        sides.ledger.note(record, of: pkey)
        if record?.record.isSeenGone ?? true { sides.source.ended(pkey) }
        indexPorts(of: pkey, gate, &work, &out)
        guard let record else {
            sides.revenants.released(pkey)
            return admission.released(pkey)
        }
        sides.revenants.forget(pkey)
        sides.fabric.recorded(pkey)
        if record.record.isSeenGone, sides.fabric.absences.wouldCount(pkey, now: out.now) {
            clockwork.wantWitness(now: out.now)
        }
    }

    /// Whether nothing is left to do for a partition, or what is has been told in a rehearsal.
    func isRight(_ standing: Standing, _ work: Work) -> Bool {
        work.isRehearsed(standing) || !standing.needsWork(planner, waitingFor: waiters[standing.pkey])
    }

    // MARK: Second opinions on many

    /// The partitions of ours that are to be written by a list's word alone, each with how its record and keys are believed to
    /// stand; in ascending order.
    ///
    /// A deletion is authorised by a transaction of its own, which compares as much, and a claim compares the key.
    func opinionsWanted(on pkeys: some Sequence<PKey>, _ work: Work) -> [(PKey, Premise)] {
        guard let picture else { return [] }
        let wanted = pkeys.filter { pkey in
            !work.isRunning(pkey) && !work.isBeingConfirmed(pkey) && !sides.ledger.isDoubtful(pkey)
                && picture.standing(of: pkey, admission, leaving).wantsOpinion(planner)
        }
        return wanted.sorted().map { pkey in
            let standing = picture.standing(of: pkey, admission, leaving)
            let keys = picture.desired.keyStates(of: pkey)
            return (pkey, Premise(over: standing.version, keys.and(standing.record?.key ?? standing.key)))
        }
    }

    /// A second opinion on many agrees with what is wanted of this one.
    mutating func confirmed(_ pkey: PKey, _ expected: Premise, _ out: inout Output) {
        guard let picture else { return }
        let (standing, keys) = (picture.standing(of: pkey, admission, leaving), picture.desired.keyStates(of: pkey))
        // What has been told since is another matter.
        guard Premise(over: standing.version, keys.and(standing.record?.key ?? standing.key)) == expected else {
            return
        }
        sides.source.confirmed(pkey, standing.revision, by: expected.keys.keys)
    }

    /// Nobody knows how they stand.
    mutating func noOpinion(_ failure: Failure, _ out: inout Output) {
        if Meaning(of: failure, by: .ledger) == .outage { sides.failed(.ledger, failure, now: out.now) }
    }

    // MARK: Ports that leave

    /// Takes note of which ports partitions have still to give up, and asks for those that wait for one that is free now.
    mutating func indexPorts(
        of pkeys: some Sequence<PKey>, _ picture: Picture, _ gate: WriteGate, _ work: inout Work, _ out: inout Output
    ) {
        // In a rehearsal nothing ever leaves.
        guard !gate.isRehearsal else { return }
        // One that is being claimed may be ours by now.
        let free = leaving.index(pkeys, picture, admission) { sides.ledger.mayBeOurs($0) || work.isClaiming($0) }
        for pkey in waiters.waiting(for: free) { ask(pkey, isNews: true, &work, now: out.now) }
    }

    mutating func indexPorts(of pkey: PKey, _ gate: WriteGate, _ work: inout Work, _ out: inout Output) {
        guard let picture else { return }
        indexPorts(of: CollectionOfOne(pkey), picture, gate, &work, &out)
    }

    private mutating func wait(_ pkey: PKey, for waiting: Waiting?, _ work: inout Work, _ out: inout Output) {
        guard waiters[pkey] != waiting else { return }
        for holder in waiters.set(waiting, of: pkey) {
            work.hurry(holder, now: out.now)
            // One that is guarded has nothing to do before somebody wants what it has.
            guard let standing = standing(of: holder), !standing.givenUp.isEmpty else { continue }
            ask(holder, isNews: true, &work, now: out.now)
        }
        out.found(.waits(pkey, waiting.map { WaitingNote($0) { work.failure(of: $0) } }))
    }
}

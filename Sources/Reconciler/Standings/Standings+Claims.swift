internal import Fabric
internal import Planning

/// What claims make ours, of one partition or of many at once, or may yet make.
extension Standings {
    /// A claim of many has been answered, or has failed. Where it is refused or failed, the runs claim each for itself.
    mutating func claimed(
        _ claims: [PKey: NewClaim], _ result: Result<LedgerAnswer, Failure>, _ gate: WriteGate, _ work: inout Work,
        _ out: inout Output
    ) {
        if case .failure(let failure) = result { failedToClaim(claims, failure, &out) }
        let pkeys = claims.keys.sorted()
        for pkey in pkeys {
            guard let claim = claims[pkey] else { continue }
            let isCurrent = work.claimed(pkey, claim)
            guard case .success(.written(let version)) = result else { continue }
            if isCurrent {
                claimed(pkey, KeptRecord(claim.record, version), gate, &work, &out)
            } else {
                outrun(pkey)
            }
        }
        if let picture {
            indexPorts(of: pkeys, picture, gate, &work, &out)
            // Of some the key may have gone meanwhile: they are ours by now, and were nobody's when it went.
            let judgement = judgeDeletions(among: pkeys, isListed: false, picture, &work, now: out.now)
            out.found(judgement.findings(in: picture))
        }
        for pkey in pkeys { ask(pkey, isNews: false, &work, now: out.now) }
    }

    /// The ledger has the record of a partition that was claimed.
    mutating func claimed(
        _ pkey: PKey, _ record: KeptRecord, _ gate: WriteGate, _ work: inout Work, _ out: inout Output
    ) {
        sides.source.confirmed(pkey, record.record.revision, by: CollectionOfOne(record.record.key))
        note(record, of: pkey, gate, &work, &out)
    }

    /// The ledger has the record of a partition that was claimed with many, and a run has begun since. One that claims it was refused
    /// for this, or will be, or has failed; one that found nothing to claim is over: the next read of the ledger shows the record.
    /// Nobody has sent anything under one before.
    private mutating func outrun(_ pkey: PKey) {
        if sides.ledger[pkey] == nil { sides.ledger.doubt(pkey) }
        sides.fabric.recorded(pkey)
    }

    private mutating func failedToClaim(_ claims: [PKey: NewClaim], _ failure: Failure, _ out: inout Output) {
        if failure.outcome == .unknown { for pkey in claims.keys { gaveUp(pkey, now: out.now) } }
        if Meaning(of: failure, by: .ledger) == .outage { sides.failed(.ledger, failure, now: out.now) }
        if failure.cause == .full { noteRoom(.none(failure.message), &out) }
    }

    /// Nobody has said whether the ledger has a record by now. A single run is too short to wait for what comes later.
    mutating func gaveUp(_ pkey: PKey, now: Duration) {
        runsOnce ? sides.ledger.doubt(pkey) : sides.ledger.gaveUp(pkey, until: now + Absences.patience)
    }

    /// The partitions of which nobody knows whether they are ours, or which have ports to give up.
    func unsure(_ picture: Picture, _ work: Work) -> Set<PKey> {
        picture.doubted.union(sides.ledger.awaited).union(work.unanswered).union(leaving.pkeys)
    }
}

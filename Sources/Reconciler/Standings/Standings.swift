internal import Fabric
internal import KeyHistory
internal import Planning

/// How it stands with all partitions: what the three sides have told, what may be done of it, and which ports partitions have
/// to wait for. Pure.
///
/// What changes here may ask for work on partitions, and for reads of the sides; both go where the caller says.
struct Standings: Sendable {
    var sides: Sides
    var admission: Admission
    /// When the sides are read again.
    var clockwork: Clockwork
    var leaving = LeavingPorts()
    var waiters = WaitingPartitions()
    /// How far the source was when it was last listed from the beginning.
    var listedUpTo = KeyVersion.absent
    var conflicts = Conflicts()
    /// What partitions fail with for which none of them is to blame, until it is told.
    var sharedTroubles = SharedTroubles()
    let planner: Planner
    let runsOnce: Bool

    init(_ configuration: EngineConfiguration) {
        sides = Sides(
            source: SourceSide(configuration.nothingDesired, floors: configuration.floors),
            fabric: FabricSide(Absences(configuration.deleteGuard, runsOnce: configuration.runsOnce)),
            beginning: Beginning(runsOnce: configuration.runsOnce))
        admission = Admission(configuration.limits, configuration.deleteGuard)
        clockwork = Clockwork(interval: configuration.resyncInterval)
        planner = configuration.planner
        runsOnce = configuration.runsOnce
    }

    /// What all three sides have told; nil until each has been read completely.
    var picture: Picture? { sides.picture }

    /// How it stands with one partition; nil until all sides are known.
    func standing(of pkey: PKey) -> Standing? { picture?.standing(of: pkey, admission, leaving) }

    /// What a run over a partition is to know; nil until all sides are known.
    func facts(of pkey: PKey, _ gate: WriteGate, _ work: Work, now: Duration) -> Run.Facts? {
        picture.map { facts(of: pkey, $0, gate, work, now: now) }
    }

    private func facts(of pkey: PKey, _ picture: Picture, _ gate: WriteGate, _ work: Work, now: Duration) -> Run.Facts {
        Run.Facts(
            standing: picture.standing(of: pkey, admission, leaving), leaving: leaving, planner: planner,
            keys: picture.desired.keyStates(of: pkey),
            strategy: sides.fabric.strategy, gate: gate, isRecordDoubtful: sides.ledger.isDoubtful(pkey), now: now,
            noted: waiters.note(of: pkey), hasRoom: work.hasRoom, isBeingConfirmed: work.isBeingConfirmed(pkey),
            refusal: sides.fabric.refusals.failure(now: now),
            isRecent: picture.desired.revision(of: pkey) > listedUpTo,
            isRefuted: picture.desired.isRefuted, isListInDoubt: picture.desired.isListInDoubt,
            failure: { work.failure(of: $0) }, adoption: admission.adoption)
    }

    /// How a run over a partition begins; nil until all sides are known.
    ///
    /// - Parameter since: when it was asked for.
    func beginning(of pkey: PKey, since: Duration, _ gate: WriteGate, _ work: Work, now: Duration) -> Turn? {
        guard let picture else { return nil }
        let facts = facts(of: pkey, picture, gate, work, now: now)
        let errand = Errand(pkey: pkey, key: facts.standing.key, revision: facts.standing.revision, since: since)
        return Run.begin(errand, keys: picture.desired.keyStates(of: pkey), facts)
    }

    // MARK: Deletions

    /// Judges those of the PKeys that are ours and no longer wanted, as one set of deletions.
    mutating func judgeDeletions(
        among pkeys: some Sequence<PKey>, isListed: Bool, _ picture: Picture, _ work: inout Work, now: Duration
    ) -> Admission.Judgement {
        let candidates = pkeys.map { pkey in
            Admission.Candidate(
                pkey, picture.desired, record: picture.records[pkey]?.record ?? picture.lostRecord(of: pkey))
        }
        let judgement = admission.judge(candidates, owned: picture.owned, isListed: isListed)
        for pkey in judgement.approved + judgement.held { ask(pkey, isNews: true, &work, now: now) }
        // Who approves has looked, and takes what etcd says now for true.
        if !judgement.approved.isEmpty {
            for pkey in sides.source.agree() { ask(pkey, isNews: true, &work, now: now) }
        }
        leaving.hold(admission.held, at: picture.desired.reach)
        return judgement
    }
}

internal import Fabric
internal import KeyHistory

/// The sources as they are known: what they want of every partition, once each has told all of it. Pure.
struct SourceSide: Sendable {
    /// What they have told so far.
    private(set) var desiredSoFar: DesiredState
    /// How it stands with each source, in the order of precedence.
    private(set) var statuses: [EngineStatus.Source]
    /// What a next life knows.
    private var remembered: Remembered
    /// Whether the first lists go on from the ledger.
    private var formerLife = FormerLife()
    /// Sources that answered from a store of another name, the last time.
    private var astray: Set<SourceID> = []
    /// What people call the sources together: `etcd`.
    let name: String

    /// - Parameter floors: how far a former life was told.
    init(_ nothing: DesiredState, floors: [SourceID: StorePoint] = [:]) {
        remembered = Remembered(floors)
        desiredSoFar = nothing
        name = nothing.name
        statuses = nothing.sources.map { EngineStatus.Source(id: $0) }
    }

    /// What is wanted; nil until each source has been listed.
    var desired: DesiredState? { desiredSoFar.isListed ? desiredSoFar : nil }

    func isListed(_ source: SourceID) -> Bool { desiredSoFar.isListed(source) }

    /// Whether a list that was asked for so is still of use.
    func isCurrent(_ request: ListRequest) -> Bool { desiredSoFar.epochs.contains(request.epoch) }

    func reached(_ source: SourceID) -> StorePoint? { desiredSoFar.reached(source) }

    /// A source begins, or begins anew, with a list, for a reason.
    mutating func relisted(_ source: SourceID, _ reason: String) {
        note(source) { $0.relists[reason, default: 0] += 1 }
    }

    // MARK: What is to be asked, and when

    /// A list of each source.
    var requests: [ListRequest] { desiredSoFar.requests }

    /// Another list of each source of which one is in doubt, where it is time for it.
    mutating func requestsInDoubt(now: Duration) -> [ListRequest] {
        guard let witness = formerLife.asked(now: now) else { return desiredSoFar.requestsInDoubt(now: now) }
        return desiredSoFar.requests.map { ListRequest(epoch: $0.epoch, told: $0.told, avoiding: witness.first ?? nil) }
    }

    /// Whether something that sources have said waits for time to pass.
    var isUnsettled: Bool { desiredSoFar.isListInDoubt || desiredSoFar.isAwaitingWatch || formerLife.isInDoubt }

    /// When something is due for no other reason than that time has passed.
    var nextDue: Duration? { [desiredSoFar.nextDue, formerLife.askAt].compactMap(\.self).min() }

    /// Compares the first lists with the ledger of a former life.
    mutating func judge(_ records: [PKey: KeptRecord], now: Duration) -> FormerLife.Verdict {
        var contradicted: Set<PKey> = []
        for (pkey, kept) in records where desiredSoFar.contradicts(kept.record, of: pkey) { contradicted.insert(pkey) }
        let verdict = formerLife.judge(contradicted, witnesses: desiredSoFar.witnesses, now: now)
        if case .believed = verdict { desiredSoFar.beginAnotherHistory() }
        return verdict
    }

    // MARK: What is told

    mutating func listed(
        _ list: KeySnapshot, _ occasion: ListOccasion, from source: SourceID, now: Duration
    ) -> DesiredState.Outcome {
        let outcome = desiredSoFar.take(list, occasion, from: source, now: now)
        let keys = desiredSoFar.keyCount(of: source)
        if occasion == .afresh, outcome.verdict.isUsed { heard(source, list.point, now: now) }
        note(source) { $0.keys = keys }
        return outcome
    }

    /// What a next life is to know by now.
    mutating func toRemember(now: Duration) -> [(SourceID, StorePoint)] {
        desiredSoFar.sources.compactMap { source in
            guard desiredSoFar.isListed(source), let point = desiredSoFar.reached(source) else { return nil }
            return remembered.isNews(point, of: source, now: now) ? (source, point) : nil
        }
    }

    /// Time has passed.
    mutating func pass(now: Duration) -> DesiredState.Outcome { desiredSoFar.pass(now: now) }

    /// Somebody vouches for what the sources say: no members disagree any more; gives the PKeys that were held for that.
    mutating func agree() -> Set<PKey> { desiredSoFar.agree() }

    /// A second opinion agrees with what is wanted of a partition.
    mutating func confirmed(_ pkey: PKey, _ revision: KeyVersion, by names: some Sequence<KeyName>) {
        desiredSoFar.confirmed(pkey, revision, by: names)
    }

    /// Takes note of the names that a list has for PKeys, and of nothing else.
    mutating func noteNames(in list: KeySnapshot, from source: SourceID) {
        desiredSoFar.noteNames(in: list, from: source)
    }

    /// A partition is gone as it was to be.
    mutating func ended(_ pkey: PKey) { desiredSoFar.ended(pkey) }

    /// A comparison shows that what a list alone has told of a partition is not so.
    mutating func refuted(_ pkey: PKey) { desiredSoFar.refute(pkey) }

    /// What a list alone has told of a partition, or the watch while lists are in doubt, may not be so.
    mutating func contested(_ pkey: PKey) { desiredSoFar.contest(pkey) }

    /// A source answers from a store of another name; says whether that is news.
    mutating func strayed(_ source: SourceID) -> Bool { astray.insert(source).inserted }

    /// A source answers from its own store; says whether that is news.
    mutating func returned(_ source: SourceID) -> Bool { astray.remove(source) != nil }

    mutating func changed(
        _ changes: [KeyChange], at point: StorePoint, from source: SourceID, now: Duration
    ) -> DesiredState.Outcome {
        let outcome = desiredSoFar.take(changes, at: point, from: source)
        heard(source, point, now: now)
        return outcome
    }

    mutating func reached(_ point: StorePoint, in source: SourceID, now: Duration) {
        desiredSoFar.reach(point, in: source)
        heard(source, point, now: now)
    }

    mutating func lost(_ source: SourceID, _ failure: Failure, now: Duration) {
        note(source) { $0.outage = Outage(failure, now: now) }
    }

    mutating func restored(_ source: SourceID, after duration: Duration) {
        note(source) { ($0.outage, $0.lastOutage) = (nil, duration) }
    }

    /// A source has told everything up to a point.
    private mutating func heard(_ source: SourceID, _ point: StorePoint, now: Duration) {
        let keys = desiredSoFar.keyCount(of: source)
        note(source) { ($0.told, $0.lastEvent, $0.keys) = (point, now, keys) }
    }

    private mutating func note(_ source: SourceID, _ change: (inout EngineStatus.Source) -> Void) {
        if let index = statuses.firstIndex(where: { $0.id == source }) { change(&statuses[index]) }
    }
}

internal import Fabric
internal import KeyHistory
internal import Planning

/// What the sources tell.
extension Standings {
    /// A source begins, or begins anew, with a list.
    mutating func begins(_ source: SourceID, with list: KeySnapshot, _ reason: String, _ out: inout Output) {
        let isFirst = !sides.source.isListed(source)
        if let lasted = sides.beginning.told(source, now: out.now) { sides.source.restored(source, after: lasted) }
        sides.source.relisted(source, reason)
        listedUpTo = list.revision
        out.found(.listed(source, reason: reason, keys: list.entries.count, list.revision))
        // The store may have been restored or wiped, and the ledger with it.
        if !isFirst { readLedger(&out) }
    }

    /// A source tells nothing more, and may have told nothing yet; says whether that ends the daemon. Else it is followed
    /// anew.
    mutating func ends(_ source: SourceID, after failure: Failure, now: Duration) -> Bool {
        // What passes ends nothing, whoever was listed.
        let isFinal =
            sides.source.isListed(source)
            ? Meaning(of: failure, by: .ledger) != .outage
            : sides.beginning.ends(.source(source), after: failure, now: now)
        guard !isFinal else { return true }
        if sides.beginning.ended(source, failure, now: now) { sides.source.lost(source, failure, now: now) }
        return false
    }

    /// Takes a list, as far as it is to be believed; nil where it is of no use.
    mutating func listed(
        _ list: KeySnapshot, _ occasion: ListOccasion, from source: SourceID, _ work: inout Work, _ out: inout Output
    ) -> DesiredState.Outcome? {
        let (wasInDoubt, before) = (sides.source.desiredSoFar.isListInDoubt, sides.source.reached(source))
        var outcome = sides.source.listed(list, occasion, from: source, now: out.now)
        if outcome.verdict == .overtaken {
            out.found(.listedOld(list.revision, newest: before?.revision ?? .absent))
        }
        for message in sides.source.words(
            on: outcome.verdict, of: list, from: source, before: before, wasInDoubt: wasInDoubt)
        {
            out.say(message)
        }
        guard outcome.verdict.isUsed else { return nil }
        if outcome.verdict == .believed { beginAnotherHistory(outcome.reverted, &work, &out) }
        // What lists alone say is to be deleted has waited for this, and is judged anew.
        if wasInDoubt, !sides.source.desiredSoFar.isListInDoubt, let picture {
            outcome.changed.formUnion(picture.records.keys.filter { picture.desired.intent(of: $0) == .absent })
        }
        return outcome
    }

    /// Compares the first lists with the ledger of a former life; says whether the work may begin.
    mutating func areBelieved(by picture: Picture, _ work: inout Work, _ out: inout Output) -> Bool {
        switch sides.source.judge(picture.records, now: out.now) {
        case .goesOn: break
        case .doubted(let isNews):
            guard isNews else { return false }
            let words = "the ledger knows later versions of its keys than it lists"
            out.say(Message(.error, "\(picture.source): \(words): nothing is done until another list says the same"))
            return false
        case .believed(let reverted): beginAnotherHistory(reverted, &work, &out)
        }
        return true
    }

    /// A source has another history than we knew: verdicts and ledger are found out anew, and what went back is held where it
    /// is much.
    private mutating func beginAnotherHistory(_ reverted: Set<PKey>, _ work: inout Work, _ out: inout Output) {
        admission.forgetVerdicts()
        sides.revenants.forgetAll()
        readLedger(&out)
        // What was told while the list was under way is in the next one.
        listSources(&out)
        guard let picture else { return }
        // A claim that the new history refused has taken the ownership of some from us, until the ledger is read.
        let ours = sides.ledger.doubted.union(picture.records.keys)
        let lost = ours.count { picture.desired.isLost($0) }
        let held = admission.judgeReverted(
            reverted.intersection(ours).map {
                Admission.Candidate($0, picture.desired, record: picture.records[$0]?.record)
            }, lost: lost, owned: ours.count)
        guard !held.isEmpty else { return }
        out.found(.heldBack(Capped(held), of: ours.count))
        for pkey in held { ask(pkey, isNews: true, &work, now: out.now) }
    }

    /// Notes and queues what an update of what is wanted has changed; gives what may be done of it, in ascending order.
    mutating func take(
        _ outcome: DesiredState.Outcome, isListed: Bool, _ gate: WriteGate, _ work: inout Work, _ out: inout Output
    ) -> [(pkey: PKey, intent: Intent)] {
        for warning in outcome.warnings { out.say(Message(.warning, warning)) }
        admission.doubted(outcome.lost)
        guard let picture, !outcome.changed.isEmpty else { return [] }
        admission.heard(outcome.heard)
        let judgement = judgeDeletions(among: outcome.changed, isListed: isListed, picture, &work, now: out.now)
        out.found(judgement.findings(in: picture))
        indexPorts(of: outcome.changed, picture, gate, &work, &out)
        let changed = outcome.changed.sorted()
        let (new, deleted) = picture.news(among: changed)
        if !new.isEmpty || !deleted.isEmpty { out.found(.wanted(new: Capped(new), deleted: Capped(deleted))) }
        // A list that comes when all else is known changes every partition, and nearly all are as it says. Of one that is worked on
        // the picture may lack what has been asked for.
        for pkey in changed where isConspicuous(pkey, picture) || work.isRunning(pkey) {
            ask(pkey, isNews: true, &work, now: out.now)
        }
        sides.fabric.hurry(now: out.now)
        return changed.map { ($0, picture.standing(of: $0, admission, leaving).intent) }
    }
}

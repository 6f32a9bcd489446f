internal import Fabric
internal import KeyHistory
internal import Planning

/// Which partitions are so plainly in step that nobody has to look at them closely.
///
/// As a rule nearly all are, and to see that costs little beside what their ``Standing`` does. It is found out anew each time, from
/// nothing but how things stand: there is nothing to forget when something changes. What is not plain, for whatever reason, is
/// looked at closely; that a close look at the others finds nothing is shown after the events of all generated histories.
extension Standings {
    /// Those of these PKeys of which there may be anything to say or to do.
    func conspicuous(among pkeys: Set<PKey>, _ picture: Picture) -> [PKey] {
        // In the order in which lists brought them: what is looked at lies in memory much as it came.
        pkeys.sorted().filter { isConspicuous($0, picture) }
    }

    func isConspicuous(_ pkey: PKey, _ picture: Picture) -> Bool {
        picture.desired.isDisagreeing || !isPlainlyInStep(pkey, picture)
    }

    /// Whether one key wants a partition and nobody doubts it, the ledger has it as synced for that key as it is now, the fabric
    /// shows it so, and nothing is held back of it or waited for. One of which ports were noted that it is to lose is always looked at
    /// for these (``unsure(_:_:)``).
    ///
    /// That it loses no port as far as was noted is not enough where its key is in doubt: a record that comes back makes it ours
    /// again, and then it may lose them all.
    private func isPlainlyInStep(_ pkey: PKey, _ picture: Picture) -> Bool {
        guard let record = picture.records[pkey]?.record, picture.strange[pkey] == nil,
            let (key, entry) = picture.desired.unquestioned(pkey), case .present(let wanted) = entry.intent,
            record == LedgerRecord(.synced, key: key, revision: entry.revision),
            let actual = picture.fabric.settled(pkey), planner.isRight(actual, for: wanted)
        else { return false }
        return admission.isUnreserved(entry.intent, of: pkey) && waiters[pkey] == nil
    }
}

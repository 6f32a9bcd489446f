internal import Fabric
internal import Planning

/// How urgent the work on a partition is.
extension Standings {
    /// Asks for a run over a partition, in the class that it has as things are now.
    ///
    /// - Parameter isNews: whether something has changed for it: then it does not wait for the end of its backoff.
    func ask(_ pkey: PKey, isNews: Bool, _ work: inout Work, now: Duration) {
        work.ask(pkey, urgency(of: pkey), isNews: isNews, now: now)
    }

    /// The class of the work on a partition, as far as the sides are known.
    func urgency(of pkey: PKey) -> Urgency {
        guard let standing = standing(of: pkey) else { return .drift }
        return waiters.isAwaited(pkey) ? .departure : standing.urgency(isLosing: leaving.isLosing(pkey))
    }
}

extension Standing {
    /// - Parameter isLosing: whether the partition may still have ports that it is to lose.
    func urgency(isLosing: Bool) -> Urgency {
        switch intent {
        // Something is to be written down.
        case .held: return givenUp.isEmpty ? .listedDeparture : .departure
        case .absent:
            guard let record, !record.isSeenGone else { return .drift }
            // Somebody has approved it, and waits.
            return word == .told || record.state == .approved ? .departure : .listedDeparture
        case .present:
            if record == self.record(.synced) { return .drift }
            guard isLosing else { return .arrival }
            return word == .told ? .departure : .listedDeparture
        }
    }
}

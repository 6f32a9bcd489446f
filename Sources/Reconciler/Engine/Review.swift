internal import Fabric
internal import Planning

/// What all three sides together show of the PKeys that a source or the ledger knows, gone through once. Pure.
struct Review: Equatable, Sendable {
    /// What everything is gone through for.
    enum Occasion: Hashable, Sendable {
        /// All sides are known, be it for the first time or since a source began anew.
        case beginning
        case fabricRead
        case ledgerRead
    }

    /// All of them.
    let managed: Set<PKey>
    /// What is to be done, because they differ: those that are ours or at work, in ascending order.
    private(set) var differing: [PKey] = []
    /// And those that are yet to be claimed, in ascending order.
    private(set) var unclaimed: [PKey] = []
    /// Why those are held that are.
    private(set) var holds: [PKey: HoldReason] = [:]
    /// Those that are there and not ours, and what is in the way.
    private(set) var conflicts: [PKey: Conflict] = [:]
    /// What the policy leaves as it is although it differs, in ascending order.
    private(set) var leftUndone: [PKey] = []
    /// How those have drifted that the ledger calls synced at the version that their source has.
    private(set) var drift = Drift()
    /// Which ones that are, in ascending order.
    private(set) var drifted: [PKey] = []

    /// - Parameters:
    ///   - managed: all that a source or the ledger knows.
    ///   - conspicuous: those of them of which there may be anything to say.
    init(
        of managed: Set<PKey>, lookingAt conspicuous: [PKey], _ picture: Picture, _ standings: Standings, _ work: Work
    ) {
        self.managed = managed
        let planner = standings.planner
        for pkey in conspicuous {
            let standing = picture.standing(of: pkey, standings.admission, standings.leaving)
            if case .held(let reason) = standing.intent { holds[pkey] = reason }
            if let conflict = standing.conflict { conflicts[pkey] = conflict }
            if standing.isLeftUndone(planner) { leftUndone.append(pkey) }
            guard !work.isRehearsed(standing) else { continue }
            if !work.isRunning(pkey), let difference = standing.drift(planner) {
                drift.add(difference)
                drifted.append(pkey)
            }
            guard !work.isBeingClaimed(pkey), !picture.doubted.contains(pkey),
                standing.needsWork(planner, waitingFor: standings.waiters[pkey])
            else { continue }
            // One that went back and whose record is lost is held, and not claimed like a new one.
            // Nor is one whose first record is to take a note away, or that is there again and to be deleted.
            if case .present = standing.intent, !standing.isOwned, !work.isRunning(pkey), standing.noted == nil {
                unclaimed.append(pkey)
            } else {
                differing.append(pkey)
            }
        }
        // The same events are to give the same actions.
        differing.sort()
        unclaimed.sort()
        leftUndone.sort()
        drifted.sort()
    }
}

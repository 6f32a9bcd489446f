package import Fabric
package import Planning

/// What may be done of what is wanted: as far as the range, the policy and the deletion guard admit it. Pure.
///
/// Everything that is planned or told goes through here, so that nothing later has to remember what is forbidden.
package struct Admission: Sendable {
    /// A partition of ours, as the guard is to judge it.
    package struct Candidate: Sendable {
        let pkey: PKey
        let wanted: Intent
        /// What the ledger says of it; nil where it is not ours.
        let record: LedgerRecord?
        /// Whether it is absent from a source that has lost the history of which the record is.
        let isLost: Bool

        init(_ pkey: PKey, _ desired: DesiredState, record: LedgerRecord?) {
            self.pkey = pkey
            self.record = record
            wanted = desired.intent(of: pkey)
            isLost = wanted == .absent && record.flatMap { desired.lostHistory(of: $0) } != nil
        }
    }

    /// What is new after the guard has judged.
    package struct Judgement: Equatable, Sendable {
        /// Somebody has approved these deletions.
        package var approved: [PKey] = []
        /// These deletions are held back.
        package var held: [PKey] = []
    }

    private let limits: Limits
    private var deletionGuard: DeletionGuard
    /// The PKeys whose deletion is held.
    private(set) var guarded = Capped<PKey>()

    /// Everything may be done.
    package static var everything: Admission { Admission(Limits(), DeletionGuard.Threshold()) }

    package init(_ limits: Limits, _ threshold: DeletionGuard.Threshold) {
        self.limits = limits
        deletionGuard = DeletionGuard(threshold)
    }

    package func intent(of pkey: PKey, wanted: Intent) -> Intent {
        let admitted = limits.admitted(wanted, for: pkey)
        return admitted == .absent && deletionGuard.holds(pkey) ? .held(.deletionGuard) : admitted
    }

    /// Judges those of the candidates that are ours and no longer wanted, as one set of deletions.
    ///
    /// - Parameters:
    ///   - owned: how many partitions are ours.
    ///   - isListed: whether a list shows that they are absent; otherwise one revision deleted them.
    package mutating func judge(_ candidates: some Sequence<Candidate>, owned: Int, isListed: Bool) -> Judgement {
        var judgement = Judgement()
        var absent: [PKey] = []
        var isChanged = false
        for candidate in candidates {
            let pkey = candidate.pkey
            guard let record = candidate.record, limits.admitted(candidate.wanted, for: pkey) == .absent else {
                if deletionGuard.forget(pkey) { isChanged = true }
                continue
            }
            // It was authorised and made: nothing is left to hold.
            guard !record.isSeenGone else {
                deletionGuard.believe(pkey)
                continue
            }
            absent.append(pkey)
            if record.state == .guarded, deletionGuard.hold(pkey) { isChanged = true }
            // However few they are: a ledger may outlive the store of the keys, and then every key looks deleted.
            if candidate.isLost, record.isGuardable, deletionGuard.hold(pkey) { judgement.held.append(pkey) }
            if record.state == .approved, deletionGuard.approve(pkey) { judgement.approved.append(pkey) }
        }
        judgement.approved.sort()
        judgement.held.sort()
        judgement.held += deletionGuard.judge(absent, owned: owned, isListed: isListed)
        if isChanged || judgement != Judgement() { guarded = Capped(held) }
        return judgement
    }

    /// Verdicts end with ownership: after a wipe, what nobody puts back would hold other deletions for ever.
    package mutating func forgetAll(but isOurs: (PKey) -> Bool) {
        for pkey in deletionGuard.judged where !isOurs(pkey) { deletionGuard.forget(pkey) }
        guarded = Capped(held)
    }

    /// The PKeys whose deletion is held, in ascending order.
    package var held: [PKey] { deletionGuard.held }
    package var isHolding: Bool { !guarded.isEmpty }
}

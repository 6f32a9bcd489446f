package import Fabric
package import KeyHistory
package import Planning

/// What may be done of what is wanted: as far as the range, the policy and the deletion guard admit it. Pure.
///
/// Everything that is planned or told goes through here, so that nothing later has to remember what is forbidden.
package struct Admission: Equatable, Sendable {
    /// A partition of ours, as the guard is to judge it.
    package struct Candidate: Sendable {
        let pkey: PKey
        let wanted: Intent
        /// What the ledger says of it; nil where it is not ours.
        let record: LedgerRecord?
        /// By whose word.
        let word: Word
        let revision: KeyVersion
        /// Whether it is absent from a source that has lost the history of which the record is.
        let isLost: Bool
        /// Whether its key is listed at a lower version than the record is of.
        let isContradicted: Bool
        /// Whether its key was known and is gone with a history of the source.
        let hasLostKey: Bool
        /// Whether it is absent since its source has another history than before, and was not approved.
        let isLostSince: Bool

        init(_ pkey: PKey, _ desired: DesiredState, record: LedgerRecord?) {
            self.pkey = pkey
            self.record = record
            wanted = desired.intent(of: pkey)
            word = desired.word(on: pkey)
            revision = desired.revision(of: pkey)
            // That it was deleted is somebody's word, of whatever history the record is.
            let isOfLostHistory = word == .listed && record.flatMap { desired.lostHistory(of: $0) } != nil
            isLost = wanted == .absent && (isOfLostHistory || desired.isLost(pkey))
            isLostSince = wanted == .absent && record?.state != .approved && desired.isLost(pkey)
            hasLostKey = wanted == .absent && desired.hasLost(pkey)
            isContradicted = record.map { desired.contradicts($0, of: pkey) } ?? false
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
    /// Partitions whose keys went back to other values, with many others: each with the version that is held back.
    private var reverted: [PKey: KeyVersion] = [:]

    /// Everything may be done.
    package static var everything: Admission { Admission(Limits(), DeletionGuard.Threshold()) }

    package init(_ limits: Limits, _ threshold: DeletionGuard.Threshold) {
        self.limits = limits
        deletionGuard = DeletionGuard(threshold)
    }

    /// - Parameter revision: of the key that decides.
    package func intent(of pkey: PKey, wanted: Intent, at revision: KeyVersion = .absent) -> Intent {
        let admitted = limits.admitted(wanted, for: pkey)
        if let held = reverted[pkey], held == revision, admitted.isCarriedOut { return .held(.deletionGuard) }
        return admitted == .absent && deletionGuard.holds(pkey) ? .held(.deletionGuard) : admitted
    }

    /// Whether what is wanted of a partition may be done as it is, and nobody has judged anything of it before.
    func isUnreserved(_ wanted: Intent, of pkey: PKey) -> Bool {
        reverted[pkey] == nil && !deletionGuard.hasJudged(pkey) && limits.admitted(wanted, for: pkey) == wanted
    }

    var adoption: AdoptionRule { limits.adoption }

    /// What stands against taking over a partition that is there and not ours.
    func conflict(over actual: Partition, of pkey: PKey, wanted: DesiredPartition) -> Conflict? {
        limits.adoption.conflict(over: actual, of: pkey, wanted: wanted)
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
                // What a list lacks, and what is disputed, is still to be judged.
                guard candidate.wanted != .held(.disputed) else { continue }
                if candidate.wanted != .held(.awaitingWatch), deletionGuard.forget(pkey) { isChanged = true }
                if judgeReverted(candidate, &judgement) { isChanged = true }
                continue
            }
            if reverted.removeValue(forKey: pkey) != nil { isChanged = true }
            // It was authorised and made: nothing is left to hold.
            // Of a key that was known since, the record is of the history before.
            guard !record.isSeenGone || candidate.hasLostKey else {
                deletionGuard.believe(pkey)
                continue
            }
            absent.append(pkey)
            // What was approved was another record: of this one it would say so, or that it is being deleted.
            if record.isGuardable { deletionGuard.retractApproval(of: pkey) }
            // Held before this life, or before it looked again: it is told anew, with since when.
            if record.state == .guarded, candidate.word == .listed {
                // Somebody else has held it since we believed it.
                deletionGuard.doubt(pkey)
                if deletionGuard.hold(pkey) { judgement.held.append(pkey) }
            }
            // However few they are: a ledger may outlive the store of the keys, and then every key looks deleted. A deletion
            // that was authorised in the history before may not be of the key as it was last.
            if candidate.isLost, record.isGuardable || candidate.isLostSince, deletionGuard.hold(pkey) {
                judgement.held.append(pkey)
            }
            if record.state == .approved, deletionGuard.approve(pkey) { judgement.approved.append(pkey) }
        }
        judgement.approved.sort()
        judgement.held += deletionGuard.judge(absent, owned: owned, isListed: isListed)
        judgement.held.sort()
        if isChanged || judgement != Judgement() { guarded = Capped(held) }
        return judgement
    }

    /// A partition of ours whose key is there: one that went back stays held until it changes, or somebody approves.
    ///
    /// - Returns: whether another one is held by now, or one less.
    private mutating func judgeReverted(_ candidate: Candidate, _ judgement: inout Judgement) -> Bool {
        let pkey = candidate.pkey
        let before = reverted[pkey]
        if let held = before, held != candidate.revision || candidate.word == .told { reverted[pkey] = nil }
        let state = candidate.record?.state
        if state == .approved, reverted.removeValue(forKey: pkey) != nil { judgement.approved.append(pkey) }
        if state == .guarded, candidate.isContradicted, candidate.word == .listed, reverted[pkey] == nil {
            reverted[pkey] = candidate.revision
            judgement.held.append(pkey)
        }
        return reverted[pkey] != before
    }

    /// Judges keys that went back to other values in a list of another history, as the deletions that they may be.
    ///
    /// - Parameters:
    ///   - candidates: partitions of ours of which that is so, or that were ours before the ledger was in doubt.
    ///   - lost: how many of ours are absent from that list.
    /// - Returns: those that are held from now on, in ascending order.
    package mutating func judgeReverted(
        _ candidates: some Sequence<Candidate>, lost: Int, owned: Int
    ) -> [PKey] {
        let ours = candidates.filter { candidate in
            candidate.record?.isGuardable != false && candidate.word == .listed
                && limits.admitted(candidate.wanted, for: candidate.pkey).isCarriedOut
        }
        guard deletionGuard.isTooMany(ours.count + lost, of: owned) else { return [] }
        for candidate in ours { reverted[candidate.pkey] = candidate.revision }
        guarded = Capped(held)
        return ours.map(\.pkey).sorted()
    }

    /// The watch has told what had been held because a list alone said so: that is somebody's word.
    package mutating func heard(_ pkeys: some Sequence<PKey>) {
        var isChanged = false
        for pkey in pkeys {
            reverted[pkey] = nil
            if deletionGuard.holds(pkey) { deletionGuard.forget(pkey) }
            isChanged = true
        }
        if isChanged { guarded = Capped(held) }
    }

    /// The source has another history now: all verdicts were on the one before.
    package mutating func forgetVerdicts() {
        reverted = [:]
        for pkey in deletionGuard.judged { deletionGuard.forget(pkey) }
        guarded = Capped()
    }

    /// The keys of these may have been lost, as is known by now: that a list lacks them is no reason to delete any more.
    package mutating func doubted(_ pkeys: some Sequence<PKey>) {
        for pkey in pkeys { deletionGuard.doubt(pkey) }
    }

    /// We have let go of a partition: its next deletion is another one.
    package mutating func released(_ pkey: PKey) {
        reverted[pkey] = nil
        if deletionGuard.forget(pkey) { guarded = Capped(held) }
    }

    /// Verdicts end with ownership: after a wipe, what nobody puts back would hold other deletions for ever.
    package mutating func forgetAll(but isOurs: (PKey) -> Bool) {
        for pkey in deletionGuard.judged where !isOurs(pkey) { deletionGuard.forget(pkey) }
        guarded = Capped(held)
    }

    /// The PKeys whose deletion or change is held, in ascending order.
    package var held: [PKey] { (deletionGuard.held + reverted.keys).sorted() }
    package var isHolding: Bool { !guarded.isEmpty }
}

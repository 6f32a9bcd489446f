internal import Fabric
internal import KeyHistory
internal import Planning

/// How it stands with one partition: what is wanted of it, what may be done about that, what the ledger says of it and what
/// the fabric has. Pure.
struct Standing: Hashable, Sendable {
    let pkey: PKey
    /// What people call those who want it: `etcd`.
    let source: String
    /// What they want.
    let wanted: Intent
    /// What may be done of that.
    let intent: Intent
    /// By whose word it is wanted.
    let word: Word
    /// Whether a comparison has shown that it is not so, or has yet to show that it is, and nobody has told since what is.
    var isRefuted = false
    /// The key that decides over the partition, or would; its version, ``KeyVersion/absent`` without one.
    let key: KeyName
    let revision: KeyVersion
    /// What the ledger says; nil where the partition is not ours.
    let record: LedgerRecord?
    /// Which writing of the record that is; ``RecordVersion/absent`` without one.
    let version: RecordVersion
    /// How far the source has come, where it has lost the history of which the record is.
    let lostHistory: KeyVersion?
    /// Whether its key is absent since the source came back with another history.
    let isLost: Bool
    /// The partition, `.some(nil)` where there is none, or nil where only a read can tell.
    let actual: Partition??
    /// What is known of its absence.
    let absence: Absence
    /// Ports of it that other partitions have still to give up.
    var waiting: Waiting?
    /// Ports that it gives up although its deletion is held: a key that was told after that wants them elsewhere.
    var givenUp: Set<GUID> = []
    /// The record that it had, where that is gone with a history of the source, as its key is.
    var lostRecord: LedgerRecord?

    /// What stands against taking the partition over; nil where nothing does, or it is ours.
    var conflict: Conflict?
    /// What the ledger says of that.
    var noted: ConflictNote?
    /// What the ledger keeps of the partition that was deleted last.
    var tombstone: KeptTombstone?
    /// Whether the fabric manager has gone back, and it was seen to be there again.
    var isBack = false

    var isOwned: Bool { record != nil }

    /// What the ledger is to say of a conflict, where it says something else.
    var conflictNote: Noting? {
        let right = conflict.map { ConflictNote(key: key, revision: revision, $0) }
        guard !isOwned, noted != right else { return nil }
        // The first record takes it away.
        if right == nil, case .present = intent { return nil }
        return Noting(note: right)
    }

    /// What is to stand there, or nothing.
    struct Noting: Hashable, Sendable {
        let note: ConflictNote?
    }

    /// The record that the partition has once it is in this state for the key as it is now.
    func record(_ state: LedgerRecord.State, error: String? = nil) -> LedgerRecord {
        LedgerRecord(state, key: key, revision: revision, error: error)
    }

    /// The record that says why a partition of ours is not in step; nil where it is not ours.
    ///
    /// Of a deletion it goes on saying that it was authorised, or approved: what somebody has approved is not to be approved again.
    /// One that is guarded stays so, whatever it fails with.
    func record(failing errand: Errand, _ failure: Failure) -> LedgerRecord? {
        guard var known = record, known.state != .guarded else { return nil }
        guard known.state == .deleting || known.state == .approved && intent == .absent else {
            return errand.record(.failing, error: failure.message)
        }
        known.error = failure.message
        return known
    }

    /// What is nobody's and is to be deleted, by the tombstone that it is of: it is exactly what we have deleted, and nobody
    /// has brought it back but the fabric manager.
    ///
    /// - Parameter actual: what the partition is.
    func revenant(_ actual: Partition?) -> KeptTombstone? {
        guard isBack, !isOwned, intent == .absent, let tombstone, let actual,
            tombstone.tombstone.isOf(actual, pkey)
        else { return nil }
        return tombstone
    }

    /// Whether it is to be deleted by its tombstone, as far as is known.
    var isRevenant: Bool { isBack && !isOwned && (actual.map { revenant($0) != nil } ?? true) }

    /// What is to be kept of the partition when its deletion is authorised; nil where the ledger keeps it already.
    ///
    /// - Parameter actual: what the partition is.
    func tombstone(_ actual: Partition?) -> Tombstone? {
        guard let record, record.state != .deleting || tombstone == nil else { return nil }
        return Tombstone(key: record.key, members: actual?.members.guids ?? [])
    }

    /// Whether the partition differs from what is wanted, or the ledger from what is so.
    ///
    /// - Parameter known: what it is known to wait for.
    func needsWork(_ planner: Planner, waitingFor known: Waiting?) -> Bool {
        if conflictNote != nil { return true }
        if case .held = intent { return holdRecord != nil || !givenUp.isEmpty }
        guard let actual else { return intent != .absent || isOwned || isBack }
        if revenant(actual) != nil { return true }
        if intent == .absent, actual == nil { return waiting != known || !recordIsRight }
        let steps = planner.steps(for: pkey, intent: intent, actual: actual, isOwned: isOwned, waiting: waiting)
        return !steps.isEmpty || waiting != known || !recordIsRight
    }

    /// Whether it is to be written by a list's word alone, so that a second opinion comes first.
    func wantsOpinion(_ planner: Planner) -> Bool {
        guard word == .listed, let record, record.state != .deleting else { return false }
        switch intent {
        case .absent: return false
        case .held: return holdRecord == nil && !givenUp.isEmpty
        case .present:
            guard let actual else { return true }
            return !planner.steps(for: pkey, intent: intent, actual: actual, isOwned: true, waiting: waiting).isEmpty
        }
    }

    private var recordIsRight: Bool {
        switch intent {
        case .held: true
        case .absent:
            // What is gone is ours until there is proof, and for that we wait.
            !isOwned || (record?.isSeenGone == true && proofOfEnd == nil && !wantsSingleWitness)
        // What waits is not in step.
        case .present: record == record(waiting == nil ? .synced : .claimed)
        }
    }

    /// Whether UFM is still to be asked to delete the partition, whether it shows it or not.
    var isToBeDeleted: Bool { isOwned && !isDeleted }

    /// Whether UFM has said that it did our DELETE, under the authorisation that the ledger has.
    private var isDeleted: Bool {
        record?.state == .deleting && (record?.isSeenGone == true || absence.isDeleted)
    }

    /// That the partition is gone as it was to be: its record may go as well.
    var proofOfEnd: ProofOfAbsence? { record?.isSeenGone == true ? absence.proof : nil }

    /// Whether a list has said that the partition is gone, and a read of it is yet to say the same.
    var wantsSingleWitness: Bool { isDeleted && absence.list != nil && absence.single == nil }

    /// The record that says why a partition of ours is left as it is; nil where the ledger says so already, or need not.
    var holdRecord: LedgerRecord? {
        guard case .held(let reason) = intent else { return nil }
        // One that went back was ours, though the ledger may have lost its record.
        let isReverted = reason == .deletionGuard && wanted != .absent
        guard var held = record ?? (isReverted ? record(.claimed) : lostRecord) else { return nil }
        switch reason {
        case .unreadable: (held.state, held.error) = (.held, "the value of \(key) cannot be read")
        case .deletionGuard where held.state == .guarded: return nil
        case .deletionGuard:
            let cause =
                isReverted
                ? "its key went back to an older value in \(source), with many others"
                : lostHistory.map { "\(source) has lost its history (revision \($0), was \(held.revision))" }
                    ?? (isLost
                        ? "gone since \(source) came back with another history"
                        : "deleted from \(source) with many others")
            (held.state, held.error) = (.guarded, "\(cause): waits for an approval")
        case .outsideRange, .policy, .record, .awaitingWatch, .membersDisagree, .disputed, .conflict: return nil
        }
        return held == record ? nil : held
    }

    /// How the fabric differs from what it was seen to have for the key as it is now; nil where it was not seen so, or does
    /// not differ.
    func drift(_ planner: Planner) -> Difference? {
        guard record == record(.synced), case .present(let desired) = intent, let actual,
            !planner.steps(for: pkey, intent: intent, actual: actual, isOwned: true).isEmpty
        else { return nil }
        return planner.difference(from: actual, to: desired)
    }

    /// Whether the policy leaves undone what would otherwise be done.
    func isLeftUndone(_ planner: Planner) -> Bool {
        guard intent == .held(.policy), let actual else { return false }
        return !planner.steps(for: pkey, intent: wanted, actual: actual, isOwned: isOwned).isEmpty
    }
}

package import Fabric
package import KeyHistory
import Planning
package import Reconciler
import Text

/// What is known while UFM is waited for to have the newest revision of one PKey. Pure.
package struct WaitState {
    package enum Verdict: Equatable {
        /// UFM has this revision.
        case synced(revision: KeyVersion)
        /// There is to be no partition, and the ledger as last told has none, or has seen it gone. It may have been told before
        /// the key went: the record is to be read once more.
        case goneIfConfirmed
        /// There is neither a key nor a record, and none was told since the wait began: nothing says that the partition ever was,
        /// unless a tombstone does.
        case unknownIfConfirmed
        /// UFM has the partition, and it is not ours: waiting does not help.
        case conflict
    }

    private let pkey: PKey
    private var desired: DesiredState
    private var entry: LedgerEntry?
    private var isEntryKnown = false
    /// Whether a key or a record was told since the wait began.
    private var hasBeen = false
    private var note: WaitingNote?
    private var conflict: ConflictNote?
    /// What the key's revision was since the wait began: a record of any other is of an earlier time, or of another store.
    private var seen: Set<KeyVersion> = []
    private var failure: String?

    package init(_ pkey: PKey, of sources: [SourceID]) {
        self.pkey = pkey
        desired = DesiredState(sources, flags: FlagPolicy())
    }

    package mutating func take(_ event: SourceEvent, from source: SourceID) -> Verdict? {
        switch event {
        case .listed(let list, _):
            _ = desired.take(list, .afresh, from: source)
            see()
        case .changed(let point, let changes):
            // One by one: a revision that was followed by another at once may be the one that UFM gets.
            for change in changes {
                _ = desired.take([change], at: point, from: source)
                see()
            }
        case .lost(let failure): self.failure = failure.message
        case .restored: failure = nil
        case .progress: break
        }
        return verdict
    }

    package mutating func take(_ told: Result<LedgerEntry?, Failure>) -> Verdict? {
        switch told {
        case .success(let entry):
            if entry != self.entry { note = nil }
            self.entry = entry
            isEntryKnown = true
            if entry != nil { hasBeen = true }
            failure = nil
        case .failure(let failure): self.failure = failure.message
        }
        return verdict
    }

    /// Something is kept of the partition: it was deleted, and is gone.
    package mutating func takeTombstone() -> Verdict? {
        hasBeen = true
        return verdict
    }

    /// What stands against taking the partition over.
    package mutating func take(conflict told: Result<ConflictNote?, Failure>) -> Verdict? {
        // Of a failure the record's follower tells as well.
        if case .success(let conflict) = told { self.conflict = conflict }
        return verdict
    }

    /// What the record that was told last says that the partition waits for.
    package mutating func take(_ note: WaitingNote?) { self.note = note }

    private mutating func see() {
        let revision = desired.revision(of: pkey)
        guard revision != .absent else { return }
        seen.insert(revision)
        hasBeen = true
    }

    /// What all that was told amounts to; nil while it is to be waited on.
    var verdict: Verdict? {
        guard desired.isListed, isEntryKnown else { return nil }
        if let record = entry?.record, record.state == .synced, seen.contains(record.revision) {
            return .synced(revision: record.revision)
        }
        if status?.state == .conflict { return .conflict }
        guard desired.intent(of: pkey) == .absent, entry?.record.isSeenGone ?? true else { return nil }
        return hasBeen ? .goneIfConfirmed : .unknownIfConfirmed
    }

    private var status: PartitionStatus? {
        PartitionStatus(of: pkey, desired: desired, entry: entry, note: note, conflict: conflict)
    }

    /// What is missing, in words: `PKey 0x200e is failing: … (revision 12 of /pcocc/… is not in UFM yet)`.
    package var words: String {
        if let failure { return failure }
        guard desired.isListed else { return "\(desired.name) has not been read yet" }
        guard isEntryKnown else { return "the ledger has not been read yet" }
        guard let status else {
            return "PKey \(pkey) has neither key nor record"
        }
        var words = "PKey \(pkey) is \(status.state == .conflict ? "in conflict" : status.state.rawValue)"
        if let error = status.error { words += ": \(error)" }
        if desired.intent(of: pkey) == .absent {
            words += "; its partition is not gone yet"
        } else {
            words += "; UFM does not have revision \(desired.revision(of: pkey)) of \(status.key) yet"
        }
        return Terminal.line(words)
    }
}

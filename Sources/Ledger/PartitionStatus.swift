package import Fabric
package import KeyHistory
package import Planning
package import Reconciler

/// How far UFM is with one PKey, from its key in etcd and its record in the ledger. Pure.
package struct PartitionStatus: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        /// UFM has the key's newest revision.
        case synced
        /// The daemon has yet to take note of what etcd says now.
        case pending
        /// The daemon has claimed the partition for this revision and is at work.
        case claimed
        /// It waits for ports that other partitions have yet to give up.
        case waiting
        /// UFM has the partition, and it is not ours: nothing is written.
        case conflict
        /// UFM refuses; the daemon keeps trying.
        case failing
        /// The key's value cannot be read: the partition stays as it is.
        case held
        /// The deletion waits for an approval.
        case guarded
        /// The deletion has been approved, and is yet to be done.
        case approved
        case deleting
        /// It was deleted, and was seen to be gone; its record stays until that is beyond doubt.
        case gone
        /// The key's lists are empty: there is to be no partition, and none is ours.
        case empty
    }

    package let pkey: PKey
    package let state: State
    /// The key in etcd that decides, or that did.
    package let key: KeyName
    /// The revision of that key; nil when it is not there.
    package let keyRevision: KeyVersion?
    package let entry: LedgerEntry?
    /// Why it is failing, held or guarded, or what it waits for.
    package let error: String?
    /// The ports that it waits for, and who still has them.
    package let waits: WaitingNote?
    /// What stands against taking the partition over.
    package let conflict: Conflict?

    /// What there is to say of a PKey; nil where it has neither a key nor anything in the ledger, or must not be touched.
    ///
    /// - Parameters:
    ///   - admission: what may be done of what is wanted.
    ///   - note: what it waits for.
    ///   - conflict: what the daemon found in its place that is not ours.
    ///   - strange: what stands in the place of its record and is none.
    package init?(
        of pkey: PKey, desired: DesiredState, admission: Admission = .everything, entry: LedgerEntry?,
        note: WaitingNote? = nil, conflict: ConflictNote? = nil, strange: StrangeRecord? = nil
    ) {
        let (hasKey, wanted) = (desired.pkeys.contains(pkey), desired.intent(of: pkey))
        guard hasKey || entry != nil || strange != nil,
            admission.intent(of: pkey, wanted: wanted) != .held(.outsideRange)
        else { return nil }
        self.pkey = pkey
        self.entry = entry
        let recordKey = entry.map(\.record.key).flatMap { $0.isEmpty ? nil : $0 }
        key = hasKey ? desired.key(of: pkey) : recordKey ?? desired.key(of: pkey)
        keyRevision = hasKey ? desired.revision(of: pkey) : nil
        if let strange {
            (self.state, error, waits) = (.held, "\(strange.name): \(strange.problem)", nil)
            self.conflict = nil
            return
        }
        if let conflict, entry == nil, hasKey, conflict.key == key, conflict.revision == keyRevision {
            (self.state, error, waits) = (.conflict, conflict.conflict.inWords, nil)
            self.conflict = conflict.conflict
            return
        }
        self.conflict = nil
        let state = Self.state(wanted, keyRevision, entry?.record)
        waits = state == .claimed ? note : nil
        self.state = waits == nil ? state : .waiting
        error =
            state == .held
            ? entry?.record.error ?? "the value of \(key) cannot be read" : waits?.words ?? entry?.record.error
    }

    private static func state(_ intent: Intent, _ keyRevision: KeyVersion?, _ record: LedgerRecord?) -> State {
        switch intent {
        case .held: return .held
        case .absent:
            guard let record else { return .empty }
            switch record.state {
            case .guarded: return .guarded
            case .approved: return .approved
            // Of a deletion that fails the record goes on saying that it was authorised.
            case .deleting:
                guard !record.isSeenGone else { return .gone }
                return record.error == nil ? .deleting : .failing
            case .failing: return .failing
            case .claimed, .synced, .held: return .pending
            }
        case .present:
            guard let record, record.revision == keyRevision else { return .pending }
            switch record.state {
            case .claimed: return .claimed
            case .synced: return .synced
            case .failing: return .failing
            // The key can be read again, or is back.
            case .held, .guarded, .approved, .deleting: return .pending
            }
        }
    }
}

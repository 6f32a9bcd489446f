internal import Fabric

/// Which of the partitions that we have deleted the fabric manager brought back, by going back to an older state. Pure.
///
/// That one is there again proves nothing: somebody may have made it, or the ledger come back with a tombstone of a PKey that
/// was used again since. So it has to have been gone beyond doubt, in this life and in this history of the ledger; and to be
/// there again soon after the fabric manager was away, was seen to restart, or had lost much.
struct Revenants: Sendable {
    /// How long a fabric manager that was away may go on loading an older state, and how long others than we have to see a
    /// partition gone before it counts as gone.
    static let patience = Absences.patience

    /// A partition that is not there.
    private struct Absent: Sendable {
        /// Of which writing of its tombstone.
        let version: RecordVersion
        /// Since when lists lack it; nil where its own deletion, in this life, proved it to be gone.
        let since: Duration?
    }

    /// Lists that begin before this may show an older state, and prove nobody's absence.
    private var isBackUntil = Duration.zero
    private var absent: [PKey: Absent] = [:]
    /// Those that are there again, each with the writing of its tombstone.
    private var returned: [PKey: RecordVersion] = [:]
    /// Those that we have released and whose tombstone no read of the ledger has shown yet: gone beyond doubt.
    private var released: Set<PKey> = []

    /// Whether the fabric manager has brought back what this tombstone is of.
    func has(_ pkey: PKey, _ tombstone: KeptTombstone) -> Bool { returned[pkey] == tombstone.version }

    /// Those that are there again.
    var pkeys: Dictionary<PKey, RecordVersion>.Keys { returned.keys }

    /// The fabric manager has been away, or was seen to restart, or to have lost much.
    mutating func wentBack(now: Duration) {
        isBackUntil = max(isBackUntil, now + Self.patience)
    }

    /// We have let go of a partition that is gone beyond doubt.
    mutating func released(_ pkey: PKey) {
        forget(pkey)
        released.insert(pkey)
    }

    /// A partition is ours again, or wanted.
    mutating func forget(_ pkey: PKey) {
        absent[pkey] = nil
        returned[pkey] = nil
        released.remove(pkey)
    }

    /// The ledger's store has another history: what was deleted in the one before may have been used again since.
    mutating func forgetAll() {
        (absent, returned, released) = ([:], [:], [])
    }

    /// The ledger has been read.
    ///
    /// - Parameter tombstones: those of partitions without a record.
    mutating func read(_ tombstones: [PKey: KeptTombstone]) {
        // A read that began before the release shows the record still, and no tombstone without one.
        for pkey in released {
            guard let version = tombstones[pkey]?.version else { continue }
            absent[pkey] = Absent(version: version, since: nil)
            released.remove(pkey)
        }
        absent = absent.filter { tombstones[$0.key]?.version == $0.value.version }
        returned = returned.filter { tombstones[$0.key]?.version == $0.value }
    }

    /// A complete list was read that began then.
    ///
    /// - Parameters:
    ///   - tombstones: those of partitions without a record.
    ///   - lacksMuch: whether it lacked more than may go by itself.
    /// - Returns: those that are back, in ascending order.
    mutating func listed(
        _ snapshot: FabricSnapshot, began: Duration, _ tombstones: [PKey: KeptTombstone], lacksMuch: Bool
    ) -> [PKey] {
        guard !snapshot.isRecalled else { return [] }
        if snapshot.isAfterRestart || lacksMuch { wentBack(now: began) }
        let isBack = began < isBackUntil
        var found: [PKey] = []
        for (pkey, tombstone) in tombstones {
            guard snapshot[pkey] != nil else {
                // One that loads its state may show it by and by.
                guard !isBack else { continue }
                returned[pkey] = nil
                if absent[pkey]?.version != tombstone.version {
                    absent[pkey] = Absent(version: tombstone.version, since: began)
                }
                continue
            }
            guard let absent = absent.removeValue(forKey: pkey), isBack else { continue }
            let isBeyondDoubt = absent.since.map { began - $0 >= Self.patience } ?? true
            guard absent.version == tombstone.version, isBeyondDoubt else { continue }
            returned[pkey] = tombstone.version
            found.append(pkey)
        }
        return found.sorted()
    }
}

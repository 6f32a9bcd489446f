package import Fabric
package import Reconciler

/// Deletions and changes that are held back, as they are to be shown to somebody before he approves them.
package struct GuardedDeletions: Sendable {
    /// In ascending order of PKey.
    package let shown: [(pkey: PKey, entry: LedgerEntry)]

    package init(_ stored: StoredRecords) {
        shown = stored.entries.filter { $0.value.record.state == .guarded }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    /// Their approval: of each as it was shown.
    package var approval: Instruction.What {
        .approve(Dictionary(shown.map { ($0.pkey, $0.entry.version) }, uniquingKeysWith: { $1 }))
    }
}

/// Partitions that are there and not ours, as they are to be shown to somebody before he says that they are.
package struct StandingConflicts: Sendable {
    /// In ascending order of PKey.
    package let shown: [(pkey: PKey, note: ConflictNote)]

    /// - Parameter pkeys: those that are meant; nil for all.
    package init(_ stored: StoredRecords, of pkeys: Set<PKey>?) {
        shown = stored.content.conflicts.filter { pkeys?.contains($0.key) ?? true }.sorted { $0.key < $1.key }
            .map { ($0.key, $0.value) }
    }

    /// That they are ours: each as it was shown.
    package var adoption: Instruction.What {
        .adopt(Dictionary(shown.map { ($0.pkey, $0.note) }, uniquingKeysWith: { $1 }))
    }
}

package import Fabric
package import FoundationEssentials
package import KeyHistory
package import Planning
package import Reconciler

/// How far UFM is with all PKeys that etcd or the ledger know. Pure.
package struct StatusReport: Sendable {
    package let fabric: String
    /// The revision of etcd, or of what else is the first source, at which the keys were read.
    package let revision: Int64
    /// In ascending order.
    package let partitions: [PartitionStatus]
    /// How many records are outside the managed range: the daemon leaves them alone.
    package let outside: Int

    /// - Parameters:
    ///   - partitions: in ascending order.
    init(fabric: String, revision: Int64, partitions: [PartitionStatus], outside: Int) {
        self.fabric = fabric
        self.revision = revision
        self.partitions = partitions
        self.outside = outside
    }

    /// - Parameters:
    ///   - range: the PKeys that are managed; keys and records of others are left out.
    ///   - ledger: the ledger, read before the keys, so that nothing is called synced which is outdated already.
    ///   - notes: what partitions wait for, by their records.
    ///   - sources: where keys come from, in the order of precedence.
    ///   - keys: a list of each source.
    package init(
        fabric: String, range: ManagedRange = .everything, ledger: StoredRecords,
        notes: [PKey: WaitingNote] = [:], sources: [SourceID], keys: [SourceID: KeySnapshot]
    ) {
        var desired = DesiredState(sources, flags: FlagPolicy(), range: range)
        for (source, list) in keys { _ = desired.take(list, .afresh, from: source) }
        self.fabric = fabric
        revision = sources.first.flatMap { keys[$0]?.revision.number } ?? 0
        let entries = ledger.content.records
        let admission = Admission(Limits(range: range), DeletionGuard.Threshold())
        outside = entries.keys.count { admission.intent(of: $0, wanted: .absent) == .held(.outsideRange) }
        let strange = Dictionary(
            ledger.strange.compactMap { record in record.pkey.map { ($0, record) } },
            uniquingKeysWith: { first, _ in first })
        partitions = desired.pkeys.union(entries.keys).union(strange.keys).sorted().compactMap { pkey in
            PartitionStatus(
                of: pkey, desired: desired, admission: admission, entry: ledger.entries[pkey], note: notes[pkey],
                conflict: ledger.conflicts[pkey], strange: strange[pkey])
        }
    }

    /// Reads both sides.
    package init(
        fabric: String, range: ManagedRange, ledger: any InspectableLedger, sources: [any KeySource]
    ) async throws(Failure) {
        // The ledger first: a key that changes between the two reads then looks pending, which it is or was.
        let stored = try await ledger.contents()
        let notes = try await ledger.notes(of: stored.entries)
        self.init(
            fabric: fabric, range: range, ledger: stored, notes: notes, sources: sources.map(\.id),
            keys: try await sources.lists())
    }

    /// The deletions that wait for an approval; nil where there are none.
    package var guarded: Guarded? {
        let waiting = partitions.filter { $0.state == .guarded }
        guard !waiting.isEmpty else { return nil }
        return Guarded(pkeys: Capped(waiting.map(\.pkey)), since: waiting.compactMap { $0.entry?.time }.min())
    }

    /// Deletions that wait for an approval.
    package struct Guarded: Hashable, Sendable {
        /// In ascending order.
        package let pkeys: Capped<PKey>
        /// When the first of them was held back, as far as the ledger says.
        package let since: Date?
    }

    /// How many PKeys are in each state, of those states that there are, in the order of ``PartitionStatus/State``.
    package var counts: [(state: PartitionStatus.State, count: Int)] {
        PartitionStatus.State.allCases.map { state in
            (state, partitions.count { $0.state == state })
        }.filter { $0.count > 0 }
    }
}

package import Fabric
package import Reconciler

/// Deletions that are held back because they came many at once, as they were shown to somebody.
package struct GuardedDeletions: Sendable {
    /// In ascending order of PKey.
    package let shown: [(pkey: PKey, entry: LedgerEntry)]
    private let ledger: any InspectableLedger

    /// What became of an approval.
    package struct Outcome: Hashable, Sendable {
        package var approved: [PKey] = []
        /// What changed between the showing and the approval, and was left alone.
        package var changedMeanwhile: [PKey] = []
    }

    /// Reads those that wait now.
    package init(in ledger: any InspectableLedger) async throws(Failure) {
        self.ledger = ledger
        shown = try await ledger.contents().entries.filter { $0.value.record.state == .guarded }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Approves each that still is as it was shown.
    package func approve() async throws(Failure) -> Outcome {
        // Somebody's word is written whatever keeps the daemon from writing.
        let gate = WriteGate()
        var outcome = Outcome()
        for (pkey, entry) in shown {
            if let permit = gate.permit(for: .amendment), try await ledger.approve(entry, of: pkey, permit) {
                outcome.approved.append(pkey)
            } else {
                outcome.changedMeanwhile.append(pkey)
            }
        }
        return outcome
    }
}

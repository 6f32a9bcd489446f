package import Fabric
package import KeyHistory
package import Logging
package import Reconciler
import Synchronization

/// A fabric that is read and never written: changes are told, and shown in later reads as if they had been made.
///
/// Together with ``DryRunLedger`` this is all that makes a run a dry one: what stands behind is never asked to write.
package final class DryRunFabric: FabricProvider {
    private let base: any FabricProvider
    private let log: Logger
    /// Partitions as the changes would have left them; nil for one that would be gone.
    private let changed = Mutex<[PKey: Partition?]>([:])

    package init(_ base: any FabricProvider, log: Logger) {
        self.base = base
        self.log = log
    }

    package func snapshot() async throws(Failure) -> FabricSnapshot {
        var partitions = try await base.snapshot().partitions
        for (pkey, partition) in changed.withLock({ $0 }) { partitions[pkey.number] = partition }
        return FabricSnapshot(complete: partitions.values)
    }

    package func partition(_ pkey: PKey) async throws(Failure) -> Partition? {
        if let partition = changed.withLock({ $0[pkey] }) { return partition }
        return try await base.partition(pkey)
    }

    package func perform(_ step: PlanStep) async throws(Failure) {
        let before = try await partition(step.pkey)
        log.notice("DRY RUN: not sent to UFM: \(step.inWords)")
        changed.withLock { $0[step.pkey] = .some(step.applied(to: before)) }
    }
}

/// A ledger that is read and never written.
package final class DryRunLedger: OwnershipStore {
    private let base: any OwnershipStore
    /// Records as the changes would have left them; nil for one that would be gone.
    private let changed = Mutex<[PKey: LedgerRecord?]>([:])

    package init(_ base: any OwnershipStore) {
        self.base = base
    }

    package func records() async throws(Failure) -> [PKey: LedgerRecord] {
        var records = try await base.records()
        for (pkey, record) in changed.withLock({ $0 }) { records[pkey] = record }
        return records
    }

    package func claim(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool {
        note(record, pkey)
        return true
    }

    package func claim(_ records: [PKey: LedgerRecord]) async throws(Failure) -> Bool {
        for (pkey, record) in records { note(record, pkey) }
        return true
    }

    package func amend(_ record: LedgerRecord, for pkey: PKey) async throws(Failure) -> Bool {
        guard try await records()[pkey] != nil else { return false }
        note(record, pkey)
        return true
    }

    package func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [KeyName: KeyVersion]
    ) async throws(Failure) -> Bool {
        try await amend(record, for: pkey)
    }

    package func release(_ pkey: PKey) async throws(Failure) {
        changed.withLock { $0[pkey] = .some(nil) }
    }

    private func note(_ record: LedgerRecord, _ pkey: PKey) {
        changed.withLock { $0[pkey] = record }
    }
}

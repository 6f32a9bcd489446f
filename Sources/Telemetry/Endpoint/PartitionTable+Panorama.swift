package import Exposition
import Fabric
import KeyHistory
import Ledger
package import Reconciler

extension PartitionTable {
    /// All partitions as the engine knows them, in the words of `status`.
    package init(_ panorama: Panorama) {
        let rows = panorama.pkeys.compactMap { pkey -> PartitionRow? in
            let kept = panorama.records?[pkey]
            let status = PartitionStatus(
                of: pkey, desired: panorama.desired, admission: panorama.admission,
                entry: kept.map { LedgerEntry(record: $0.record, time: nil, version: $0.version) },
                note: panorama.note(of: pkey), conflict: panorama.conflicts[pkey], strange: panorama.strange[pkey])
            guard let status else { return nil }
            let members = (panorama.partition(pkey)?.members ?? []).guids
            return PartitionRow(
                pkey, status.state.rawValue, isTroubled: status.state.isTroubled, key: status.key.description,
                revision: status.keyRevision?.number, members: members.sorted(), problem: status.error)
        }
        self.init(
            states: PartitionStatus.State.allCases.map(\.rawValue), rows: rows,
            portsInSeveral: panorama.portsInSeveral.count, portsAwaited: panorama.awaitedPorts.count)
    }
}

extension PartitionStatus.State {
    /// Whether it is not in step and does not get there by itself.
    fileprivate var isTroubled: Bool {
        switch self {
        case .waiting, .conflict, .failing, .held, .guarded: true
        case .synced, .pending, .claimed, .approved, .deleting, .gone, .empty: false
        }
    }
}

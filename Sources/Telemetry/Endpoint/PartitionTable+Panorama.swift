package import Exposition
import Fabric
import KeyHistory
package import Ledger
package import Reconciler

extension PartitionTable {
    /// All partitions as the engine knows them, in the words of `status`.
    package init(_ report: StatusReport, _ panorama: Panorama) {
        let rows = report.partitions.map { status in
            PartitionRow(
                status.pkey, status.state.rawValue, isTroubled: status.state.isTroubled, key: status.key.description,
                revision: status.keyRevision?.number, members: panorama.partition(status.pkey)?.members.guids ?? [],
                problem: status.error)
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

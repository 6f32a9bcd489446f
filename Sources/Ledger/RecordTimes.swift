package import Fabric
package import FoundationEssentials
package import Reconciler
import Synchronization

/// When records of the ledger were written, as whoever has read or written them knows: the engine has no clock, and its
/// records no times.
package final class RecordTimes: Sendable {
    private let known = Mutex<[PKey: (version: RecordVersion, time: Date)]>([:])

    package init() {}

    /// When the record of this version was written; nil where nobody knows.
    package func time(of pkey: PKey, _ version: RecordVersion) -> Date? {
        known.withLock { $0[pkey].flatMap { $0.version == version ? $0.time : nil } }
    }

    /// Takes what a complete read has found, in the place of all that was known but of what was written since it began.
    func learn(_ entries: [PKey: LedgerEntry]) {
        let found = entries.compactMapValues { entry in entry.time.map { (version: entry.version, time: $0) } }
        let newest = entries.values.map(\.version.number).max() ?? 0
        known.withLock { known in
            let later = known.filter { $0.value.version.number > newest }
            known = found.merging(later) { $1 }
        }
    }

    /// Takes what a write was answered.
    func learn(_ pkeys: some Sequence<PKey>, written version: RecordVersion, at time: Date) {
        known.withLock { known in
            for pkey in pkeys { known[pkey] = (version, time) }
        }
    }
}

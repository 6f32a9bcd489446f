import Fabric
import KeyHistory
import Planning
package import Reconciler

extension StatusReport {
    /// How far UFM is, as a daemon knows it.
    ///
    /// - Parameter times: when records were written, which the daemon's loop does not know.
    package init(_ panorama: Panorama, fabric: String, _ times: RecordTimes) {
        let records = panorama.records ?? [:]
        let partitions = panorama.pkeys.compactMap { pkey in
            PartitionStatus(
                of: pkey, desired: panorama.desired, admission: panorama.admission,
                entry: records[pkey].map {
                    LedgerEntry(record: $0.record, time: times.time(of: pkey, $0.version), version: $0.version)
                },
                note: panorama.note(of: pkey), conflict: panorama.conflicts[pkey], strange: panorama.strange[pkey])
        }
        let revision = panorama.desired.sources.first.flatMap { panorama.desired.reached($0) }?.revision.number
        self.init(
            fabric: fabric, revision: revision ?? 0, partitions: partitions,
            outside: records.keys.count {
                panorama.admission.intent(of: $0, wanted: .absent) == .held(.outsideRange)
            })
    }
}

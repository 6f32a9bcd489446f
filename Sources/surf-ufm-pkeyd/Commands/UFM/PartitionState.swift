import Fabric
import UFMClient

/// A partition with all that an export keeps of it.
struct PartitionState: Equatable {
    let pkey: PKey
    var partition: Partition
    /// Nil where nobody says.
    var qos: QualityOfService?

    /// Nil for 0x0 and the default partition, which are neither exported nor imported.
    init?(_ partition: Partition, qos: QualityOfService?) {
        guard let pkey = PKey(partition.number) else { return nil }
        self.pkey = pkey
        self.partition = partition
        self.qos = qos
    }

    /// What must be sent to have this quality of service: older releases refuse the fields, so UFM's defaults are not.
    var uncommonQoS: QualityOfService? { qos == QualityOfService() ? nil : qos }
}

extension UFMClient {
    /// All partitions that may be written. Two requests: UFM cannot list members and quality of service in one.
    func states() async throws(UFMError) -> [PKey: PartitionState] {
        let snapshot = try await snapshot()
        let qos = try await qualityOfService()
        var states: [PKey: PartitionState] = [:]
        for (number, partition) in snapshot.partitions {
            guard let state = PartitionState(partition, qos: qos[number]) else { continue }
            states[state.pkey] = state
        }
        return states
    }
}

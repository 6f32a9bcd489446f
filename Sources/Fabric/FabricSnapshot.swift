/// Every partition of a fabric, from one *complete* read.
///
/// Whoever makes one asserts that nothing is missing from it: a failed or partial read throws and has no snapshot, so
/// that an absent partition always means "not there".
package struct FabricSnapshot: Equatable, Sendable {
    package let partitions: [PartitionNumber: Partition]
    /// Whether it was kept from an earlier read, since UFM says that nothing has changed: a witness of nothing new.
    package private(set) var isRecalled = false
    /// Whether UFM was seen to have restarted since the snapshot before.
    package var isAfterRestart = false

    package init(complete partitions: some Sequence<Partition>) {
        self.partitions = Dictionary(partitions.map { ($0.number, $0) }, uniquingKeysWith: { _, later in later })
    }

    /// - Parameter partitions: each by its own number.
    package init(complete partitions: [PartitionNumber: Partition]) { self.partitions = partitions }

    /// The same, from memory.
    package var recalled: FabricSnapshot {
        var snapshot = self
        snapshot.isRecalled = true
        return snapshot
    }

    package subscript(key: PKey) -> Partition? { partitions[key.number] }

    /// The partitions in ascending order of number.
    package var sortedPartitions: [Partition] { partitions.values.sorted { $0.number < $1.number } }
}

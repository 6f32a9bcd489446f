import Fabric

/// What has been read of a list that is read by its bytes. Pure.
struct ListedPartitions: Sendable {
    /// What comes next.
    enum Phase {
        case begin, partition, comma, end
        /// It is not one that is read this way.
        case refused
    }

    var phase = Phase.begin
    private var partitions: [PartitionNumber: Partition] = [:]
    private var isSiteNamed = false

    /// All of them, once the list has ended.
    var whole: [PartitionNumber: Partition]? { phase == .end ? partitions : nil }

    /// Returns whether there was none with this number.
    mutating func add(_ partition: Partition) -> Bool {
        guard partitions.updateValue(partition, forKey: partition.number) == nil else {
            refuse()
            return false
        }
        return true
    }

    /// The name of the site stands in it: once.
    mutating func nameSite() -> Bool {
        if isSiteNamed { refuse() }
        defer { isSiteNamed = true }
        return !isSiteNamed
    }

    mutating func refuse() {
        phase = .refused
        partitions = [:]
    }
}

internal import Fabric
internal import Planning

/// What we know of the fabric: the last complete read, corrected by what was read or written since. Pure.
struct FabricKnowledge: Sendable {
    private var partitions: [PKey: Partition] = [:]
    /// A write failed, or was not verified: only a read tells.
    private var uncertain: Set<PKey> = []
    /// Partitions at work while a complete read was under way: it may show them as they were before.
    private var touched: Set<PKey>?
    private var readingSince: Duration?
    private(set) var isKnown = false
    /// Every partition of the last complete read, ours or not, in ascending order.
    private(set) var numbers: [PartitionNumber] = []

    var isBeingRead: Bool { touched != nil }

    /// The partition, `.some(nil)` where there is none, or nil where only a read can tell.
    func partition(_ pkey: PKey) -> Partition?? {
        guard isKnown, !uncertain.contains(pkey) else { return .none }
        return .some(partitions[pkey])
    }

    mutating func readingStarted(now: Duration, running: Set<PKey>) {
        touched = running
        readingSince = now
    }

    mutating func jobStarted(_ pkey: PKey) {
        touched?.insert(pkey)
    }

    mutating func readingFailed() {
        touched = nil
    }

    /// Takes a complete read; says how long it took.
    mutating func read(_ snapshot: FabricSnapshot, now: Duration) -> Duration {
        let touched = touched ?? []
        numbers = snapshot.partitions.keys.sorted()
        var read: [PKey: Partition] = [:]
        for partition in snapshot.partitions.values {
            if let pkey = PKey(partition.number) { read[pkey] = partition }
        }
        for pkey in touched { read[pkey] = partitions[pkey] }
        partitions = read
        uncertain.formIntersection(touched)
        isKnown = true
        self.touched = nil
        return now - (readingSince ?? now)
    }

    mutating func read(_ partition: Partition?, of pkey: PKey) {
        partitions[pkey] = partition
        uncertain.remove(pkey)
    }

    mutating func applied(_ step: PlanStep) {
        partitions[step.pkey] = step.applied(to: partitions[step.pkey])
    }

    mutating func isUncertain(of pkey: PKey) {
        uncertain.insert(pkey)
    }
}

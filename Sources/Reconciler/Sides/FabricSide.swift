internal import Fabric
internal import Planning

/// The fabric as it is known: the last complete read, corrected by what was read or written since. Pure.
struct FabricSide: Sendable {
    private var acquaintance = Acquaintance<FabricKnowledge>.unheard(nil)
    private var reading: Reading?

    /// A complete read that is under way.
    private struct Reading {
        let since: Duration
        /// Partitions at work meanwhile: it may show them as they were before.
        var touched: Set<PKey>
    }

    var isBeingRead: Bool { reading != nil }
    var isKnown: Bool { acquaintance.isHeard }
    var outage: Outage? { acquaintance.outage }
    var knowledge: FabricKnowledge? { acquaintance.knowledge }
    var status: EngineStatus.Server { EngineStatus.Server(isKnown: isKnown, outage: outage) }

    mutating func readingStarted(now: Duration, running: Set<PKey>) {
        acquaintance.retrying()
        reading = Reading(since: now, touched: running)
    }

    mutating func runStarted(_ pkey: PKey) {
        reading?.touched.insert(pkey)
    }

    mutating func readingFailed() {
        reading = nil
    }

    /// A request failed that shows the fabric manager to be away.
    mutating func failed(_ failure: Failure, now: Duration) {
        acquaintance.failed(failure, now: now)
    }

    /// Takes a complete read; says how long it took.
    mutating func read(_ snapshot: FabricSnapshot, now: Duration) -> Duration {
        let reading = reading ?? Reading(since: now, touched: [])
        self.reading = nil
        acquaintance.answered(now: now) { before in
            FabricKnowledge(snapshot, after: before, touched: reading.touched)
        }
        return now - reading.since
    }

    /// A read of one partition has shown it, or that there is none.
    mutating func read(_ partition: Partition?, of pkey: PKey) {
        acquaintance.update { $0.read(partition, of: pkey) }
    }

    /// The fabric manager says that it has done this.
    mutating func applied(_ step: PlanStep) {
        acquaintance.update { $0.applied(step) }
    }

    /// A request failed, or its effect was not seen: only a read tells.
    mutating func doubt(_ pkey: PKey) {
        acquaintance.update { $0.doubt(pkey) }
    }
}

/// What is known of a fabric that has been read once.
struct FabricKnowledge: Sendable {
    private var partitions: [PKey: Partition] = [:]
    /// Only a read tells what these are.
    private var uncertain: Set<PKey> = []
    /// Every partition of the last complete read, ours or not, in ascending order.
    let numbers: [PartitionNumber]

    init(_ snapshot: FabricSnapshot, after before: FabricKnowledge?, touched: Set<PKey>) {
        numbers = snapshot.partitions.keys.sorted()
        var read: [PKey: Partition] = [:]
        for partition in snapshot.partitions.values {
            if let pkey = PKey(partition.number) { read[pkey] = partition }
        }
        if let before {
            for pkey in touched { read[pkey] = before.partitions[pkey] }
            uncertain = before.uncertain.intersection(touched)
        }
        partitions = read
    }

    /// The partition, `.some(nil)` where there is none, or nil where only a read can tell.
    func partition(_ pkey: PKey) -> Partition?? {
        uncertain.contains(pkey) ? .none : .some(partitions[pkey])
    }

    mutating func read(_ partition: Partition?, of pkey: PKey) {
        partitions[pkey] = partition
        uncertain.remove(pkey)
    }

    mutating func applied(_ step: PlanStep) {
        partitions[step.pkey] = step.applied(to: partitions[step.pkey])
    }

    mutating func doubt(_ pkey: PKey) {
        uncertain.insert(pkey)
    }
}

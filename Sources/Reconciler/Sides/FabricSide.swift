internal import Fabric
internal import Planning

/// The fabric as it is known: the last complete read, corrected by what was read or written since. Pure.
struct FabricSide: Sendable {
    private var acquaintance = Acquaintance<FabricKnowledge>.unheard(nil)
    private var reading: Reading?
    /// How many complete reads have been asked for.
    private(set) var readings = 0
    /// How long the last one took that was answered.
    private(set) var listCost: Duration?
    /// The steps that are under way.
    private var writing: [PKey: PlanStep] = [:]
    /// When a partition was last asked for by itself.
    private var asked: [PKey: Asking] = [:]
    /// What is known of partitions that are not there.
    private(set) var absences: Absences
    private var list = List.usable
    private var wholeRequests = WholeRequests()
    /// Whether we are let change anything.
    var refusals = WriteRefusals()

    /// Whether complete reads can be made, while single ones can. Before the first complete read nothing is known either way.
    private enum List: Sendable {
        case usable
        /// One has failed, and whether the fabric manager is well is being asked.
        case suspected(Failure)
        /// The fabric manager is well, and its list is not, since then.
        case unusable(since: Duration)
    }

    /// A complete read that is under way.
    private struct Reading {
        let since: Duration
        /// Partitions that were written meanwhile, or read by themselves later than it was asked for: it may show them as
        /// they were before.
        var touched: Set<PKey>
    }

    private struct Asking {
        let since: Duration
        /// How many complete reads had been asked for by then.
        let readings: Int
    }

    init(_ absences: Absences = Absences()) {
        self.absences = absences
    }

    var isBeingRead: Bool { reading != nil }
    var isListUsable: Bool { if case .usable = list { true } else { false } }
    /// For how long the complete read has been under way.
    func readingTime(now: Duration) -> Duration? { reading.map { now - $0.since } }
    var isKnown: Bool { acquaintance.isHeard }
    var outage: Outage? { acquaintance.outage }
    var knowledge: FabricKnowledge? { acquaintance.knowledge }
    var status: EngineStatus.Server { EngineStatus.Server(isKnown: isKnown, outage: outage) }

    mutating func readingStarted(now: Duration) {
        acquaintance.retrying()
        readings += 1
        reading = Reading(since: now, touched: Set(writing.keys))
    }

    /// A partition is asked for by itself.
    mutating func asking(for pkey: PKey, now: Duration) {
        asked[pkey] = Asking(since: now, readings: readings)
    }

    /// A request for one partition is answered: takes note of what that says of absences.
    mutating func answered(_ answer: EngineEvent.Answer, of pkey: PKey, now: Duration) {
        switch answer {
        case .read(.success(let partition)):
            guard let asked = asked[pkey] else { return }
            absences.read(pkey, isThere: partition != nil, began: asked.since)
        case .written(let result):
            guard let step = writing[pkey] else { return }
            switch result {
            case .success: absences.ended(step, failed: nil, now: now)
            case .failure(let failure): absences.ended(step, failed: failure.outcome, now: now)
            }
        case .read(.failure), .pinged, .ledger: break
        }
    }

    /// The ledger has these records.
    ///
    /// - Parameter isOurs: whether this life may have just written the record of a partition.
    mutating func inherit(_ records: [PKey: LedgerRecord], now: Duration, except isOurs: (PKey) -> Bool) {
        absences.inherit(records, now: now, except: isOurs)
    }

    /// We have written a record of a partition.
    mutating func recorded(_ pkey: PKey) {
        absences.claimed(pkey)
    }

    /// A run begins. Without a list, what is known of its partition is as old as the last one: the run looks first.
    mutating func runBegins(_ pkey: PKey) {
        if case .unusable = list { doubt(pkey) }
    }

    mutating func readingFailed() {
        reading = nil
    }

    /// How members are exchanged, by what this fabric manager was seen to do.
    var strategy: WriteStrategy { wholeRequests.strategy }

    /// The one request that sets all members was seen to be done, or not; says whether none is made from now on.
    mutating func noteWhole(worked: Bool) -> Bool { wholeRequests.note(worked: worked) }

    // MARK: A list that fails

    /// A complete read has failed, which may be the list's trouble alone: whether the fabric manager is well is to be asked.
    mutating func suspectList(_ failure: Failure) {
        if case .usable = list { list = .suspected(failure) }
    }

    /// The fabric manager is well: what has failed is its list; gives why, where that is news.
    mutating func listIsUnusable(now: Duration) -> Failure? {
        guard case .suspected(let failure) = list else { return nil }
        list = .unusable(since: now)
        return failure
    }

    /// Whether a complete read has failed, and nothing was found out about it since.
    var isSuspected: Bool { if case .suspected = list { true } else { false } }

    /// Complete reads succeed, or it is not the list that has trouble; gives since when they had not.
    mutating func listIsUsable() -> Duration? {
        defer { list = .usable }
        if case .unusable(let since) = list { return since }
        return nil
    }

    // MARK: Outages

    /// The fabric manager is asked whether it is there again.
    mutating func retrying() {
        acquaintance.retrying()
    }

    /// Somebody waits for its return.
    mutating func hurry(now: Duration) {
        refusals.hurry(now: now)
        acquaintance.hurry(now: now)
    }

    /// It is well again, though its list is not.
    mutating func returned() {
        acquaintance.returned()
    }

    /// A request failed that shows the fabric manager to be away.
    mutating func failed(_ failure: Failure, now: Duration) {
        refusals = WriteRefusals()
        acquaintance.failed(failure, now: now)
    }

    /// Takes a complete read; says how long it took, and what it lacked where that was too much.
    mutating func read(_ snapshot: FabricSnapshot, now: Duration) -> (duration: Duration, loss: Absences.Loss?) {
        if outage != nil { wholeRequests.forget() }
        let reading = reading ?? Reading(since: now, touched: [])
        self.reading = nil
        if !snapshot.isRecalled { listCost = now - reading.since }
        acquaintance.answered { before in
            FabricKnowledge(snapshot, after: before, touched: reading.touched)
        }
        let loss = absences.listed(snapshot, began: reading.since, overlapped: reading.touched)
        return (now - reading.since, loss)
    }

    /// A read of one partition has shown it, or that there is none.
    mutating func read(_ partition: Partition?, of pkey: PKey) {
        if asked.removeValue(forKey: pkey)?.readings == readings { reading?.touched.insert(pkey) }
        acquaintance.update { $0.read(partition, of: pkey) }
    }

    /// A step is sent: from now on only a read tells what the partition is, whatever is answered.
    mutating func sending(_ step: PlanStep, now: Duration = .zero) {
        refusals.sending(step.pkey, now: now)
        writing[step.pkey] = step
        absences.sent(step)
        reading?.touched.insert(step.pkey)
        acquaintance.update { $0.sending(step) }
    }

    /// A write of a partition has been answered, or given up.
    mutating func written(_ pkey: PKey) {
        writing[pkey] = nil
    }

    /// A request failed: only a read tells.
    mutating func doubt(_ pkey: PKey) {
        acquaintance.update { $0.doubt(pkey) }
    }
}

/// What is known of a fabric that has been read once.
struct FabricKnowledge: Sendable {
    private var partitions: [PKey: Partition] = [:]
    /// Only a read tells what these are.
    private var uncertain: Set<PKey> = []
    /// Ports that requests of ours may have added since the partition was last seen, or that a list has shown meanwhile.
    private var added: [PKey: Set<GUID>] = [:]
    /// Every partition of the last complete read, ours or not, in ascending order.
    let numbers: [PartitionNumber]

    init(_ snapshot: FabricSnapshot, after before: FabricKnowledge?, touched: Set<PKey>) {
        numbers = snapshot.partitions.keys.sorted()
        var read: [PKey: Partition] = [:]
        read.reserveCapacity(snapshot.partitions.count)
        for partition in snapshot.partitions.values {
            if let pkey = PKey(partition.number) { read[pkey] = partition }
        }
        if let before {
            uncertain = before.uncertain.intersection(touched)
            added = before.added.filter { touched.contains($0.key) }
            for pkey in touched {
                // Whoever was there while a write of ours was under way may be there still.
                if uncertain.contains(pkey), let shown = read[pkey], !shown.members.isEmpty {
                    added[pkey, default: []].formUnion(shown.members.guids)
                }
                read[pkey] = before.partitions[pkey]
            }
        }
        partitions = read
    }

    /// The partition, `.some(nil)` where there is none, or nil where only a read can tell.
    func partition(_ pkey: PKey) -> Partition?? {
        uncertain.contains(pkey) ? .none : .some(partitions[pkey])
    }

    /// The partition, where it is beyond doubt which ports are in it.
    func settled(_ pkey: PKey) -> Partition? {
        uncertain.contains(pkey) || added[pkey] != nil ? nil : partitions[pkey]
    }

    /// The ports that may be in the partition: those that it was last seen with, until it is seen without them, and those
    /// that requests may have added since.
    func ports(_ pkey: PKey) -> Set<GUID> {
        (added[pkey] ?? []).union((partitions[pkey]?.members ?? []).guids)
    }

    mutating func read(_ partition: Partition?, of pkey: PKey) {
        partitions[pkey] = partition
        uncertain.remove(pkey)
        added[pkey] = nil
    }

    mutating func sending(_ step: PlanStep) {
        uncertain.insert(step.pkey)
        let arriving = step.arriving
        if !arriving.isEmpty { added[step.pkey, default: []].formUnion(arriving) }
    }

    mutating func doubt(_ pkey: PKey) {
        uncertain.insert(pkey)
    }
}

internal import Fabric
internal import Planning

/// What has been found and done so far. Pure.
///
/// What a status shows of it is kept apart from what is needed to keep it, which may be large.
struct Counts: Sendable {
    private(set) var totals = EngineStatus.Totals()
    private(set) var findings = Findings()
    /// How many lines the engine itself has said.
    private(set) var lines = 0
    /// How often a partition was looked at closely because everything was gone through.
    private(set) var looks = 0
    private var hasUntoldFlags = false
    /// Why each PKey is held that is.
    private var holds: [PKey: HoldReason] = [:]
    /// What the policy leaves undone, in ascending order.
    private var leftUndone: [PKey] = []
    /// The partitions of the last complete read that are ours, and those that are nobody's.
    private var inventory: (managed: [PartitionNumber], unmanaged: [PartitionNumber])?

    /// An event has been answered: keeps what was found.
    mutating func take(_ out: Output) {
        if out.readsFabric { totals.lastAttempt = out.now }
        findings.add(out.findings)
        lines = out.lines
    }

    // MARK: Going through everything

    mutating func passEnded(now: Duration) { totals.lastSuccess = now }

    mutating func looked(at count: Int) { looks += count }

    /// Takes what going through everything has shown; gives what is news, in the order of the log.
    mutating func take(
        _ review: Review, on occasion: Review.Occasion, _ judgement: Admission.Judgement, _ picture: Picture
    ) -> [Finding.What] {
        holds(review.holds)
        let judged = judgement.findings(in: picture)
        return switch occasion {
        case .beginning: inventory(review, picture) + drift(review) + judged
        case .fabricRead: drift(review) + judged + inventory(review, picture)
        case .ledgerRead: judged
        }
    }

    /// The fabric has been read; says whether, for the first time, it does not tell the flags of a partition.
    mutating func foundUntoldFlags(in snapshot: FabricSnapshot) -> Bool {
        guard !hasUntoldFlags else { return false }
        hasUntoldFlags = snapshot.partitions.values.contains { partition in
            partition.number != .defaultPartition && !(partition.tellsIndex0 && partition.tellsIPOverIB)
        }
        return hasUntoldFlags
    }

    private mutating func drift(_ review: Review) -> [Finding.What] {
        guard !review.drifted.isEmpty else { return [] }
        totals.drift.add(review.drift)
        return [.drifted(review.drift, Capped(review.drifted))]
    }

    private mutating func inventory(_ review: Review, _ picture: Picture) -> [Finding.What] {
        let inventory = inventoried(picture.fabric.numbers, managed: review.managed).map(Finding.What.inventory)
        let leftUndone = leftUndone(review.leftUndone).map(Finding.What.leftUndone)
        return [inventory, leftUndone].compactMap(\.self)
    }

    /// The fabric has been read; gives the inventory if other partitions are there than before, or others are ours.
    private mutating func inventoried(
        _ numbers: [PartitionNumber], managed: Set<PKey>
    ) -> EngineStatus.Inventory? {
        let ours = numbers.filter { PKey($0).map(managed.contains) ?? false }
        let others = numbers.filter { number in
            number != .defaultPartition && !(PKey(number).map(managed.contains) ?? false)
        }
        let found = EngineStatus.Inventory(
            total: numbers.count, managed: Capped(ours), unmanaged: Capped(others))
        totals.inventory = found
        defer { inventory = (ours, others) }
        if let inventory, inventory == (ours, others) { return nil }
        return found
    }

    /// Takes what the policy leaves undone, in ascending order; gives it if it is something else than before.
    private mutating func leftUndone(_ pkeys: [PKey]) -> Capped<PKey>? {
        guard pkeys != leftUndone else { return nil }
        leftUndone = pkeys
        totals.leftUndone = Capped(pkeys)
        return totals.leftUndone
    }

    // MARK: What is held

    /// All that are managed were gone through: these are held.
    private mutating func holds(_ reasons: [PKey: HoldReason]) {
        holds = reasons
        totals.holds = reasons.values.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }

    /// Takes note of what may be done about a PKey.
    mutating func note(_ intent: Intent, of pkey: PKey) {
        var reason: HoldReason?
        if case .held(let held) = intent { reason = held }
        let before = holds[pkey]
        guard before != reason else { return }
        holds[pkey] = reason
        totals.holds.move(from: before, to: reason)
    }

    // MARK: Writes

    /// A request to the fabric manager has been answered.
    mutating func wrote(_ step: PlanStep, _ result: Result<StepAnswer, Failure>) {
        let outcome: EngineStatus.Write.Outcome =
            switch result {
            case .success(.done): .done
            case .success(.refused(let refusal)): refusal.failure.outcome == .unknown ? .unknown : .failed
            case .failure(let failure): failure.outcome == .unknown ? .unknown : .failed
            }
        totals.writes[EngineStatus.Write(step: step.shortName, outcome: outcome), default: 0] += 1
    }
}

extension Dictionary where Value == Int {
    /// Counts one thing less of one kind, and one more of another; kinds of which there is nothing are not counted.
    mutating func move(from old: Key?, to new: Key?) {
        guard old != new else { return }
        if let old, let count = self[old] { self[old] = count > 1 ? count - 1 : nil }
        if let new { self[new, default: 0] += 1 }
    }
}

/// What the fabric no longer showed of what it had been given, by kind. Pure.
package struct Drift: Hashable, Sendable {
    package var partitions = 0
    /// Members that were gone.
    package var missing = 0
    /// Members that nobody asked for.
    package var unexpected = 0
    /// Flags that had been changed, where flags are enforced.
    package var flags = 0

    package init() {}

    mutating func add(_ difference: Difference) {
        partitions += 1
        missing += difference.missing.count
        unexpected += difference.unexpected.count
        flags += difference.misflagged.count + (difference.ipOverIBDiffers ? 1 : 0)
    }

    mutating func add(_ other: Drift) {
        partitions += other.partitions
        missing += other.missing
        unexpected += other.unexpected
        flags += other.flags
    }
}

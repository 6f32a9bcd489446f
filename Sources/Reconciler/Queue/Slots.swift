internal import Fabric

/// How many runs may write at once, and of which class. Pure.
///
/// A run takes a slot when it begins, for its write and for what must stand right before it, and gives it back when the write
/// is answered and no other is to follow. As many as are configured, and one more each for ports that leave and for ports that join: others can never take those.
/// A timeout of a write halves what all share, for each write makes the subnet manager sweep; successes restore it. A
/// request that takes long frees its slot for others once a younger one of its kind has succeeded: then it is not the server
/// that has trouble.
struct Slots: Sendable {
    /// What a run asks for.
    enum Kind: Hashable, Sendable, CaseIterable {
        /// The fabric manager is to change something.
        case write
        /// It is to show something.
        case read
        /// The ledger, or a source.
        case ledger
    }

    /// What came of a request.
    enum Outcome: Hashable, Sendable {
        case succeeded
        case failed
        case timedOut
    }

    private struct Holder: Sendable {
        /// nil for one that began out of turn: it never takes a slot that is kept for a class.
        let urgency: Urgency?
        var request: Request?
    }

    private struct Request: Sendable {
        let kind: Kind
        /// Later ones have larger numbers.
        let number: UInt64
        let since: Duration
    }

    /// A request that has not been answered for so long is aged.
    static let age = Duration.seconds(3)

    private let concurrency: Int
    /// How many of those that are shared may be taken.
    private(set) var window: Int
    private var holders: [PKey: Holder] = [:]
    private var lastNumber: UInt64 = 0
    /// The youngest request of each kind that has succeeded.
    private var succeeded: [Kind: UInt64] = [:]

    /// - Parameter concurrency: how many runs at once, without those for which slots are kept.
    init(_ concurrency: Int) {
        self.concurrency = concurrency
        window = concurrency
    }

    /// How many hold a slot, aged ones too.
    var count: Int { holders.count }
    /// Who they are.
    var pkeys: [PKey] { Array(holders.keys) }
    func has(_ pkey: PKey) -> Bool { holders[pkey] != nil }
    /// Never are more under way, however many are aged.
    private var most: Int { 2 * concurrency + Urgency.allCases.map(\.keptSlots).reduce(0, +) }

    /// Whether another run of this class may begin.
    func isOpen(to urgency: Urgency, now: Duration) -> Bool {
        guard holders.count < most else { return false }
        return taken(now: now)[urgency, default: 0] < urgency.keptSlots
            || sharedCount(with: urgency, now: now) <= window
    }

    /// Whether another run may begin in a slot that all share.
    func isSharedOpen(now: Duration) -> Bool {
        holders.count < most && sharedCount(with: nil, now: now) <= window
    }

    /// How many of each class are under way; those that began out of turn are under nil.
    private func taken(now: Duration) -> [Urgency?: Int] {
        holders.values.reduce(into: [:]) { taken, holder in
            if !isFreed(holder, now: now) { taken[holder.urgency, default: 0] += 1 }
        }
    }

    /// How many of those that are shared would be taken with one more.
    private func sharedCount(with another: Urgency?, now: Duration) -> Int {
        var taken = taken(now: now)
        taken[another, default: 0] += 1
        return taken.reduce(0) { $0 + max($1.value - ($1.key?.keptSlots ?? 0), 0) }
    }

    /// Whether a run that is under way may write to the fabric manager now.
    var hasRoom: Bool { holders.values.count { $0.request?.kind == .write } < most }

    private func isFreed(_ holder: Holder, now: Duration) -> Bool {
        freedAt(holder).map { $0 <= now } ?? false
    }

    private func freedAt(_ holder: Holder) -> Duration? {
        guard let request = holder.request, succeeded[request.kind, default: 0] > request.number else { return nil }
        return request.since + Self.age
    }

    /// When the next slot is freed, if only time keeps it.
    func nextFreed(after now: Duration) -> Duration? {
        holders.values.compactMap(freedAt).filter { $0 > now }.min()
    }

    // MARK: Runs

    /// A run asks for something; it takes a slot where it has none.
    ///
    /// - Parameter urgency: its class; nil for one that began out of turn.
    mutating func asks(_ pkey: PKey, _ kind: Kind, as urgency: Urgency?, now: Duration) {
        lastNumber += 1
        holders[pkey, default: Holder(urgency: urgency)].request = Request(kind: kind, number: lastNumber, since: now)
    }

    /// What a run has asked for is answered.
    mutating func answered(_ pkey: PKey, _ outcome: Outcome) {
        guard let request = holders[pkey]?.request else { return }
        holders[pkey]?.request = nil
        switch outcome {
        case .succeeded:
            succeeded[request.kind] = max(succeeded[request.kind, default: 0], request.number)
            if request.kind == .write { window = min(window + 1, concurrency) }
        case .timedOut where request.kind == .write: window = max(window / 2, 1)
        case .failed, .timedOut: break
        }
    }

    /// A request of a kind has succeeded that was asked for elsewhere, later than all that are under way here.
    mutating func succeeded(_ kind: Kind) {
        succeeded[kind] = lastNumber
    }

    /// A run is over, lets time pass, or needs no slot any more.
    mutating func leave(_ pkey: PKey) {
        holders[pkey] = nil
    }
}

extension PartitionWrite {
    /// Who is asked for it.
    var kind: Slots.Kind { if case .step = self { .write } else { .ledger } }
}

extension EngineEvent.Answer {
    var outcome: Slots.Outcome {
        switch self {
        case .pinged(let result): Self.outcome(of: result)
        case .read(let result): Self.outcome(of: result)
        // That something is refused does not show that something is done.
        case .written(.success(.refused)): .failed
        case .written(let result): Self.outcome(of: result)
        case .ledger(let result): Self.outcome(of: result)
        }
    }

    private static func outcome<Value>(of result: Result<Value, Failure>) -> Slots.Outcome {
        switch result {
        case .success: .succeeded
        case .failure(let failure): failure.cause == .timedOut ? .timedOut : .failed
        }
    }
}

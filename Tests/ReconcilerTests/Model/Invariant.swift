import TestSupport

/// What must always hold, by the numbers of the design; what the model adds to them follows.
///
/// 5 (a dry run) waits until the engine knows of one; 6 (secrets) and 8 (leases) have nothing in the core that could break
/// them.
enum Invariant: UInt8, CaseIterable, Sendable {
    /// 1. Nothing outside the managed range, and no partition that is neither desired nor owned, is ever written.
    case scope
    /// 2. When faults stop, UFM's owned partitions become exactly what etcd says, without a restart.
    case agreement
    /// 3. An old tenant's port and a new tenant's are never together longer than one request needs, as far as the daemon
    /// could know; and no port is let in that only an older value wants.
    case isolation
    /// 4. No deletion, and no removal of a port that is wanted, rests on a failed, partial or suspicious read.
    case deletion
    /// 7. `synced` is only said of what UFM was seen to have, for the key as this store has it now.
    case truth
    /// 9. No port is added to a partition while another, from which our plan takes it, was last seen to have it.
    case ports
    /// A daemon ends only for what cannot mend itself.
    case life
    /// One partition's trouble, an unusable list or a full store do not keep others waiting.
    case service
    /// What fails is not asked for again and again without a pause, and no more writes than may be are under way at once.
    case restraint
    /// No write carries a value older than the newest that the watch had told when it was sent.
    case currency
    /// No slot that is open to its class and inside the window is idle while a told change waits that neither backs off nor
    /// waits for a port.
    case promptness
    /// After the last change at most two writes of a partition are sent, where nothing goes wrong and no port moves.
    case thrift
}

/// An invariant that broke, and how.
struct Breach: Hashable, Sendable, CustomStringConvertible {
    let invariant: Invariant
    let words: String

    var description: String { "\(invariant): \(words)" }
}

/// How often things happened in some histories.
struct Tally: Sendable {
    private(set) var histories = 0
    private(set) var steps = 0
    /// Histories, by invariant, that came within one step of breaking it.
    private(set) var nearMisses = [Int](repeating: 0, count: Invariant.allCases.count)
    /// Histories, by power, in which it did something.
    private(set) var bites = [Int](repeating: 0, count: Power.allCases.count)
    /// Histories by how many resyncs they had under faults: none, one, two, three or more.
    private(set) var resyncs = [Int](repeating: 0, count: 4)
    /// How often UFM brought back a partition that we had deleted, and how often one was taken back.
    private(set) var revivals = 0
    private(set) var takenBack = 0
    /// How often each answer was drawn.
    private(set) var cells: [AdapterAnswers.Cell: Int] = [:]

    mutating func add(_ site: Site) {
        histories += 1
        steps += site.steps
        for invariant in Invariant.allCases where site.nearMisses.contains(invariant) {
            nearMisses[Int(invariant.rawValue)] += 1
        }
        for power in site.bites.list { bites[Int(power.rawValue)] += 1 }
        resyncs[min(site.resyncs, 3)] += 1
        revivals += site.revivalCount
        takenBack += site.takenBackCount
        for cell in site.drawn { cells[cell, default: 0] += 1 }
    }

    mutating func add(_ other: Tally) {
        histories += other.histories
        steps += other.steps
        for index in nearMisses.indices { nearMisses[index] += other.nearMisses[index] }
        for index in bites.indices { bites[index] += other.bites[index] }
        for index in resyncs.indices { resyncs[index] += other.resyncs[index] }
        revivals += other.revivals
        takenBack += other.takenBack
        cells.merge(other.cells, uniquingKeysWith: +)
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// A site in one thread: etcd, UFM and one or two daemons, on simulated time. What happens next is drawn from a seed.
///
/// Requests of the engine take effect some time after they were sent and are answered some time after that; each time, and
/// what the answer is, is drawn from ``AdapterAnswers`` as far as the history's powers allow. What a daemon sends is judged
/// when it is sent, by what that daemon had been told and shown; what it brought about, when it acts.
struct Site {
    /// How many PKeys are tracked: 0x200 to 0x20f.
    static let slots = 16
    /// All that jobs may use.
    private static let allPKeys = (0x200...0x207).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }
    /// A partition that an administrator made, and that nobody is to touch.
    static let manual = PKey(PartitionNumber(lowBitsOf: 0x4000))

    /// What was wanted of a PKey from some time on.
    struct Era {
        enum Cause {
            /// Somebody wrote or deleted a key.
            case word
            /// Many keys were deleted at once.
            case mass
            /// The store lost what it knew, or came back with what it knew before.
            case loss
        }

        let wish: Wish
        let cause: Cause
        let since: Instant
        /// Of the key that counts; 0 without one.
        let revision: Int64
    }

    let powers: Powers
    /// The PKeys that jobs use: few, so that much befalls each, or many, so that they are in each other's way.
    let pkeys: [PKey]
    let configuration: EngineConfiguration
    /// One of so many answers is another than the honest one.
    let rarity: Int
    let journal: Journal
    var random: SeededGenerator

    var now: Instant = 0
    var store = Store()
    /// Copies of the store, as backups have them.
    var backups: [Store] = []
    /// Another store, whose members answer now and then.
    var fork: Store?
    /// What the state directory says.
    var floor: StorePoint?
    var ufm = FabricManager()
    /// What UFM was before its last changes.
    var past: [FabricManager] = []
    var daemons: [Daemon] = []
    /// When the next lives begin, of daemons that have ended.
    var starts: [Instant] = []
    var calls: [Call] = []
    /// Whether anything goes wrong. Spells go on, where they are to last.
    var faults = true
    var spells = Spells()
    var manners = Manners()

    // MARK: What is known of it from outside
    /// What was wanted, by slot; the last one is so now.
    private(set) var eras: [[Era]]
    /// The eras that a revision of the store began.
    var marks: [Int64: [(slot: Int, era: Int)]] = [:]
    /// PKeys whose records the store lost.
    var orphaned: Set<PKey> = []
    /// How often the store of the keys has lost its history.
    var losses = 0
    /// PKeys whose partition an older state of UFM brought back, or that another writer made.
    var foreign: Set<PKey> = []
    /// What of that is ours, and known to be.
    var revivals: [PKey: Revival] = [:]
    /// How often UFM has brought back such a one, and how often one was taken back.
    var (revivalCount, takenBackCount) = (0, 0)
    /// Whether UFM has restarted, and no list has told so yet.
    var isRestarted = false
    /// PKeys that were said to be gone by a single read and by a list, though they were not.
    var denied: (singly: Set<PKey>, listed: Set<PKey>) = ([], [])
    /// PKeys whose deletion an operator has approved.
    var approved: Set<PKey> = []
    /// Ports that somebody else, or a request that had been given up, put into a partition; by slot.
    var intruders = [PortSet](repeating: [], count: slots)
    /// Since which step a PKey's record cannot be read, or has another spelling; by slot.
    var spoiled = [Int?](repeating: nil, count: slots)
    /// What an operator was shown when he last told a daemon something.
    var shownLast: Instruction.What?
    /// Records that were released by one daemon are missed by the other.
    var released: Set<PKey> = []

    private(set) var breach: Breach?
    private(set) var nearMisses: Set<Invariant> = []
    var bites: Powers = []
    private(set) var drawn: [AdapterAnswers.Cell] = []
    /// How often answers were drawn in earlier histories, where those that seldom were are favoured.
    var favoured: [AdapterAnswers.Cell: Int]?
    /// What has happened so far, counted.
    var steps = 0
    var lives = 0
    /// Whether the journal is to pass over what happens.
    var isQuiet = false
    /// Complete reads of UFM that were answered while anything could go wrong, but for the first of each life.
    var resyncs = 0

    init(seed: Seed, powers: Powers, keepingJournal: Bool) {
        self.powers = powers
        random = SeededGenerator(seed)
        journal = Journal(isKept: keepingJournal)
        pkeys = Array(Self.allPKeys.prefix([2, 4, 8, 8].randomElement(using: &random) ?? 8))
        configuration = Self.configuration(powers, pkeys, &random)
        rarity = Int.random(in: 4...16, using: &random)
        if configuration.limits.policy != .sync { bites.formUnion(Powers([.policies])) }
        if configuration.enforcesFlags { bites.formUnion(Powers([.enforcedFlags])) }
        eras = [[Era]](repeating: [Era(wish: .absent, cause: .word, since: 0, revision: 0)], count: Self.slots)
    }

    /// The place of a PKey among those that are tracked.
    static func slot(_ pkey: PKey) -> Int? {
        pkey.number.value >> 4 == 0x20 ? Int(pkey.number.value & 0xf) : nil
    }

    /// Where the daemons read what is wanted.
    static let etcd = SourceID("etcd", prefix: KeyName(Store.prefix))

    static func name(_ pkey: PKey) -> String { Store.prefix + pkey.description }

    /// The same PKey, spelt otherwise: `0x0200`.
    static func otherName(_ pkey: PKey) -> String { "0x0" + pkey.description.dropFirst(2) }

    private static func configuration(
        _ powers: Powers, _ pkeys: [PKey], _ random: inout SeededGenerator
    ) -> EngineConfiguration {
        var flags = FlagPolicy(index0: powers.has(.mixedIndex0) ? .vf : .all)
        if powers.has(.enforcedFlags) { flags.ipOverIB = Bool.random(using: &random) }
        var configuration = EngineConfiguration(sources: [etcd], flags: flags)
        configuration.enforcesFlags = powers.has(.enforcedFlags)
        configuration.concurrency = [1, 2, 4, 4].randomElement(using: &random) ?? 4
        if powers.has(.listsVerify) { configuration.leastListed = Int.random(in: 1...3, using: &random) }
        if powers.has(.strangeKeys) { configuration.limits.range = ManagedRange([allPKeys[0]...allPKeys[7]]) }
        if powers.has(.ranges) { configuration.limits.range = ManagedRange([pkeys[1]...allPKeys[7]]) }
        // That a range was given says that its PKeys are ours; and some take over everything.
        switch Int.random(in: 0..<6, using: &random) {
        case 0: configuration.limits.adoption.adoptsAll = true
        case 1: configuration.limits.adoption.range = ManagedRange([pkeys[1]...allPKeys[7]])
        default: break
        }
        if powers.has(.policies) {
            configuration.limits.policy = Policy.allCases.randomElement(using: &random) ?? .sync
        }
        // Which cluster is ours is known from a state directory; a vote on that is another matter.
        if powers.has(.otherCluster) {
            configuration.floors[etcd] = StorePoint(store: Store().clusterID, revision: .absent)
        }
        configuration.runsOnce = powers.has(.singleRuns)
        return configuration
    }

    // MARK: Chance

    /// Whether something happens that happens once in so many times.
    mutating func once(in times: Int) -> Bool { Int.random(in: 0..<times, using: &random) == 0 }

    mutating func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    // MARK: What is noted

    /// Something is as it must never be; the first such thing counts.
    mutating func fail(_ invariant: Invariant, _ words: String) {
        guard breach == nil else { return }
        breach = Breach(invariant: invariant, words: words)
        journal.note("\(clock)  BREACH of \(breach.map(\.description) ?? "")")
    }

    mutating func nearly(_ invariant: Invariant) {
        nearMisses.insert(invariant)
    }

    mutating func bite(_ power: Power) {
        bites.formUnion(Powers([power]))
    }

    func note(_ text: @autoclosure () -> String) {
        if !isQuiet { journal.note("\(clock)  \(text())") }
    }

    mutating func count(_ cell: AdapterAnswers.Cell) {
        drawn.append(cell)
        favoured?[cell, default: 0] += 1
        if let power = Power.needed(for: cell) { bite(power) }
    }

    /// `12.345 s`
    var clock: String {
        let milliseconds = String(now / 1_000 % 1_000)
        return "\(now / 1_000_000)." + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds + " s"
    }

    // MARK: What is wanted

    /// What is wanted of a PKey now.
    func era(_ slot: Int) -> Era { eras[slot][eras[slot].count - 1] }

    func eras(_ slot: Int, from first: Int) -> ArraySlice<Era> { eras[slot][first...] }

    /// The number of the era that a PKey is in, by slot.
    var present: [Int] { eras.map { $0.count - 1 } }

    /// What a store wants of each PKey: of two spellings the one that changed last counts.
    static func wishes(of store: Store) -> [(wish: Wish, revision: Int64)] {
        var deciding = [Store.Key?](repeating: nil, count: slots)
        for key in store.keys.values {
            guard let slot = key.pkey.flatMap(slot) else { continue }
            if let other = deciding[slot] {
                let (one, two) = (key.revision, other.revision)
                guard one > two || (one == two && key.name < other.name) else { continue }
            }
            deciding[slot] = key
        }
        return deciding.map { ($0?.wish ?? .absent, $0?.revision ?? 0) }
    }

    /// The store has changed what it wants of some PKeys.
    mutating func observe(_ cause: Era.Cause, at revision: Int64? = nil) {
        for (slot, found) in Self.wishes(of: store).enumerated() {
            guard found.wish != era(slot).wish || found.revision != era(slot).revision else { continue }
            if let revision { marks[revision, default: []].append((slot, eras[slot].count)) }
            eras[slot].append(Era(wish: found.wish, cause: cause, since: now, revision: found.revision))
        }
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// Simulated time in microseconds: a history is too short for a `Duration`'s width to be worth its price.
typealias Instant = Int

extension Instant {
    static func seconds(_ seconds: Int) -> Instant { seconds * 1_000_000 }
    static func milliseconds(_ milliseconds: Int) -> Instant { milliseconds * 1_000 }
}

/// One life of a daemon: its engine, its watch, and what it has been told.
struct Daemon {
    /// Of all lives of all daemons of a history.
    let life: Int
    let born: Instant
    var engine: ReportedEngine
    var wakeAt: Instant?
    var follower = Follower()
    var witness: Witness
    /// Actions that succeeded once: answers to others are first ones.
    var answered: Set<AdapterAnswers.Action> = []
    /// When it was first refused, of refusals without an answer between them.
    private(set) var refusedSince: [Server: Instant] = [:]
    /// Reads asked for since ``readsSince``.
    var reads = 0
    var readsSince: Instant = 0
    var care: Care
    /// How the watch that goes on has told keys to be since the last list; kept where keys are compared apart. No watch outlives
    /// the server that serves it.
    var hearsay: [KeyName: KeyState] = [:]
    /// When it is killed at the latest, once it was told to stop.
    var graceUntil: Instant?

    /// Who answers it, each for itself.
    enum Server {
        case keys, ledger, fabric
    }

    mutating func hear(from server: Server, isRefused: Bool, now: Instant) {
        refusedSince[server] = isRefused ? refusedSince[server] ?? now : nil
    }
}

/// What the follower of a range does, as far as the engine notices.
struct Follower {
    enum Phase {
        /// Lists, since nothing is known or what is known is in doubt.
        case listing
        case watching
        /// The watch was cut, and may resume.
        case cut
        /// It follows another cluster, until it finds back.
        case abroad
    }

    var phase = Phase.listing
    /// The last revision that was told, or that is known to bring nothing new.
    var position: Int64 = 0
    /// When it tells or tries something next.
    var at: Instant? = 0
    /// When the loss was told, while it lasts.
    var lostSince: Instant?

    mutating func cut(until time: Instant) {
        if phase == .watching { phase = .cut }
        at = time
    }
}

/// What one life of a daemon has been shown of each partition, and told of each key. What it may do is judged by this.
struct Witness {
    struct Sight {
        /// The ports that the last read showed; of a read that a write of ours overlapped, those too.
        var shown: PortSet = []
        var exists = false
        /// The partition itself, as the last read showed it that no write of ours overlapped.
        var partition: Partition?
        /// Whether any read has been answered.
        var isKnown = false
        /// Ports that our requests may have added since that read was asked for.
        var added: PortSet = []
        /// Ports that removals took away since, as their answers say.
        var removed: PortSet = []
        var writesInFlight = 0
        /// When a write of ours was last sent, answered or given up; in steps of the history.
        var touched = 0
        /// Whether nothing was written since it was read.
        var isFresh = false
        /// Whether a list has shown it so.
        var isListed = false
        /// Whether a single read, and a list, have not shown it since it was last written.
        var isLackedSingly = false
        var isLackedInList = false
        /// When the newest read that no write overlapped was asked for; what was asked for before tells nothing new.
        var asked = -1

        /// Ports that may be there: what is unknown counts as there.
        var possible: PortSet { shown.union(added) }
    }

    /// By ``Site/slot(_:)``.
    private(set) var sights = [Sight](repeating: Sight(), count: Site.slots)
    /// The newest era of each key that the watch has told; nil where it has told none.
    var told = [Int?](repeating: nil, count: Site.slots)
    /// The era of each key that the store last compared with what a list had shown, and found to be so.
    var confirmed = [Int?](repeating: nil, count: Site.slots)
    /// The era of each key when the life began.
    let eras: [Int]
    /// The keys as it was told of them.
    var memory: KeyMemory
    /// Keys that the store lost in a way that this life can notice, each with when it did: the life was told of what the store,
    /// as it has been shown since, contradicts.
    var noticed: [Int: Instant] = [:]
    /// Whether any list of UFM has been answered.
    var hasSeen = false
    /// At which step the last read of the ledger that was answered had been asked for.
    var ledgerAsked = 0
    /// The partitions in whose record's place something else stood then.
    var strange: Set<PKey> = []
    /// Names of keys that any list or the watch has shown it, true or not.
    var names: Set<String> = []
    /// The partitions whose key it was ever told to be there, true or not; by slot.
    var present: Set<Int> = []
    /// The partitions whose deletion was authorised before the life began, as its first read of the ledger says, or by another
    /// daemon, as any read does; by slot.
    var inherited: Set<Int>?
    /// The partitions whose deletion is held, as the ledger's last answers say, and as of which step.
    private(set) var guarded: [PKey: Int] = [:]
    /// The partitions whose deletion it has asked the ledger to authorise.
    var authorised: Set<PKey> = []
    /// The partitions that it has read to be ours the last time, or has claimed since.
    var owned: Set<PKey> = []
    /// Whether UFM was ever seen to be away, to have restarted, or to lack several partitions.
    var hasSign = false
    /// Partitions of which it has released the record, and that no list has shown since; whether it has read the ledger since.
    var letGo: [PKey: Bool] = [:]
    /// The partitions of the last list.
    private var listed: Set<PKey> = []

    /// The ledger has these records, as of a step.
    mutating func take(_ records: [PKey: LedgerRecord?], at step: Int) {
        for (pkey, record) in records where guarded[pkey] ?? 0 <= step {
            guarded[pkey] = record?.state == .guarded ? step : nil
        }
    }

    /// A read of the ledger has been answered that was asked for at a step.
    mutating func read(_ ledger: LedgerContent, at step: Int, isOneOfTwo: Bool) {
        guarded = guarded.filter { $0.value > step }
        take(ledger.records.mapValues(\.record), at: step)
        guard inherited == nil || isOneOfTwo else { return }
        let others = ledger.records.filter { $0.value.record.state == .deleting && !authorised.contains($0.key) }
        inherited = (inherited ?? []).union(others.keys.compactMap(Site.slot))
    }

    /// - Parameter floor: how far a former life was told.
    init(eras: [Int], floor: Int64) {
        self.eras = eras
        memory = KeyMemory(floor: floor)
    }

    /// A complete read was answered: what it says of UFM itself, and of what is not ours any more.
    mutating func take(_ snapshot: FabricSnapshot) {
        let shown = Set(snapshot.partitions.keys.compactMap { PKey($0) })
        if snapshot.isAfterRestart || listed.subtracting(shown).count > 1 { hasSign = true }
        listed = shown
        letGo = letGo.filter { !shown.contains($0.key) }
    }

    /// A read of one partition was answered that had been asked for at a step.
    mutating func read(_ partition: Partition?, _ slot: Int, asked: Int, isList: Bool) {
        let isClean = sights[slot].writesInFlight == 0 && asked >= sights[slot].touched
        // One that was asked for before the newest that counted tells nothing new.
        if isClean || (partition != nil && asked >= sights[slot].asked) {
            if isList || partition != nil { sights[slot].isLackedInList = partition == nil }
            if !isList || partition != nil { sights[slot].isLackedSingly = partition == nil }
        }
        // A single read that is answered after a list, and was asked for before it, may be the newer one. Of two that were asked
        // for in one step, the single one was asked for last.
        guard asked > sights[slot].asked || !isList else { return }
        let ports = PortSet(partition)
        sights[slot].isKnown = true
        sights[slot].exists = partition != nil
        guard isClean else {
            sights[slot].shown.formUnion(ports)
            return
        }
        sights[slot].shown = ports
        sights[slot].partition = partition
        sights[slot].added = []
        sights[slot].removed = []
        sights[slot].isFresh = true
        sights[slot].isListed = isList
        sights[slot].asked = max(asked, sights[slot].asked)
    }

    mutating func sent(_ step: PlanStep, _ slot: Int, at time: Int) {
        sights[slot].writesInFlight += 1
        sights[slot].touched = time
        sights[slot].isFresh = false
        sights[slot].isLackedSingly = false
        sights[slot].isLackedInList = false
        switch step {
        case .create, .add, .replace: sights[slot].added.formUnion(PortSet(step))
        case .remove, .delete, .setQoS: break
        }
    }

    mutating func answered(_ step: PlanStep, _ slot: Int, succeeded: Bool, at time: Int) {
        sights[slot].writesInFlight -= 1
        sights[slot].touched = time
        guard succeeded else { return }
        switch step {
        case .create, .add: sights[slot].removed.subtract(PortSet(step))
        case .remove: sights[slot].removed.formUnion(PortSet(step))
        case .replace: sights[slot].removed = sights[slot].possible.subtracting(PortSet(step))
        case .delete: sights[slot].removed = sights[slot].possible
        case .setQoS: break
        }
    }
}

extension PortSet {
    /// The ports that a step names.
    init(_ step: PlanStep) {
        switch step {
        case .create(let new): self.init(new.members.lazy.map(\.guid))
        case .add(_, let members, _), .replace(_, let members, _, _): self.init(members.lazy.map(\.guid))
        case .remove(_, let guids): self.init(guids)
        case .delete, .setQoS: self = []
        }
    }
}

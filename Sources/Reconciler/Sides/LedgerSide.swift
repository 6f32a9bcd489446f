internal import Fabric

/// Which read of the ledger an answer belongs to.
package struct LedgerRead: Hashable, Sendable {
    fileprivate let number: Int
}

/// The ledger as it is known: the last complete read, corrected by what was written since. Pure.
struct LedgerSide: Sendable {
    private var acquaintance = Acquaintance<[PKey: KeptRecord]>.unheard(nil)
    /// The reads under way, each with the partitions of which something was learnt since it began, and with the writing of the
    /// record that this was, or put an end to: what a read shows of a later one is newer still.
    private var reads: [LedgerRead: [PKey: RecordVersion]] = [:]
    private var lastRead = 0
    /// The newest read that was answered: what was asked for before it tells nothing new.
    private var newestAnswered = 0
    /// Partitions whose record may be another than we know, since a write of ours was refused or lost. Only a read that is
    /// asked for after the one with this number tells. What we know of them stays known: it is not disowned for that.
    private var doubts: [PKey: Int] = [:]
    /// Partitions that we had no record of when a claim of them was given up without an answer: it may yet make them ours, until
    /// then, whatever a read says that comes first.
    private var late: [PKey: Duration] = [:]
    /// Partitions whose record the last read lacked, and the one before it had not: a read may be older than what was written
    /// before it, so that their ports are not free yet.
    private var lost: Set<PKey> = []
    /// Records that a read lacked and that this life knew, but those of what was seen to be gone: the store may have lost them.
    private(set) var bereft: [PKey: LedgerRecord] = [:]
    /// What stands in the ledger's place and is not ours, by partition.
    private(set) var strange: [PKey: StrangeRecord] = [:]
    /// What it says of partitions that are in conflict.
    private(set) var conflicts: [PKey: ConflictNote] = [:]
    /// What it keeps of partitions that we have deleted, or are deleting.
    private(set) var tombstones: [PKey: KeptTombstone] = [:]
    /// All that is strange as of the last read.
    private var oddities: Set<StrangeRecord> = []
    private var isFull = false
    /// When the first of the deletions was held back that were held as of the last read.
    private(set) var guardedSince: String?
    /// How many records there are, by what they say.
    private(set) var states: [LedgerRecord.State: Int] = [:]

    var isKnown: Bool { acquaintance.isHeard }
    var outage: Outage? { acquaintance.outage }
    var records: [PKey: KeptRecord]? { acquaintance.knowledge }
    var status: EngineStatus.Server { EngineStatus.Server(isKnown: isKnown, outage: outage) }
    /// Whether any record may be another than we know.
    var hasDoubts: Bool { !doubts.isEmpty }
    /// Partitions that may be ours or not, until the ledger has been read again.
    var doubted: Set<PKey> { lost.union(doubts.keys) }

    /// The tombstones of partitions that have no record.
    var bareTombstones: [PKey: KeptTombstone] { tombstones.filter { self[$0.key] == nil } }

    subscript(pkey: PKey) -> KeptRecord? { acquaintance.knowledge?[pkey] }

    /// The partitions that a claim may yet make ours that was given up.
    var awaited: Dictionary<PKey, Duration>.Keys { late.keys }

    /// Whether a read is to be begun, since no read that is under way tells of the doubts.
    var needsRead: Bool { reads.isEmpty && outage == nil && doubts.values.contains { $0 >= lastRead } }

    /// Whether the partition's record may be another than we know.
    func isDoubtful(_ pkey: PKey) -> Bool { doubts[pkey] != nil }

    /// Whether the partition may be ours, though we have no record of it.
    func mayBeOurs(_ pkey: PKey) -> Bool { lost.contains(pkey) || doubts[pkey] != nil || late[pkey] != nil }

    /// The ledger has this record now, or none.
    mutating func note(_ record: KeptRecord?, of pkey: PKey) {
        touch(pkey, upTo: record?.version ?? self[pkey]?.version ?? .absent)
        if isKnown { states.move(from: self[pkey]?.record.state, to: record?.record.state) }
        acquaintance.update { $0[pkey] = record }
        bereft[pkey] = nil
        if record != nil { conflicts[pkey] = nil }
    }

    /// The ledger says this of a partition without a record now.
    mutating func note(_ conflict: ConflictNote?, on pkey: PKey) {
        conflicts[pkey] = conflict
        touch(pkey, upTo: .absent)
    }

    private mutating func touch(_ pkey: PKey, upTo version: RecordVersion) {
        // Not the keys as they are in it: whoever holds them holds all that each read has learnt, which would be copied.
        for read in Array(reads.keys) where (reads[read]?[pkey]?.number ?? -1) < version.number {
            reads[read]?[pkey] = version
        }
    }

    /// Nobody knows which record the ledger has now; the next read that is begun tells.
    mutating func doubt(_ pkey: PKey) {
        doubts[pkey] = lastRead
    }

    /// A claim was given up, and may be carried out until then.
    mutating func gaveUp(_ pkey: PKey, until: Duration) {
        doubt(pkey)
        if self[pkey] == nil { late[pkey] = until }
    }

    mutating func readingStarted() -> LedgerRead {
        lastRead += 1
        let read = LedgerRead(number: lastRead)
        reads[read] = [:]
        return read
    }

    mutating func retrying() {
        acquaintance.retrying()
    }

    /// Takes a complete read; gives the partitions whose record is known again.
    mutating func read(_ read: LedgerRead, _ content: LedgerContent, now: Duration) -> [PKey] {
        let learnt = reads.removeValue(forKey: read) ?? [:]
        let isOutrun = read.number < newestAnswered
        newestAnswered = max(newestAnswered, read.number)
        let resolved = doubts.filter { $0.value < read.number }.keys.sorted()
        for pkey in resolved { doubts[pkey] = nil }
        if !isOutrun {
            // Somebody else has written after that, and may have made it ours: the next read tells.
            for (pkey, version) in learnt
            where content.records[pkey].map({ $0.version.number > version.number }) ?? false {
                doubt(pkey)
            }
        }
        let touched = Set(learnt.keys).union(doubts.keys)
        if !isOutrun {
            lost = Set((records ?? [:]).keys.lazy.filter { content.records[$0] == nil && !touched.contains($0) })
            for pkey in lost {
                if let record = self[pkey]?.record, !record.isSeenGone { bereft[pkey] = record }
            }
        }
        acquaintance.answered { before in
            guard let before else { return content.records }
            guard !isOutrun else { return before }
            var records = content.records
            for pkey in touched { records[pkey] = before[pkey] }
            return records
        }
        bereft = bereft.filter { self[$0.key] == nil }
        late = late.filter { $0.value > now }
        states = (self.records ?? [:]).values.reduce(into: [:]) { $0[$1.record.state, default: 0] += 1 }
        if !isOutrun {
            guardedSince = content.guardedSince
            let before = conflicts
            conflicts = content.conflicts.filter { !touched.contains($0.key) }
            for pkey in touched { conflicts[pkey] = before[pkey] }
            let kept = tombstones
            tombstones = content.tombstones
            for pkey in touched { tombstones[pkey] = kept[pkey] }
            strange = Dictionary(
                content.strange.compactMap { record in record.pkey.map { ($0, record) } },
                uniquingKeysWith: { first, _ in first })
        }
        return resolved
    }

    mutating func readingFailed(_ read: LedgerRead) {
        reads[read] = nil
    }

    /// A request failed that shows the store to be away.
    mutating func failed(_ failure: Failure, now: Duration) {
        acquaintance.failed(failure, now: now)
    }

    // MARK: News

    /// What stands there and is not ours, as far as it was not there before.
    mutating func news(in content: LedgerContent) -> [StrangeRecord] {
        let news = content.strange.filter { !oddities.contains($0) }
        oddities = Set(content.strange)
        return news.sorted { $0.name < $1.name }
    }

    /// The store says whether it has room; says whether that is news.
    mutating func isNews(_ room: LedgerContent.Room) -> Bool {
        switch room {
        case .unknown: return false
        case .enough:
            defer { isFull = false }
            return isFull
        case .none:
            defer { isFull = true }
            return !isFull
        }
    }
}

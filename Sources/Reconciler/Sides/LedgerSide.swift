internal import Fabric

/// Which read of the ledger an answer belongs to.
package struct LedgerRead: Hashable, Sendable {
    fileprivate let number: Int
}

/// The ledger as it is known: the last complete read, corrected by what was written since. Pure.
struct LedgerSide: Sendable {
    private var acquaintance = Acquaintance<[PKey: LedgerRecord]>.unheard(nil)
    /// The reads under way, each with the partitions of which something newer was learnt since it began.
    private var reads: [LedgerRead: Set<PKey>] = [:]
    private var lastRead = 0
    /// How many records there are, by what they say.
    private(set) var states: [LedgerRecord.State: Int] = [:]
    /// Partitions that are taken for not ours, without a read that has shown it.
    private(set) var doubted: Set<PKey> = []

    var isKnown: Bool { acquaintance.isHeard }
    var outage: Outage? { acquaintance.outage }
    var records: [PKey: LedgerRecord]? { acquaintance.knowledge }
    var status: EngineStatus.Server { EngineStatus.Server(isKnown: isKnown, outage: outage) }

    subscript(pkey: PKey) -> LedgerRecord? { acquaintance.knowledge?[pkey] }

    /// The ledger has this record now, or none.
    mutating func note(_ record: LedgerRecord?, of pkey: PKey) {
        if isKnown { states.move(from: self[pkey]?.state, to: record?.state) }
        acquaintance.update { $0[pkey] = record }
        if record == nil { doubted.insert(pkey) } else { doubted.remove(pkey) }
        for read in reads.keys { reads[read]?.insert(pkey) }
    }

    mutating func readingStarted() -> LedgerRead {
        lastRead += 1
        let read = LedgerRead(number: lastRead)
        reads[read] = []
        return read
    }

    mutating func retrying() {
        acquaintance.retrying()
    }

    /// Takes a complete read.
    mutating func read(_ read: LedgerRead, _ records: [PKey: LedgerRecord]) {
        let touched = reads.removeValue(forKey: read) ?? []
        doubted.formIntersection(touched)
        acquaintance.answered { before in
            var records = records
            if let before {
                for pkey in touched { records[pkey] = before[pkey] }
            }
            return records
        }
        states = (self.records ?? [:]).values.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    mutating func readingFailed(_ read: LedgerRead) {
        reads[read] = nil
    }

    /// A request failed that shows the store to be away.
    mutating func failed(_ failure: Failure, now: Duration) {
        acquaintance.failed(failure, now: now)
    }
}

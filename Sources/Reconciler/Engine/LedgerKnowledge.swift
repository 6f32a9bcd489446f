internal import Fabric

/// What we know of the ledger: the last complete read, corrected by what was written since. Pure.
struct LedgerKnowledge: Sendable {
    /// nil until the ledger has been read once.
    private(set) var records: [PKey: LedgerRecord]?
    private var readsUnderWay = 0
    /// Partitions of which something newer was learnt while a read was under way.
    private var touched: Set<PKey> = []

    var isKnown: Bool { records != nil }
    var pkeys: Set<PKey> { records.map { Set($0.keys) } ?? [] }

    subscript(pkey: PKey) -> LedgerRecord? {
        get { records?[pkey] }
        set {
            records?[pkey] = newValue
            if readsUnderWay > 0 { touched.insert(pkey) }
        }
    }

    mutating func readingStarted() {
        readsUnderWay += 1
    }

    mutating func readingFailed() {
        readingEnded()
    }

    mutating func read(_ read: [PKey: LedgerRecord]) {
        var read = read
        if let records {
            for pkey in touched { read[pkey] = records[pkey] }
        }
        records = read
        readingEnded()
    }

    private mutating func readingEnded() {
        readsUnderWay -= 1
        if readsUnderWay == 0 { touched = [] }
    }
}

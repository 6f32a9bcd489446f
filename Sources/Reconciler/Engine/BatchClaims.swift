internal import Fabric

/// Claims of many partitions at once, as at the first start: one transaction instead of a hundred. Pure.
struct BatchClaims: Sendable {
    /// Fewer are claimed one by one, each by its own run.
    private static let least = 8
    /// etcd takes 128 operations in a transaction.
    private static let largest = 100

    /// What was asked for, and of which no run has taken charge since.
    private var records: [PKey: LedgerRecord] = [:]

    /// The PKeys in as many batches as are needed; none where they are too few.
    static func batches(of pkeys: [PKey]) -> [ArraySlice<PKey>] {
        guard pkeys.count >= least else { return [] }
        return stride(from: 0, to: pkeys.count, by: largest).map {
            pkeys[$0..<min($0 + largest, pkeys.count)]
        }
    }

    var isEmpty: Bool { records.isEmpty }

    func contains(_ pkey: PKey) -> Bool { records[pkey] != nil }

    mutating func ask(_ batch: [PKey: LedgerRecord]) {
        records.merge(batch) { $1 }
    }

    /// A run has begun: it knows better than a claim that was asked for before it.
    mutating func runBegan(_ pkey: PKey) {
        records[pkey] = nil
    }

    /// The answer has come; says whether it is still worth something for this PKey.
    mutating func answered(_ pkey: PKey, _ record: LedgerRecord) -> Bool {
        let isCurrent = records[pkey] == record
        if isCurrent { records[pkey] = nil }
        return isCurrent
    }
}

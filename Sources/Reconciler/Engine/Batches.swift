internal import Fabric

/// What has been asked of the ledger for many partitions at once, and not been answered: one transaction instead of many. Pure.
struct Batches<Item: BatchItem>: Sendable {
    private var items: [PKey: Item] = [:]
    /// Those whose answer is worth nothing any more and has yet to come.
    private var overtaken: Set<PKey> = []

    var isEmpty: Bool { items.isEmpty }
    var count: Int { items.count }

    func contains(_ pkey: PKey) -> Bool { items[pkey] != nil }

    /// Whether an answer has yet to come, whatever it is worth.
    func isUnanswered(_ pkey: PKey) -> Bool { items[pkey] != nil || overtaken.contains(pkey) }

    mutating func ask(_ batch: [PKey: Item]) {
        items.merge(batch) { $1 }
    }

    /// Those whose answer has yet to come.
    var unanswered: Set<PKey> { overtaken.union(items.keys) }

    /// A run knows better than what was asked for before it.
    mutating func runBegan(_ pkey: PKey) {
        guard items.removeValue(forKey: pkey) != nil else { return }
        overtaken.insert(pkey)
    }

    /// The answer has come; says whether it is still worth something for this PKey.
    mutating func answered(_ pkey: PKey, _ item: Item) -> Bool {
        overtaken.remove(pkey)
        let isCurrent = items[pkey] == item
        if isCurrent { items[pkey] = nil }
        return isCurrent
    }

    /// The items in as many transactions as are needed; none where they are too few.
    static func split(_ items: [(PKey, Item)]) -> [[PKey: Item]] {
        guard items.count >= Item.fewest else { return [] }
        var batches: [[PKey: Item]] = []
        var (batch, conditions, bytes) = ([PKey: Item](), 0, 0)
        for (pkey, item) in items {
            let isTooMuch =
                conditions + item.conditions > BatchLimits.conditions || bytes + item.bytes > BatchLimits.bytes
            if !batch.isEmpty, isTooMuch {
                batches.append(batch)
                (batch, conditions, bytes) = ([:], 0, 0)
            }
            batch[pkey] = item
            conditions += item.conditions
            bytes += item.bytes
        }
        return batches + [batch]
    }
}

/// What etcd takes in one transaction.
private enum BatchLimits {
    /// 128, of which a lease's fence and the like may need some.
    static let conditions = 120
    /// Of a request of 1.5 MiB the values that are compared are most.
    static let bytes = 1 << 19
}

/// What is asked of the ledger for one of many partitions.
protocol BatchItem: Hashable, Sendable {
    /// Fewer are asked for one by one, each by its own run.
    static var fewest: Int { get }
    /// How many conditions it has in a transaction.
    var conditions: Int { get }
    /// How long the values are that are compared.
    var bytes: Int { get }
}

extension NewClaim: BatchItem {
    static var fewest: Int { 8 }
    /// Its record, its key and the key's value.
    var conditions: Int { 3 }
    var bytes: Int { key.value?.count ?? 0 }
}

extension Premise: BatchItem {
    static var fewest: Int { 2 }
    /// The record, and each key with its value.
    var conditions: Int { keys.values.reduce(1) { $0 + ($1.value == nil ? 1 : 2) } }
    var bytes: Int { keys.values.reduce(0) { $0 + ($1.value?.count ?? 0) } }
}

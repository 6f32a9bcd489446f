/// The PKey table of each port: which partitions the subnet manager has put where.
///
/// A partition takes the next free entry when the port joins it. Beyond the table's end it waits, unseen by REST, until
/// an entry becomes free.
package struct PKeyTables: Sendable {
    /// The partitions of each port in the order in which it joined them; the default partition is not among them.
    private var joined: [UInt64: [UInt16]] = [:]

    init(_ partitions: [[UInt16: Partition]]) {
        for (key, partition) in partitions.flatMap({ $0.sorted { $0.key < $1.key } }) where key != Spelling.defaultPKey
        {
            for guid in partition.members.keys { join(guid, key) }
        }
    }

    mutating func join(_ guid: UInt64, _ key: UInt16) {
        guard !joined[guid, default: []].contains(key) else { return }
        joined[guid, default: []].append(key)
    }

    mutating func leave(_ guid: UInt64, _ key: UInt16) {
        joined[guid]?.removeAll { $0 == key }
        if joined[guid]?.isEmpty == true { joined[guid] = nil }
    }

    /// The partitions of a port, the default one apart.
    func partitions(of guid: UInt64) -> [UInt16] {
        joined[guid, default: []]
    }

    /// Whether a port's table has no room for one more partition.
    func isFull(_ guid: UInt64, size: Int) -> Bool {
        joined[guid, default: []].count >= size - 1
    }

    /// The partitions that found no entry in a port's table of that size, which the default partition shares.
    func overflow(of guid: UInt64, size: Int) -> [UInt16] {
        Array(joined[guid, default: []].dropFirst(size - 1))
    }

    /// The same for all ports that have any.
    package func overflow(size: Int) -> [UInt64: [UInt16]] {
        joined.filter { $0.value.count > size - 1 }.mapValues { Array($0.dropFirst(size - 1)) }
    }
}

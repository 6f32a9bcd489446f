internal import Fabric

/// What somebody looks for among partitions: digits of a PKey or a GUID, or a state. Pure.
package struct PartitionSearch: Equatable, Sendable {
    /// So many rows are shown.
    package static let most = 200
    /// A PKey has no more digits.
    private static let pkeyDigits = 4

    /// As it was typed.
    package let words: String
    private let needle: String

    package init(_ words: String) {
        // What nobody types, nobody looks for.
        self.words = String(words.prefix(100))
        var needle = self.words.lowercased().filter { !":- ".contains($0) && !$0.isNewline }
        if needle.hasPrefix("0x") { needle.removeFirst(2) }
        self.needle = needle
    }

    package func finds(_ row: PartitionRow) -> Bool {
        if needle.isEmpty || row.state.contains(needle) { return true }
        let digits = row.pkey.description.dropFirst(2)
        guard needle.utf8.count > Self.pkeyDigits else { return digits.contains(needle) }
        return row.members.contains { $0.description.contains(needle) }
    }

    /// The first rows that are found, those in trouble before all others; and how many are found.
    package func found(in table: PartitionTable) -> (rows: [PartitionRow], count: Int) {
        let found = table.rows.filter(finds)
        let sorted = found.filter(\.isTroubled) + found.filter { !$0.isTroubled }
        return (Array(sorted.prefix(Self.most)), found.count)
    }
}

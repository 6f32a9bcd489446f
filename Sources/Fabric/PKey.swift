/// A partition key that this software may create, change or delete: 0x1–0x7ffe.
///
/// 0x0 (which a subnet manager takes for "any free number") and 0x7fff (the default partition, which holds the fabric
/// together) have no value of this type. Every request that writes takes a `PKey`, so none can be aimed at them.
package struct PKey: Hashable, Comparable, Sendable {
    package let number: PartitionNumber

    package static let lowest: UInt16 = 0x1
    package static let highest: UInt16 = 0x7ffe

    /// The key with this number, or nil for 0x0 and 0x7fff.
    package init?(_ number: PartitionNumber) {
        guard (Self.lowest...Self.highest).contains(number.value) else { return nil }
        self.number = number
    }

    /// Reads `0x200e` or `0x0005`; refuses 0x0, 0x7fff and anything with bit 15, saying why.
    package init(parsing text: some StringProtocol) throws(FabricError) {
        let number = try PartitionNumber(parsing: text)
        guard let key = PKey(number) else { throw .reservedPKey(number) }
        self = key
    }

    /// Reads the name of a key or record: as above, but `0X2003` is the name of none. Whoever lists names and compares their bytes
    /// would otherwise look for it in vain.
    package init(named text: some StringProtocol) throws(FabricError) {
        guard !text.utf8.starts(with: "0X".utf8) else { throw .malformedPKey(String(text)) }
        try self.init(parsing: text)
    }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

extension PKey: CustomStringConvertible {
    package var description: String { number.description }
}

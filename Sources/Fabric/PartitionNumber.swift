import Text

/// The 15-bit number of an InfiniBand partition, 0x0–0x7fff: any partition that a subnet manager can list.
///
/// Bit 15 of a PKey on the wire is membership and not part of the number. What may be *written* is the narrower ``PKey``.
package struct PartitionNumber: Hashable, Comparable, Sendable {
    package let value: UInt16

    /// The default partition, which UFM calls `management`; every port is in it.
    package static let defaultPartition = PartitionNumber(lowBitsOf: 0x7fff)

    /// Takes the low 15 bits and forgets the membership bit, as a subnet manager does.
    package init(lowBitsOf wireValue: UInt16) {
        value = wireValue & 0x7fff
    }

    /// Reads `0x` and one to four hexadecimal digits; nothing else, so that `0x2_000`, ` 0x5` and `8192` are refused.
    package init(parsing text: some StringProtocol) throws(FabricError) {
        guard let number = Hex.value(of: text.utf8, prefix: .required, maximumDigits: 4) else {
            throw .malformedPKey(String(text))
        }
        guard number <= 0x7fff else { throw .membershipBit(String(text)) }
        value = UInt16(number)
    }

    package static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

extension PartitionNumber: CustomStringConvertible {
    /// Lower-case, `0x`, unpadded: the form in which UFM replies.
    package var description: String { "0x" + Hex.digits(value) }
}

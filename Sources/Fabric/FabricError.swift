/// Why a text is not a PKey or a GUID that we work with.
package enum FabricError: Error, Equatable, Sendable {
    case malformedPKey(String)
    /// Bit 15 is set: the 16-bit wire form, in which that bit is membership.
    case membershipBit(String)
    /// 0x0 or 0x7fff, which no mode ever writes.
    case reservedPKey(PartitionNumber)
    case malformedGUID(String)
    case zeroGUID
}

extension FabricError: CustomStringConvertible {
    /// What is no PKey and no GUID may be as long as a value of etcd.
    private static func shown(_ text: String) -> String {
        text.utf8.count <= 200 ? text : String(text.unicodeScalars.prefix(50)) + "…"
    }

    package var description: String {
        switch self {
        case .malformedPKey(let text):
            "Invalid PKey format: \(Self.shown(text)) (expected 0x and 1 to 4 hexadecimal digits, 0x1 to 0x7ffe)"
        case .membershipBit(let text):
            "Invalid PKey format: \(Self.shown(text)) (bit 15 is membership, not part of the key; use 0x1 to 0x7ffe)"
        case .reservedPKey(let number):
            "Invalid PKey format: \(number) (reserved: 0x0 and the default partition 0x7fff are never written)"
        case .malformedGUID(let text):
            "Invalid GUID format: \(Self.shown(text)) (expected 16 hexadecimal digits, with or without 0x)"
        case .zeroGUID:
            "Invalid GUID format: 0000000000000000 (the zero GUID would make the subnet manager reject every partition)"
        }
    }
}

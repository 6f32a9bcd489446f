/// Strict reading of hexadecimal numbers: what Swift's own initialisers let through (`+1f`, Unicode digits) is refused.
enum HexDigits {
    enum Prefix {
        case required
        case optional
    }

    /// The number, or nil when a byte is out of place, there are too few or too many digits, or it exceeds 64 bits.
    static func value(
        of text: some Collection<UInt8>, prefix: Prefix, minimumDigits: Int = 1, maximumDigits: Int
    ) -> UInt64? {
        let start = text.prefix(2)
        let hasPrefix = start.elementsEqual("0x".utf8) || start.elementsEqual("0X".utf8)
        guard hasPrefix || prefix == .optional else { return nil }
        let digits = hasPrefix ? text.dropFirst(2) : text.dropFirst(0)
        guard (minimumDigits...maximumDigits).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            guard let digit = digitValue(byte), value >> 60 == 0 else { return nil }
            value = value << 4 | digit
        }
        return value
    }

    private static func digitValue(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}

/// Hexadecimal numbers, read and written.
package enum Hex {
    package enum Prefix {
        case required
        case optional
    }

    /// Lower-case digits without a prefix, with zeros before them up to `width`.
    @inlinable
    package static func digits(_ value: some BinaryInteger, width: Int = 1) -> String {
        let digits = String(value, radix: 16)
        return digits.utf8.count < width ? String(repeating: "0", count: width - digits.utf8.count) + digits : digits
    }

    /// The number, or nil when a byte is out of place, there are too few or too many digits, or it exceeds 64 bits.
    ///
    /// Strict: what Swift's own initialisers let through (`+1f`, Unicode digits) is refused.
    package static func value(
        of text: some Collection<UInt8>, prefix: Prefix, minimumDigits: Int = 1, maximumDigits: Int
    ) -> UInt64? {
        let found = text.withContiguousStorageIfAvailable {
            value(of: $0, prefix: prefix, minimumDigits: minimumDigits, maximumDigits: maximumDigits)
        }
        if let found { return found }
        return Array(text).withUnsafeBufferPointer {
            value(of: $0, prefix: prefix, minimumDigits: minimumDigits, maximumDigits: maximumDigits)
        }
    }

    /// The same of bytes in memory: a fabric has millions of GUIDs.
    package static func value(
        of text: UnsafeBufferPointer<UInt8>, prefix: Prefix, minimumDigits: Int = 1, maximumDigits: Int
    ) -> UInt64? {
        let hasPrefix = text.count >= 2 && text[0] == UInt8(ascii: "0") && text[1] | 0x20 == UInt8(ascii: "x")
        guard hasPrefix || prefix == .optional else { return nil }
        let start = hasPrefix ? 2 : 0
        guard (minimumDigits...maximumDigits).contains(text.count - start) else { return nil }
        var value: UInt64 = 0
        for index in start..<text.count {
            guard let digit = digitValue(text[index]), value >> 60 == 0 else { return nil }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    /// The bytes that pairs of digits stand for; nil when something else is in the text, or half a pair.
    package static func bytes(of text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for byte in text.utf8 {
            guard let digit = digitValue(byte) else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }

    /// Whether an ASCII character is a digit, in either case.
    package static func isDigit(_ byte: UInt8) -> Bool { digitValue(byte) != nil }

    @inlinable
    package static func digitValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

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

    /// The number of sixteen digits, in either case and with nothing before them; nil when something else is among them.
    ///
    /// Eight at a time, each in a byte of one word: a large fabric's lists have millions.
    package static func sixteen(_ text: UnsafeBufferPointer<UInt8>) -> UInt64? {
        guard text.count == 16, let start = UnsafeRawPointer(text.baseAddress) else { return nil }
        guard let high = eight(UInt64(littleEndian: start.loadUnaligned(as: UInt64.self))),
            let low = eight(UInt64(littleEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        else { return nil }
        return high << 32 | low
    }

    /// - Parameter text: the first digit in the lowest byte.
    private static func eight(_ text: UInt64) -> UInt64? {
        let top: UInt64 = 0x8080_8080_8080_8080
        guard text & top == 0 else { return nil }
        // No byte carries into the next one: each stays below 0x80 + 0x50. The top bit says whether it came so far.
        let lower = text | 0x2020_2020_2020_2020
        let digits = (text + 0x5050_5050_5050_5050) & ~(text + 0x4646_4646_4646_4646) & top
        let letters = (lower + 0x1f1f_1f1f_1f1f_1f1f) & ~(lower + 0x1919_1919_1919_1919) & top
        guard digits | letters == top else { return nil }
        let nibbles = (text & 0x0f0f_0f0f_0f0f_0f0f) + (letters >> 7) * 9
        let pairs = (nibbles << 4 | nibbles >> 8) & 0x00ff_00ff_00ff_00ff
        let fours = (pairs << 8 | pairs >> 16) & 0x0000_ffff_0000_ffff
        return (fours << 16 | fours >> 32) & 0xffff_ffff
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

/// The spellings of PKeys and GUIDs that UFM reads, and the one of each that it writes.
package enum Spelling {
    /// The default partition, `management`.
    package static let defaultPKey: UInt16 = 0x7fff
    /// What a request may create, change or delete.
    package static let writablePKeys: ClosedRange<UInt16> = 0x1...0x7ffe

    /// Lower case, unpadded, with 0x, whatever the caller wrote.
    package static func pkey(_ value: UInt16) -> String {
        "0x" + String(value, radix: 16)
    }

    /// 16 lower-case digits without 0x.
    package static func guid(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// The number behind `0x5`, `0x0005` or `0x000A`; nil for anything else, decimal spellings included.
    package static func readPKey(_ text: some StringProtocol) -> UInt16? {
        guard text.hasPrefix("0x") else { return nil }
        let digits = text.dropFirst(2)
        return isHex(digits) ? UInt16(digits, radix: 16) : nil
    }

    /// The number behind a GUID of 16 to 20 characters, with or without 0x; nil for anything else and for zero,
    /// which would make the subnet manager drop its whole partition file.
    package static func readGUID(_ text: some StringProtocol) -> UInt64? {
        guard (16...20).contains(text.utf8.count) else { return nil }
        let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text.dropFirst(0)
        guard isHex(digits), let value = UInt64(digits, radix: 16), value != 0 else { return nil }
        return value
    }

    /// Whether there are digits and nothing else: integer initialisers would let a sign through.
    private static func isHex(_ digits: some StringProtocol) -> Bool {
        !digits.isEmpty
            && digits.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
            }
    }

    /// The text with `%XX` replaced by the bytes they stand for; nil where that is not UTF-8 or cut short.
    static func percentDecoded(_ text: some StringProtocol) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                decoded.append(bytes[index])
                index += 1
                continue
            }
            let digits = String(decoding: bytes[(index + 1)...].prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, isHex(digits), let byte = UInt8(digits, radix: 16) else { return nil }
            decoded.append(byte)
            index += 3
        }
        return String(validating: decoded, as: UTF8.self)
    }
}

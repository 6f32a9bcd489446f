internal import Fabric
internal import Text

/// Reads a value in the one form in which pcocc writes it: `{'host_guids': ['0x…', '0x…'], 'vf_guids': []}`, in either order and
/// with either quotes; a large site has tens of thousands.
///
/// It has no judgement of its own: what is written in any other way is left to ``ValueDecoder``, and what both read they read
/// the same.
enum UsualValue {
    /// The value, or nil where it is not in that form.
    static func read(_ value: [UInt8]) -> DecodedValue? {
        // For larger ones the reader has limits.
        guard value.count < 1 << 16 else { return nil }
        return value.withUnsafeBufferPointer { bytes in
            var scan = Scan(bytes: bytes)
            return scan.value()
        }
    }
}

private struct Scan {
    let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func value() -> DecodedValue? {
        var (hosts, virtualFunctions) = ([GUID]?.none, [GUID]?.none)
        guard skip("{") else { return nil }
        repeat {
            guard let field = span(), skip(":"), let guids = guids() else { return nil }
            if hosts == nil, isWord("host_guids", field) {
                hosts = guids
            } else if virtualFunctions == nil, isWord("vf_guids", field) {
                virtualFunctions = guids
            } else {
                return nil
            }
        } while skip(",")
        guard skip("}"), position == bytes.count else { return nil }
        var decoded = DecodedValue()
        decoded.hosts = hosts ?? []
        decoded.virtualFunctions = virtualFunctions ?? []
        return decoded
    }

    private mutating func guids() -> [GUID]? {
        var guids: [GUID] = []
        guard skip("[") else { return nil }
        if skip("]") { return guids }
        var isAscending = true
        repeat {
            guard let span = span(),
                let value = Hex.value(
                    of: UnsafeBufferPointer(rebasing: bytes[span]), prefix: .optional, minimumDigits: 16,
                    maximumDigits: 16),
                let guid = GUID(value)
            else { return nil }
            if let last = guids.last, last >= guid { isAscending = false }
            guids.append(guid)
        } while skip(",")
        guard skip("]") else { return nil }
        return isAscending ? guids : Set(guids).sorted()
    }

    /// Where a text stands, between its quotes: of letters, digits and `_`.
    private mutating func span() -> Range<Int>? {
        skipSpace()
        guard position < bytes.count, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(bytes[position]) else {
            return nil
        }
        let quote = bytes[position]
        let start = position + 1
        position = start
        while position < bytes.count, Self.isPlain(bytes[position]) { position += 1 }
        guard position < bytes.count, bytes[position] == quote else { return nil }
        position += 1
        return start..<position - 1
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        let letter = byte | 0x20
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
    }

    private func isWord(_ word: StaticString, _ span: Range<Int>) -> Bool {
        word.withUTF8Buffer { $0.elementsEqual(bytes[span]) }
    }

    private mutating func skip(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == UInt8(truncatingIfNeeded: sign.value) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    }
}

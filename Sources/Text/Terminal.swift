/// What may reach a terminal: the one answer for whatever was written by others.
package enum Terminal {
    /// Bytes made fit for a terminal: what is not printable text is shown as `\xNN`. Text keeps its lines.
    package static func text(_ bytes: [UInt8]) -> String {
        safe(bytes) { $0 == "\n" || $0 == "\t" }
    }

    /// As above, and on one line whatever is in it: nothing that is stored elsewhere can look like a line of ours.
    package static func line(_ bytes: [UInt8]) -> String {
        safe(bytes) { _ in false }
    }

    /// The same for a text.
    package static func line(_ text: some StringProtocol) -> String {
        line(Array(text.utf8))
    }

    /// JSON of which a terminal obeys nothing: it demands escapes below U+0020 only, but terminals obey more than that. The
    /// line ends are the encoder's own.
    package static func json(_ text: String) -> String {
        func isRaw(_ scalar: Unicode.Scalar) -> Bool { scalar != "\n" && isUnsafe(scalar) }
        guard text.unicodeScalars.contains(where: isRaw) else { return text }
        return text.unicodeScalars.map { scalar in
            guard isRaw(scalar) else { return String(scalar) }
            return scalar.utf16.map { "\\u" + Hex.digits($0, width: 4) }.joined()
        }.joined()
    }

    /// Whether a terminal may obey it instead of showing it: controls, line ends, invisible marks and turns of direction.
    package static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }

    private static func safe(_ bytes: [UInt8], keeping isKept: (Unicode.Scalar) -> Bool) -> String {
        // Nearly all: looked at as bytes, of which a long list has millions.
        if bytes.allSatisfy({ (0x20..<0x7f).contains($0) }) { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.map { (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : escaped(UInt32($0)) }.joined()
        }
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        return text.unicodeScalars.map { isUnsafe($0) && !isKept($0) ? escaped($0.value) : String($0) }.joined()
    }

    private static func escaped(_ value: UInt32) -> String {
        value > 0xff ? "\\u{\(Hex.digits(value))}" : "\\x" + Hex.digits(value, width: 2)
    }
}

extension StringProtocol {
    /// The text without the white space and line ends around it.
    package var trimmed: String {
        // Scalars, because Swift takes a blank with a combining mark after it for one character.
        let scalars = unicodeScalars.drop { $0.isBlank }
        let end = scalars.lastIndex { !$0.isBlank }
        return end.map { String(String.UnicodeScalarView(scalars[...$0])) } ?? ""
    }
}

extension Unicode.Scalar {
    /// White space, line ends among it. The tables of Unicode are asked of what is in them alone.
    fileprivate var isBlank: Bool {
        isASCII ? value == 0x20 || (0x09...0x0d).contains(value) : properties.isWhitespace
    }
}

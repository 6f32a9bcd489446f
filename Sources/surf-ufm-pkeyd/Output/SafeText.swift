/// Bytes from a server made fit for a terminal: what is not printable text is shown as `\xNN`. Text keeps its lines.
func safeText(_ bytes: [UInt8]) -> String {
    safeText(bytes) { $0 == "\n" || $0 == "\t" }
}

/// As above, and on one line whatever is in it: nothing that is stored in etcd can look like a line of ours.
func safeLine(_ bytes: [UInt8]) -> String {
    safeText(bytes) { _ in false }
}

private func safeText(_ bytes: [UInt8], keeping isKept: (Unicode.Scalar) -> Bool) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
        return bytes.map { (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : escaped(UInt32($0)) }.joined()
    }
    guard text.unicodeScalars.contains(where: \.steersTerminal) else { return text }
    return text.unicodeScalars.map { $0.steersTerminal && !isKept($0) ? escaped($0.value) : String($0) }.joined()
}

private func escaped(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return value > 0xff ? "\\u{\(digits)}" : "\\x" + (digits.count == 1 ? "0" : "") + digits
}

extension Unicode.Scalar {
    /// Whether a terminal may obey it instead of showing it: controls, line ends, invisible marks and turns of direction.
    var steersTerminal: Bool {
        if isASCII { return value < 0x20 || value == 0x7f }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}

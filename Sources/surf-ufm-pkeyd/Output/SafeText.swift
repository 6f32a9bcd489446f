/// Bytes from a server made fit for a terminal: what is not printable text is shown as `\xNN`.
func safeText(_ bytes: [UInt8]) -> String {
    var text = ""
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    guard String(validating: bytes, as: UTF8.self) != nil else {
        return bytes.map { (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : escaped(UInt32($0)) }.joined()
    }
    while case .scalarValue(let scalar) = decoder.decode(&iterator) {
        let isControl = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
        text += isControl && scalar != "\n" && scalar != "\t" ? escaped(scalar.value) : String(scalar)
    }
    return text
}

private func escaped(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return value > 0xff ? "\\u{\(digits)}" : "\\x" + (digits.count == 1 ? "0" : "") + digits
}

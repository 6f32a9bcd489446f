/// Reads JSON and says where it is none. Of two members with one name the last holds, as in UFM's own Python.
struct JSONParser {
    /// Why a text is not JSON, and where.
    struct Failure: Error, Equatable, CustomStringConvertible {
        let line: Int
        let column: Int
        let text: String

        var description: String { "line \(line), column \(column): \(text)" }
    }

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    /// Deeper than any body or scenario; what recurses must end.
    private static let deepest = 64

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads a whole document.
    static func parse(_ bytes: [UInt8]) throws(Failure) -> JSONValue {
        var parser = JSONParser(bytes)
        let value = try parser.value()
        parser.skipSpace()
        guard parser.index == bytes.count else { throw parser.failure("there is more behind the end") }
        return value
    }

    private mutating func value() throws(Failure) -> JSONValue {
        skipSpace()
        switch peek {
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "{"): return try nested { parser throws(Failure) in .object(try parser.members()) }
        case UInt8(ascii: "["): return try nested { parser throws(Failure) in .array(try parser.elements()) }
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw failure("the text ends too early")
        case let byte? where byte == UInt8(ascii: "-") || 48...57 ~= byte: return .number(try number())
        default: throw failure("a value was expected")
        }
    }

    private mutating func nested(
        _ read: (inout JSONParser) throws(Failure) -> JSONValue
    ) throws(Failure) -> JSONValue {
        guard depth < Self.deepest else { throw failure("too deep") }
        depth += 1
        index += 1
        defer { depth -= 1 }
        return try read(&self)
    }

    private mutating func members() throws(Failure) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if take("}") { return members }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a name in quotes was expected") }
            let name = try string()
            guard take(":") else { throw failure("a colon was expected") }
            members[name] = try value()
        } while take(",")
        guard take("}") else { throw failure("a comma or a closing brace was expected") }
        return members
    }

    private mutating func elements() throws(Failure) -> [JSONValue] {
        var elements: [JSONValue] = []
        if take("]") { return elements }
        repeat {
            elements.append(try value())
        } while take(",")
        guard take("]") else { throw failure("a comma or a closing bracket was expected") }
        return elements
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(Failure) -> JSONValue {
        guard bytes[index...].starts(with: text.utf8) else { throw failure("a value was expected") }
        index += text.utf8.count
        return value
    }

    private mutating func number() throws(Failure) -> Double {
        let start = index
        while let byte = peek, "+-.eE0123456789".utf8.contains(byte) { index += 1 }
        let text = bytes[start..<index]
        let digits = text.first == UInt8(ascii: "-") ? text.dropFirst() : text
        let hasLeadingZero = digits.first == UInt8(ascii: "0") && digits.dropFirst().first.map { 48...57 ~= $0 } == true
        guard !hasLeadingZero, digits.first.map({ 48...57 ~= $0 }) == true, text.last.map({ 48...57 ~= $0 }) == true,
            let number = Double(String(decoding: text, as: UTF8.self))
        else {
            index = start
            throw failure("this is no number")
        }
        return number
    }

    private mutating func string() throws(Failure) -> String {
        index += 1
        let start = index
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { index += 1 }
        var text = Array(bytes[start..<index])
        while peek != UInt8(ascii: "\"") {
            switch peek {
            case nil: throw failure("the text ends inside a string")
            case UInt8(ascii: "\\"): text += try escape()
            case .some(let byte) where byte < 0x20: throw failure("a control character must be escaped")
            case .some(let byte):
                text.append(byte)
                index += 1
            }
        }
        guard let string = String(validating: text, as: UTF8.self) else { throw failure("this is not UTF-8") }
        index += 1
        return string
    }

    private mutating func escape() throws(Failure) -> [UInt8] {
        index += 1
        let names: [UInt8: UInt8] = [
            UInt8(ascii: "\""): 34, UInt8(ascii: "\\"): 92, UInt8(ascii: "/"): 47, UInt8(ascii: "b"): 8,
            UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
        ]
        if let byte = peek.flatMap({ names[$0] }) {
            index += 1
            return [byte]
        }
        guard peek == UInt8(ascii: "u") else { throw failure("there is no such escape") }
        var units = [try codeUnit()]
        if UTF16.isLeadSurrogate(units[0]), bytes[index...].starts(with: "\\u".utf8) {
            index += 1
            units.append(try codeUnit())
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw failure("half a character") }
        return Array(text.utf8)
    }

    /// Four digits behind the `u`.
    private mutating func codeUnit() throws(Failure) -> UInt16 {
        let digits = String(decoding: bytes[(index + 1)...].prefix(4), as: UTF8.self)
        guard digits.utf8.count == 4, digits.first != "+", let unit = UInt16(digits, radix: 16) else {
            throw failure("four hex digits were expected")
        }
        index += 5
        return unit
    }

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// Whether that character comes next, spaces apart; if so it is passed.
    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { index += 1 }
    }

    private func failure(_ text: String) -> Failure {
        let before = bytes[..<index]
        let line = before.count { $0 == 0x0a } + 1
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        return Failure(line: line, column: index - lineStart + 1, text: text)
    }
}

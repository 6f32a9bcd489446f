/// Steps over a text of JSON, or of a Python literal, by its bytes, in the plain form that programs write: for what is too much
/// for a decoder.
///
/// It reads texts of plain ASCII, counts, flags and signs, and nothing else: where something else stands it says so by nil or false,
/// and a decoder has to read the text, or that part of it. What it steps over by ``object()`` it has not judged.
package struct PlainScanner {
    private let buffer: UnsafeBufferPointer<UInt8>
    private let isOnOneLine: Bool
    /// Where it stands.
    package private(set) var position: Int

    /// - Parameters:
    ///   - bytes: must outlive the scanner and its copies.
    ///   - position: where it begins.
    ///   - isOnOneLine: whether blanks are the only space.
    package init(_ bytes: UnsafeBufferPointer<UInt8>, from position: Int = 0, isOnOneLine: Bool = false) {
        self.position = position
        buffer = bytes
        self.isOnOneLine = isOnOneLine
    }

    /// Whether nothing but space is left.
    package var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return position == buffer.count
        }
    }

    // MARK: Values

    /// Steps over a sign that comes next, and what space is before it.
    package mutating func skip(_ sign: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < buffer.count, buffer[position] == UInt8(truncatingIfNeeded: sign.value) else { return false }
        position += 1
        return true
    }

    /// Where a text stands that comes next, between its quotes: of characters that mean themselves.
    ///
    /// - Parameter alsoSingle: whether the quotes may be single ones.
    package mutating func span(alsoSingle: Bool = false) -> Range<Int>? {
        let quote: UInt8
        if skip("\"") {
            quote = UInt8(ascii: "\"")
        } else if alsoSingle, skip("'") {
            quote = UInt8(ascii: "'")
        } else {
            return nil
        }
        let start = position
        while position < buffer.count {
            let byte = buffer[position]
            if byte == quote {
                position += 1
                return start..<position - 1
            }
            guard byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "\\") else { return nil }
            position += 1
        }
        return nil
    }

    /// A text that comes next, of characters that mean themselves.
    package mutating func text() -> String? { span().map { String(decoding: buffer[$0], as: UTF8.self) } }

    /// A whole number that is not negative: digits alone, without a zero before others.
    package mutating func count() -> Int64? {
        skipSpace()
        let start = position
        var number: Int64 = 0
        while position < buffer.count {
            let digit = Int64(buffer[position]) - 0x30
            guard digit >= 0, digit < 10 else { break }
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = tens.addingReportingOverflow(digit)
            guard !isTooLarge, !isBeyond else { return nil }
            (number, position) = (sum, position + 1)
        }
        let digits = position - start
        guard digits > 0, digits == 1 || buffer[start] != 0x30 else { return nil }
        return number
    }

    /// `true` or `false`.
    package mutating func flag() -> Bool? {
        skipSpace()
        if follows("true") { return true }
        return follows("false") ? false : nil
    }

    /// Steps over an object that comes next, as far as quotes and braces tell where it ends: nobody has read it yet.
    package mutating func object() -> [UInt8]? {
        skipSpace()
        let start = position
        guard position < buffer.count, buffer[position] == UInt8(ascii: "{") else { return nil }
        var (depth, isInText, isEscaped) = (0, false, false)
        while position < buffer.count {
            let byte = buffer[position]
            position += 1
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\") where isInText: isEscaped = true
            case UInt8(ascii: "\""): isInText.toggle()
            case _ where isInText: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return Array(buffer[start..<position]) }
            default: break
            }
        }
        return nil
    }

    // MARK: What comes again

    /// How a piece is written but for sixteen hexadecimal digits in it: a member of a list, of which the next ones differ in nothing
    /// else.
    package struct Form {
        fileprivate let (start, digits, end): (Int, Int, Int)
    }

    /// The form of what was stepped over since a place; nil where the text in it is not of sixteen digits, with `0x` before them or
    /// not.
    package func form(since start: Int, _ text: Range<Int>) -> Form? {
        let digits = text.upperBound - 16
        let isPrefixed = text.count == 18 && isWord("0x", text.lowerBound..<digits)
        guard text.count == 16 || isPrefixed, Hex.sixteen(bytes(digits..<text.upperBound)) != nil else { return nil }
        return Form(start: start, digits: digits, end: position)
    }

    /// Steps over a piece that comes next if it is of this form, and what space is before it; gives the number of its digits.
    ///
    /// - Parameter form: of a piece in the same bytes.
    package mutating func number(like form: Form) -> UInt64? {
        skipSpace()
        let (size, place) = (form.end - form.start, position + form.digits - form.start)
        guard buffer.count - position >= size, isSame(form.start..<form.digits, at: position),
            isSame(form.digits + 16..<form.end, at: place + 16), let number = Hex.sixteen(bytes(place..<place + 16))
        else { return nil }
        position += size
        return number
    }

    /// Whether these bytes stand at another place as well, which has room for them.
    private func isSame(_ span: Range<Int>, at place: Int) -> Bool {
        guard let all = UnsafeRawPointer(buffer.baseAddress) else { return false }
        var (left, right) = (all + span.lowerBound, all + place)
        let end = all + span.upperBound
        while end - left >= 8 {
            guard left.loadUnaligned(as: UInt64.self) == right.loadUnaligned(as: UInt64.self) else { return false }
            (left, right) = (left + 8, right + 8)
        }
        while left < end {
            guard left.load(as: UInt8.self) == right.load(as: UInt8.self) else { return false }
            (left, right) = (left + 1, right + 1)
        }
        return true
    }

    // MARK: Bytes

    package func bytes(_ span: Range<Int>) -> UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: buffer[span]) }

    package func isWord(_ word: StaticString, _ span: Range<Int>) -> Bool {
        word.withUTF8Buffer { $0.elementsEqual(buffer[span]) }
    }

    private mutating func follows(_ word: StaticString) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= buffer.count, isWord(word, position..<end) else { return false }
        position = end
        return true
    }

    private mutating func skipSpace() {
        while position < buffer.count, isSpace(buffer[position]) { position += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || !isOnOneLine && (byte == 0x0a || byte == 0x0d || byte == 0x09)
    }

    /// Puts a field's value in its place; says whether there is one, and none was there before.
    package static func fill<Value>(_ place: inout Value?, _ value: Value?) -> Bool {
        guard place == nil, let value else { return false }
        place = value
        return true
    }
}

internal import FoundationEssentials

/// A name that stands twice in one object of a JSON text, by its way through the text: `0x5`, `guids`, `[0]`, `guid`.
///
/// Readers differ on which of the two values counts, and decoders hide the other one: whoever decides by such a text may
/// decide by what was not meant.
package struct RepeatedName: Hashable, Sendable {
    package let path: [String]

    package init(_ path: [String]) {
        self.path = path
    }

    /// The first one of a text, at whatever depth; nil for a text without any.
    ///
    /// The text is one that a decoder takes; of others it says nothing that counts. Two names are one where the decoder calls
    /// them one: `5` and `\u0035`, and what Unicode calls equivalent.
    package static func first(in bytes: [UInt8]) -> RepeatedName? {
        bytes.withUnsafeBufferPointer { Scan($0).first() }
    }
}

/// One passage over a text.
private struct Scan {
    /// In objects of more names these are looked up, and not compared one by one.
    private static let few = 12

    private struct Name {
        let range: Range<Int>
        /// Whether it says what its bytes are: without escapes, and nothing but ASCII.
        let isPlain: Bool
    }

    /// An object or array that has begun and not ended.
    private struct Level {
        let isObject: Bool
        /// Where its names begin among all.
        let start: Int
        /// Whether a text that comes next is a name.
        var expectsName: Bool
        /// The element of an array that is read.
        var index = 0
        /// The names, once there are many.
        var many: Set<String>?
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var levels: [Level] = []
    /// The names of all objects that have begun and not ended, outer ones first.
    private var names: [Name] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    consuming func first() -> RepeatedName? {
        var position = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let name = text(after: position)
                position = name.range.upperBound
                if levels.last?.expectsName == true, isRepeated(name) { return RepeatedName(path) }
            case UInt8(ascii: "{"): levels.append(Level(isObject: true, start: names.count, expectsName: true))
            case UInt8(ascii: "["): levels.append(Level(isObject: false, start: names.count, expectsName: false))
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard let level = levels.popLast() else { return nil }
                names.removeLast(names.count - level.start)
            case UInt8(ascii: ","):
                guard let last = levels.indices.last else { return nil }
                levels[last].index += 1
                levels[last].expectsName = levels[last].isObject
            default: break
            }
            position += 1
        }
        return nil
    }

    /// The text whose opening quote is here; its range ends at the closing one.
    private func text(after quote: Int) -> Name {
        var (position, isPlain) = (quote + 1, true)
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\") {
                isPlain = false
                position += 1
            } else if bytes[position] >= 0x80 {
                isPlain = false
            }
            position += 1
        }
        return Name(range: quote + 1..<max(quote + 1, min(position, bytes.count)), isPlain: isPlain)
    }

    /// Takes note of a name; says whether its object has it already.
    private mutating func isRepeated(_ name: Name) -> Bool {
        let last = levels.count - 1
        let start = levels[last].start
        levels[last].expectsName = false
        defer { names.append(name) }
        if levels[last].many != nil {
            let text = words(name)
            return levels[last].many?.insert(text).inserted == false
        }
        if names[start...].contains(where: { isSame($0, name) }) { return true }
        if names.count - start == Self.few { levels[last].many = Set((names[start...] + [name]).map(words)) }
        return false
    }

    private func isSame(_ one: Name, _ other: Name) -> Bool {
        if one.isPlain, other.isPlain { return bytes[one.range].elementsEqual(bytes[other.range]) }
        return words(one) == words(other)
    }

    /// What a name says, to a decoder.
    private func words(_ name: Name) -> String {
        let raw = bytes[name.range]
        if !name.isPlain, let text = try? JSONDecoder().decode(String.self, from: Data([0x22] + raw + [0x22])) {
            return text
        }
        return String(decoding: raw, as: UTF8.self)
    }

    private var path: [String] {
        levels.indices.map { depth in
            guard levels[depth].isObject else { return "[\(levels[depth].index)]" }
            // The last one of each object that has begun; those of inner ones stand behind it.
            let end = depth + 1 < levels.count ? levels[depth + 1].start : names.count
            return end > levels[depth].start ? words(names[end - 1]) : ""
        }
    }
}

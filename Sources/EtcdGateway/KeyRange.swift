/// A range of keys: one key, a prefix, or everything.
package struct KeyRange: Hashable, Sendable, CustomStringConvertible {
    /// First key of the range.
    package let start: [UInt8]
    /// First key after the range; empty for the single key, one zero byte for "to the last key".
    package let end: [UInt8]
    package let description: String

    package static func single(_ key: [UInt8]) -> KeyRange {
        KeyRange(start: key, end: [], description: String(decoding: key, as: UTF8.self))
    }

    /// All keys that start with the bytes; with no bytes, all keys.
    package static func prefix(_ prefix: [UInt8]) -> KeyRange {
        guard !prefix.isEmpty else { return KeyRange(start: [0], end: [0], description: "all keys") }
        var end = prefix
        // The first key behind a prefix: the prefix with its last byte below 0xff raised, and cut there.
        while let last = end.popLast() {
            if last < 0xff {
                end.append(last + 1)
                break
            }
        }
        return KeyRange(
            start: prefix, end: end.isEmpty ? [0] : end, description: String(decoding: prefix, as: UTF8.self))
    }

    /// The part of this range behind a key.
    func after(_ key: [UInt8]) -> KeyRange {
        KeyRange(start: key + [0], end: end, description: description)
    }
}

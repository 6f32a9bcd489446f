/// The name of a key, byte for byte.
///
/// Names are bytes and not text: two spellings that a `String` calls equal are two keys to a store.
package struct KeyName: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// All bytes at once and not one by one: a name is looked up often.
    package func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }

    package var isEmpty: Bool { bytes.isEmpty }

    package func hasPrefix(_ prefix: KeyName) -> Bool { bytes.starts(with: prefix.bytes) }

    /// What stands behind a prefix, as text; bytes that are not UTF-8 have been replaced. nil for a name that starts otherwise.
    package func text(behind prefix: KeyName) -> String? {
        hasPrefix(prefix) ? String(decoding: bytes[prefix.bytes.count...], as: UTF8.self) : nil
    }

    package static func + (left: KeyName, right: some StringProtocol) -> KeyName { KeyName(left.bytes + right.utf8) }
}

extension KeyName: Comparable {
    /// In the order of their bytes, as etcd lists them.
    package static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

extension KeyName: CustomStringConvertible {
    /// For people; bytes that are not UTF-8 have been replaced.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension KeyName: ExpressibleByStringInterpolation {
    package init(stringLiteral text: String) { self.init(text) }
}

internal import FoundationEssentials

/// JSON as all of us write it: keys in order, so that the same state is the same bytes.
package enum JSONText {
    /// How the keys stand.
    package enum Form: Sendable {
        /// On one line.
        case line
        /// Each on a line of its own.
        case lines
    }

    /// As UTF-8, without a line end behind it.
    package static func bytes(_ value: some Encodable, _ form: Form = .line) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if form == .lines { encoder.outputFormatting.insert(.prettyPrinted) }
        return Array(try encoder.encode(value))
    }
}

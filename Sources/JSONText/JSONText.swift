internal import FoundationEssentials

/// JSON as all of us write it: keys in order, so that the same state is the same bytes. And as all of us read it who decide by
/// what it says: no name twice in one object.
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

    /// Reads a text of UTF-8.
    ///
    /// - Throws: a `DecodingError` for what is no JSON of this shape, and for a name that stands twice in one object.
    package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        // A decoder takes UTF-16 too, in which names could hide.
        guard !bytes.contains(0) else { throw corrupted([], "it is not UTF-8") }
        let value = try JSONDecoder().decode(type, from: Data(bytes))
        if let repeated = RepeatedName.first(in: bytes) {
            throw corrupted(repeated.path, "this name stands twice in one object")
        }
        return value
    }

    private static func corrupted(_ path: [String], _ words: String) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: path.map(Step.init), debugDescription: words))
    }

    /// One step of the way through a text.
    private struct Step: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

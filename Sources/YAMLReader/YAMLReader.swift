/// Reads one YAML value, which may also be JSON or the Python literal that pcocc writes to etcd.
///
/// Anchors, aliases and tags are refused: nothing we read has them, and an alias lets a few bytes stand for gigabytes.
package enum YAMLReader {
    /// The value in these bytes, or nil when there is none (no bytes, only comments, only `---`).
    ///
    /// Throws for anything but one document of UTF-8 whose mappings have different keys, and for what exceeds `limits`.
    package static func parse(
        _ bytes: [UInt8], limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> YAMLNode? {
        guard bytes.count <= limits.bytes else {
            throw YAMLError(
                "the text has \(bytes.count) bytes, and \(limits.bytes) are allowed", at: YAMLMark(line: 1, column: 1))
        }
        guard !bytes.isEmpty else { return nil }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(YAMLError) in
            let parser = try EventParser(buffer)
            var builder = TreeBuilder(limits: limits)
            return try builder.document(from: parser)
        }
    }

    /// The same for a text that is already decoded.
    package static func parse(
        _ text: String, limits: YAMLLimits = YAMLLimits()
    ) throws(YAMLError) -> YAMLNode? {
        try parse(Array(text.utf8), limits: limits)
    }
}

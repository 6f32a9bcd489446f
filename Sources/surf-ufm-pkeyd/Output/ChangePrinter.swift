import EtcdGateway
import KeyHistory
import Text

/// Prints changes of keys as they come: for people, or as one JSON document a line.
struct ChangePrinter {
    let format: OutputFormat
    /// Whether values are shown as pcocc's partitions.
    let decodes: Bool
    /// What the store calls a version: `revision`, or `index`.
    let version: String

    func show(_ change: KeyChange) throws {
        let keyValue = KeyValue(
            key: change.key.bytes, value: change.value ?? [], createRevision: 0, modRevision: change.revision.number)
        let decodes = decodes && change.value != nil
        if format == .json {
            var document = KeyDocument(keyValue, withValue: change.value != nil, decode: decodes)
            document.event = change.value == nil ? "delete" : "put"
            return Output.line(try Output.compactJSON(document))
        }
        let event = change.value == nil ? "DELETE" : "PUT"
        Output.line("\(event) \(Terminal.line(change.key.bytes)) (\(version) \(change.revision))")
        if let value = change.value, !decodes { Output.line("  " + Self.indented(Terminal.text(value))) }
        if decodes { KeyWords.decoded(keyValue).forEach { Output.line("  " + $0) } }
    }

    /// Nearly no value has lines, and to look for what is not there would take as long as all else.
    private static func indented(_ text: String) -> String {
        text.utf8.contains(UInt8(ascii: "\n")) ? text.replacing("\n", with: "\n  ") : text
    }
}

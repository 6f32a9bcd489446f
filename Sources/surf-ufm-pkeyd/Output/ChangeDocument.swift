import Administration
import Fabric
import Planning

/// A change that was made, as JSON: `{"operation":"add","pkey":"0x5000","guids":2}`.
///
/// `added`, `removed` and `changed` list members where the operation finds out by itself what differs.
struct ChangeDocument: Encodable {
    let operation: String
    let pkey: String
    /// How many GUIDs were asked for.
    var guids: Int?
    var added: [MemberDocument]?
    var removed: [String]?
    var changed: [MemberDocument]?

    init(_ operation: String, _ pkey: PKey, guids: Int? = nil) {
        self.operation = operation
        self.pkey = pkey.description
        self.guids = guids
    }

    init(_ operation: String, _ pkey: PKey, _ difference: Difference) {
        self.init(operation, pkey)
        added = difference.missing.map(MemberDocument.init)
        removed = difference.unexpected.map(\.description)
        changed = difference.misflagged.map(MemberDocument.init)
    }

    /// Prints this, or for people the sentence.
    func print(_ format: OutputFormat, or sentence: String) throws {
        switch format {
        case .json: try Output.json(self)
        case .text: Output.line(sentence)
        }
    }
}

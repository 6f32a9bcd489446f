import Fabric
import JSONText
import KeyHistory
import Reconciler

/// What a partition waits for, as it is written:
/// `{"key":"/pcocc/…","revision":12,"waits":[{"guid":"043f720300f55101","holder":"0x2000","reason":"…"}]}`.
struct WaitingDocument: Codable, Hashable, Sendable {
    struct Port: Codable, Hashable, Sendable {
        let guid: String
        let holder: String
        let reason: String?
    }

    /// The key for which it waits, and its revision: a note of any other is of an earlier time.
    let key: String
    let revision: Int64
    let waits: [Port]

    init(_ note: WaitingNote, _ record: LedgerRecord) {
        key = record.key.description
        revision = record.revision.number
        waits = note.ports.map {
            Port(guid: $0.guid.description, holder: $0.holder.description, reason: $0.reason)
        }
    }

    /// What it says of a record, if it belongs to it; a port that cannot be read is passed over.
    func note(of record: LedgerRecord) -> WaitingNote? {
        guard record.state == .claimed, KeyName(key) == record.key, revision == record.revision.number else {
            return nil
        }
        let ports = waits.compactMap { port -> WaitingNote.Port? in
            guard let guid = try? GUID(parsing: port.guid), let holder = try? PKey(parsing: port.holder) else {
                return nil
            }
            return WaitingNote.Port(guid, holder: holder, reason: port.reason)
        }
        return ports.isEmpty ? nil : WaitingNote(ports)
    }

    /// nil for a text that is none.
    init?(_ json: [UInt8]) {
        guard let document = try? JSONText.decode(Self.self, from: json) else { return nil }
        self = document
    }

    func json() throws(Failure) -> [UInt8] {
        do {
            return try JSONText.bytes(self)
        } catch {
            throw Failure(.malformed, "what \(key) waits for cannot be written as JSON: \(error)")
        }
    }
}

import Fabric
import JSONText
import KeyHistory
import Planning
import Reconciler

/// What stands beside a record, or in the place of one, as it is written: what a partition waits for,
/// `{"key":"/pcocc/…","revision":12,"waits":[{"guid":"043f720300f55101","holder":"0x2000","reason":"…"}]}`, or what stands
/// against taking it over, `{"conflict":{"guids":["043f720300f55101"],"name":"storage"},"key":…,"revision":12,"waits":[]}`.
struct NoteDocument: Codable, Hashable, Sendable {
    struct Port: Codable, Hashable, Sendable {
        let guid: String
        let holder: String
        let reason: String?
    }

    /// The key for which it waits, and its revision: a note of any other is of an earlier time.
    let key: String
    let revision: Int64
    /// Always there: an older program takes a ledger file without it for unreadable.
    let waits: [Port]
    var conflict: InTheWay?

    struct InTheWay: Codable, Hashable, Sendable {
        let guids: [String]
        let name: String?
    }

    init(_ note: ConflictNote) {
        key = note.key.description
        revision = note.revision.number
        waits = []
        conflict = InTheWay(guids: note.conflict.guids.map(\.description), name: note.conflict.name)
    }

    /// What stands against taking the partition over, where it says so.
    var conflictNote: ConflictNote? {
        guard let conflict, KeyVersion.numbers.contains(revision) else { return nil }
        let guids = conflict.guids.compactMap { try? GUID(parsing: $0) }
        return ConflictNote(
            key: KeyName(key), revision: KeyVersion(revision), Conflict(guids, name: conflict.name))
    }

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
            throw Failure(.malformed, "the note on \(key) cannot be written as JSON: \(error)")
        }
    }
}

import Fabric
import FoundationEssentials
import JSONText
import KeyHistory
import Reconciler

/// What a ledger file says. Pure.
///
/// ```json
/// {
///   "about" : {
///     "change" : 6,
///     "format" : 1,
///     "store" : "v2"
///   },
///   "changes" : 7,
///   "fabric" : "default",
///   "format" : 1,
///   "gone" : { },
///   "notes" : { },
///   "partitions" : {
///     "0x200e" : {
///       "change" : 7,
///       "key" : "/pcocc/global/opensm/pkeys/0x200e",
///       "revision" : 12,
///       "state" : "synced",
///       "time" : "2026-01-31T12:00:00Z"
///     }
///   }
/// }
/// ```
struct LedgerFileContent: Hashable, Sendable {
    private static let format = 1

    /// The fabric whose ledger it is: two daemons that were given one file by mistake would delete each other's partitions.
    let fabric: String
    /// How many changes were made so far; each record has the number of its own.
    private var changes: Int64 = 0
    private(set) var entries: [PKey: LedgerEntry] = [:]
    /// What partitions wait for, and what stands against taking them over.
    var notes: [PKey: NoteDocument] = [:]
    /// What the ledger says of itself.
    private(set) var about = KeptAbout.absent
    /// What is kept of partitions that were deleted.
    var gone: [PKey: KeptDocument] = [:]

    init(fabric: String) {
        self.fabric = fabric
    }

    /// Makes changes together, which is one change; nil removes a record. Gives the version that the records have now.
    mutating func change(_ records: [PKey: LedgerRecord?], time: Date = .now) -> RecordVersion {
        let real = records.filter { pkey, record in record != nil || entries[pkey] != nil }
        if !real.isEmpty { changes += 1 }
        let version = RecordVersion(changes)
        for (pkey, record) in real {
            entries[pkey] = record.map { LedgerEntry(record: $0, time: time, version: version) }
        }
        return version
    }

    /// Puts these in the place of all that is held, which is one change.
    mutating func replaceAll(by stored: StoredRecords) {
        changes += 1
        let version = RecordVersion(changes)
        notes = [:]
        entries = stored.entries.mapValues { LedgerEntry(record: $0.record, time: $0.time, version: version) }
        gone = stored.tombstones.mapValues { KeptDocument(TombstoneDocument($0.tombstone), version) }
    }

    /// Has the ledger say something else of itself; gives the version that this has now.
    mutating func change(_ about: About) -> RecordVersion {
        changes += 1
        self.about = KeptAbout(about, RecordVersion(changes))
        return self.about.version
    }
}

/// A tombstone in a file, and the change that wrote it.
struct KeptDocument: Hashable, Sendable {
    let document: TombstoneDocument
    let version: RecordVersion

    init(_ document: TombstoneDocument, _ version: RecordVersion) {
        self.document = document
        self.version = version
    }
}

extension LedgerFileContent {
    /// Why a text is no ledger.
    struct Unreadable: Error {
        let problem: String
    }

    private struct Document: Codable {
        struct Partition: Codable {
            let change: Int64
            let state: String
            let key: String
            let revision: Int64
            let error: String?
            let gone: Bool?
            let time: String
        }

        struct Gone: Codable {
            let change: Int64
            let tombstone: TombstoneDocument
        }

        let format: Int
        let fabric: String
        let changes: Int64
        let partitions: [String: Partition]
        /// Older programs wrote neither these.
        let notes: [String: NoteDocument]?
        /// Nor these.
        let about: AboutDocument?
        let gone: [String: Gone]?
    }

    /// Reads a file: wholly, or not at all. A record that is passed over would disown its partition.
    init(_ bytes: [UInt8], fabric: String) throws(Unreadable) {
        let document: Document
        do {
            document = try JSONText.decode(Document.self, from: bytes)
        } catch {
            throw Unreadable(problem: "no ledger can be read from it: \(Self.words(error))")
        }
        guard document.format == Self.format else {
            throw Unreadable(problem: "format \(document.format) is not known, only \(Self.format)")
        }
        // By bytes, as etcd would tell them apart.
        guard Array(document.fabric.utf8) == Array(fabric.utf8) else {
            throw Unreadable(problem: "it is the ledger of the fabric \(document.fabric), not of \(fabric) (--fabric)")
        }
        self.fabric = fabric
        try Self.check(document.changes, "changes")
        changes = document.changes
        // What a partition waits for is found out anew by whoever cannot read it.
        for (name, note) in document.notes ?? [:] {
            if let pkey = try? PKey(parsing: name) { notes[pkey] = note }
        }
        if let document = document.about { about = try Self.read(document) }
        changes = max(changes, about.version.number)
        for (name, kept) in document.gone ?? [:] {
            guard let pkey = try? PKey(parsing: name), KeyVersion.numbers.contains(kept.change) else { continue }
            gone[pkey] = KeptDocument(kept.tombstone, RecordVersion(kept.change))
            changes = max(changes, kept.change)
        }
        for (name, partition) in document.partitions {
            guard let pkey = try? PKey(parsing: name), Array(pkey.description.utf8) == Array(name.utf8) else {
                throw Unreadable(problem: "'\(name)' is no PKey such as 0x200e")
            }
            guard let state = LedgerRecord.State(rawValue: partition.state) else {
                throw Unreadable(problem: "\(name): '\(partition.state)' is no state")
            }
            try Self.check(partition.change, "\(name): change")
            try Self.check(partition.revision, "\(name): revision")
            guard let time = try? Date(partition.time, strategy: .iso8601) else {
                throw Unreadable(problem: "\(name): '\(partition.time)' is no time such as 2026-01-31T12:00:00Z")
            }
            let record = LedgerRecord(
                state, key: KeyName(partition.key), revision: KeyVersion(partition.revision), error: partition.error,
                isSeenGone: partition.gone ?? false)
            entries[pkey] = LedgerEntry(record: record, time: time, version: RecordVersion(partition.change))
            changes = max(changes, partition.change)
        }
    }

    private static func read(_ document: AboutDocument) throws(Unreadable) -> KeptAbout {
        let change = document.change ?? 0
        try check(change, "about: change")
        do throws(AboutDocument.Unreadable) {
            return KeptAbout(try document.about(), RecordVersion(change))
        } catch {
            throw Unreadable(problem: "about: \(error.problem)")
        }
    }

    private static func check(_ number: Int64, _ name: String) throws(Unreadable) {
        guard KeyVersion.numbers.contains(number) else { throw Unreadable(problem: "\(name): \(number) is no version") }
    }

    /// The same content gives the same bytes.
    func json() throws -> [UInt8] {
        let partitions = entries.map { pkey, entry in
            let written = LedgerDocument(entry.record, time: entry.time ?? .distantPast)
            let partition = Document.Partition(
                change: entry.version.number, state: written.state, key: written.key, revision: written.revision,
                error: written.error, gone: written.gone, time: written.time)
            return (pkey.description, partition)
        }
        let document = Document(
            format: Self.format, fabric: fabric, changes: changes,
            partitions: Dictionary(partitions, uniquingKeysWith: { _, later in later }),
            notes: notes.isEmpty
                ? nil : Dictionary(notes.map { ($0.key.description, $0.value) }, uniquingKeysWith: { $1 }),
            about: about == .absent ? nil : AboutDocument(about.about, change: about.version.number),
            gone: gone.isEmpty
                ? nil
                : Dictionary(
                    gone.map {
                        (
                            $0.key.description,
                            Document.Gone(change: $0.value.version.number, tombstone: $0.value.document)
                        )
                    },
                    uniquingKeysWith: { $1 }))
        return try JSONText.bytes(document, .lines) + [UInt8(ascii: "\n")]
    }

    private static func words(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            return (place.isEmpty ? "" : place + ": ") + context.debugDescription
        @unknown default: return "\(error)"
        }
    }
}

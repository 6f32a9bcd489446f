package import FoundationEssentials
import JSONText
import KeyHistory
package import Reconciler
import Text

/// A record as a ledger holds it.
package struct LedgerEntry: Hashable, Sendable {
    package let record: LedgerRecord
    /// When it was written; nil where the ledger does not say so legibly.
    package let time: Date?
    /// Changes with every writing of the record.
    package let version: RecordVersion
    /// What only the one who wrote it knows, and only of this writing: a write that was given up can be told from others by
    /// it when it is carried out after all. nil where the ledger's writes cannot be late, and in records of version 0.1.
    package var nonce: String?

    package init(record: LedgerRecord, time: Date?, version: RecordVersion, nonce: String? = nil) {
        self.record = record
        self.time = time
        self.version = version
        self.nonce = nonce
    }
}

extension LedgerEntry {
    /// The same for another place, with its time.
    var copy: LedgerDocument { LedgerDocument(record, nonce: .random, time: time ?? .now) }
}

extension String {
    /// 16 hexadecimal digits that nobody has had before.
    static var random: String { Hex.digits(UInt64.random(in: .min ... .max), width: 16) }
}

/// A record as it is written, wherever: `{"key":"/pcocc/…","revision":12,"state":"synced","time":"2026-01-31T12:00:00Z"}`.
struct LedgerDocument: Codable, Hashable, Sendable {
    let state: String
    let key: String
    let revision: Int64
    let error: String?
    /// Whether a partition that is being deleted was seen to be gone; without it, it was not.
    let gone: Bool?
    let nonce: String?
    /// When it was written, in UTC; for people.
    let time: String

    init(state: String, key: String, revision: Int64, error: String?, gone: Bool?, nonce: String?, time: String) {
        self.state = state
        self.key = key
        self.revision = revision
        self.error = error
        self.gone = gone
        self.nonce = nonce
        self.time = time
    }

    /// Reads a record as it was written.
    ///
    /// - Throws: what the general decoder throws.
    init(text: [UInt8]) throws {
        self = try UsualRecord.read(text) ?? JSONText.decode(LedgerDocument.self, from: text)
    }

    init(_ record: LedgerRecord, nonce: String? = nil, time: Date = .now) {
        self.nonce = nonce
        state = record.state.rawValue
        key = record.key.description
        revision = record.revision.number
        error = record.error
        gone = record.isSeenGone ? true : nil
        self.time = time.formatted(.iso8601)
    }

    /// What it says; nil with a state or a revision that is none.
    var record: LedgerRecord? {
        guard KeyVersion.numbers.contains(revision) else { return nil }
        return LedgerRecord.State(rawValue: state).map {
            LedgerRecord(
                $0, key: KeyName(key), revision: KeyVersion(revision), error: error, isSeenGone: gone ?? false)
        }
    }

    var date: Date? { try? Date(time, strategy: .iso8601) }

    func json() throws(Failure) -> [UInt8] {
        do {
            return try JSONText.bytes(self)
        } catch {
            throw Failure(.malformed, "the ledger record of \(key) cannot be written as JSON: \(error)")
        }
    }
}

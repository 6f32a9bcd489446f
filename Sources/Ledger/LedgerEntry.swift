package import FoundationEssentials
import JSONText
import KeyHistory
package import Reconciler

/// A record as a ledger holds it.
package struct LedgerEntry: Hashable, Sendable {
    package let record: LedgerRecord
    /// When it was written; nil where the ledger does not say so legibly.
    package let time: Date?
    /// Changes with every writing of the record: in etcd the revision of its key, in a file a number of its own.
    package let version: Int64
}

/// A record as it is written, wherever: `{"key":"/pcocc/…","revision":12,"state":"synced","time":"2026-01-31T12:00:00Z"}`.
struct LedgerDocument: Codable, Hashable, Sendable {
    let state: String
    let key: String
    let revision: Int64
    let error: String?
    /// Whether a partition that is being deleted was seen to be gone; without it, it was not.
    let gone: Bool?
    /// When it was written, in UTC; for people.
    let time: String

    init(_ record: LedgerRecord, time: Date = .now) {
        state = record.state.rawValue
        key = record.key.description
        revision = record.revision.number
        error = record.error
        gone = record.isSeenGone ? true : nil
        self.time = time.formatted(.iso8601)
    }

    /// What it says; nil with a state that is none.
    var record: LedgerRecord? {
        LedgerRecord.State(rawValue: state).map {
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

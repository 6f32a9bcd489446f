import Fabric
import FoundationEssentials
import JSONText
import KeyHistory
import Reconciler

/// What is kept of a partition that was deleted, as it is written:
/// `{"key":"/pcocc/…","members":["043f720300f55101"],"time":"2026-01-31T12:00:00Z"}`.
struct TombstoneDocument: Codable, Hashable, Sendable {
    /// After so long it counts for nothing: nobody goes back to a state so old.
    static let lifetime: TimeInterval = 30 * 86_400

    let key: String
    /// The members when the deletion was authorised, in ascending order.
    let members: [String]
    /// When that was, in UTC.
    let time: String

    init(_ tombstone: Tombstone, time: Date = .now) {
        key = tombstone.key.description
        members = tombstone.members.map(\.description)
        self.time = time.formatted(.iso8601)
    }

    /// nil for a text that is none.
    init?(_ json: [UInt8]) {
        guard let document = try? JSONText.decode(Self.self, from: json) else { return nil }
        self = document
    }

    /// What it says; nil where a member or the time cannot be read: what was there is to be known exactly.
    func tombstone(at now: Date) -> Aged? {
        let guids = members.compactMap { try? GUID(parsing: $0) }
        guard guids.count == members.count, let date = try? Date(time, strategy: .iso8601) else { return nil }
        return Aged(
            tombstone: Tombstone(key: KeyName(key), members: guids),
            isTooOld: now.timeIntervalSince(date) > Self.lifetime)
    }

    struct Aged {
        let tombstone: Tombstone
        let isTooOld: Bool
    }

    func json() throws(Failure) -> [UInt8] {
        do {
            return try JSONText.bytes(self)
        } catch {
            throw Failure(.malformed, "the tombstone of \(key) cannot be written as JSON: \(error)")
        }
    }
}

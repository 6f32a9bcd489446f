package import Fabric

/// Which writing of a record something is: every writing gives another one. Opaque to all but the ledger.
package struct RecordVersion: Hashable, Sendable {
    /// The ledger's own number: in etcd the revision that wrote the record, in a file a count of changes.
    package let number: Int64

    package init(_ number: Int64) {
        self.number = number
    }

    /// Of a record that is not there.
    package static let absent = RecordVersion(0)
}

/// A record as the ledger has it: what writes another one over it says over which.
package struct KeptRecord: Hashable, Sendable {
    package let record: LedgerRecord
    package let version: RecordVersion

    package init(_ record: LedgerRecord, _ version: RecordVersion) {
        self.record = record
        self.version = version
    }
}

/// Something that stands where a record would and is none of ours: it cannot be read, its name is not a PKey's own
/// spelling, or it is about the key of another. It is never written, owns nothing, and its partition is held until somebody
/// has looked.
package struct StrangeRecord: Hashable, Sendable {
    /// Where it stands, for people.
    package let name: String
    /// The partition that it may be about.
    package let pkey: PKey?
    package let version: RecordVersion
    /// What is wrong with it.
    package let problem: String

    package init(_ name: String, of pkey: PKey?, _ version: RecordVersion, _ problem: String) {
        self.name = name
        self.pkey = pkey
        self.version = version
        self.problem = problem
    }
}

/// All that the ledger has, from one complete read.
package struct LedgerContent: Hashable, Sendable {
    /// Whether the ledger's store has room for another word.
    package enum Room: Hashable, Sendable {
        case unknown
        case enough
        /// In the store's own words.
        case none(String)
    }

    /// What is ours.
    package let records: [PKey: KeptRecord]
    package let strange: [StrangeRecord]
    /// What stands against taking over partitions that keys want; of those that have no record.
    package let conflicts: [PKey: ConflictNote]
    /// What was last there of partitions that we have deleted, or are deleting.
    package let tombstones: [PKey: KeptTombstone]
    /// Tombstones that are too old to count for anything.
    package let agedTombstones: [PKey: RecordVersion]
    package let room: Room
    /// When the first of the deletions was held back that are, as `2026-01-31T12:00:00Z`; nil where the ledger does not say.
    package let guardedSince: String?

    /// - Parameter records: a partition about which something strange stands too is not ours by its record: nobody knows
    ///   which of the two is meant.
    package init(
        _ records: [PKey: KeptRecord], strange: [StrangeRecord] = [], conflicts: [PKey: ConflictNote] = [:],
        tombstones: [PKey: KeptTombstone] = [:], agedTombstones: [PKey: RecordVersion] = [:],
        room: Room = .unknown, guardedSince: String? = nil
    ) {
        self.tombstones = tombstones
        self.agedTombstones = agedTombstones
        self.guardedSince = guardedSince
        let doubtful = Set(strange.compactMap(\.pkey))
        self.records = doubtful.isEmpty ? records : records.filter { !doubtful.contains($0.key) }
        self.strange = strange
        self.conflicts = conflicts.filter { records[$0.key] == nil }
        self.room = room
    }
}

package import Fabric
import FoundationEssentials
import KeyHistory
package import Reconciler

/// What stands in a ledger under one name. Pure.
package enum StoredRecord: Hashable, Sendable {
    case record(PKey, LedgerEntry)
    case strange(StrangeRecord)

    /// A record that could be read; one that is about another partition's key is none of this one's.
    package init(_ entry: LedgerEntry, of pkey: PKey, at name: String) {
        if entry.record.isOf(pkey) {
            self = .record(pkey, entry)
        } else {
            self = .strange(
                StrangeRecord(
                    name, of: pkey, entry.version,
                    "the ledger record is about \(entry.record.key), which is not PKey \(pkey)"))
        }
    }

    /// The record, for who looks for one.
    package var entry: Result<LedgerEntry, Failure> {
        switch self {
        case .record(_, let entry): .success(entry)
        case .strange(let strange): .failure(Failure(.malformed, "\(strange.name): \(strange.problem)"))
        }
    }
}

/// All that stands in a ledger, from one complete read.
package struct StoredRecords: Sendable {
    package private(set) var entries: [PKey: LedgerEntry] = [:]
    package private(set) var strange: [StrangeRecord] = []
    /// What stands against taking over partitions that have no record.
    package var conflicts: [PKey: ConflictNote] = [:]
    /// What is kept of partitions that were deleted, or are being deleted.
    package private(set) var tombstones: [PKey: KeptTombstone] = [:]
    /// Those tombstones that are too old to count for anything.
    package private(set) var agedTombstones: [PKey: RecordVersion] = [:]
    package var room = LedgerContent.Room.unknown

    package init() {}

    package mutating func add(_ stored: StoredRecord) {
        switch stored {
        case .record(let pkey, let entry): entries[pkey] = entry
        case .strange(let record): strange.append(record)
        }
    }

    /// Adds what stands in the place of a tombstone, where it is one; what cannot be read counts for nothing.
    mutating func add(_ document: TombstoneDocument?, of pkey: PKey, _ version: RecordVersion, now: Date = .now) {
        guard let found = document?.tombstone(at: now) else { return }
        if found.isTooOld {
            agedTombstones[pkey] = version
        } else {
            tombstones[pkey] = KeptTombstone(found.tombstone, version)
        }
    }

    /// The same in the engine's terms.
    package var content: LedgerContent {
        let since = entries.values.lazy.filter { $0.record.state == .guarded }.compactMap(\.time).min()
        return LedgerContent(
            entries.mapValues { KeptRecord($0.record, $0.version) }, strange: strange,
            conflicts: conflicts, tombstones: tombstones, agedTombstones: agedTombstones, room: room,
            guardedSince: since?.formatted(.iso8601))
    }
}

extension LedgerRecord {
    /// Whether its key is one that could want the partition: its last part spells the PKey. Version 0.1 wrote records without a
    /// key where it could not read what was there before.
    func isOf(_ pkey: PKey) -> Bool {
        guard !key.isEmpty else { return true }
        guard let last = key.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last else {
            return false
        }
        // A source whose names have no directories: `file:0x5`.
        let spelling = last.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).last ?? last
        return (try? PKey(parsing: String(decoding: spelling, as: UTF8.self))) == pkey
    }
}

import Fabric
import KeyHistory
import Ledger
import Reconciler
import Testing

/// Writes as of a daemon whose gate is open, over the record that is there, for keys without a value.
extension InspectableLedger {
    private func permit(_ write: WriteGate.Write) throws -> WritePermit { try #require(WriteGate().permit(for: write)) }

    private func version(of pkey: PKey) async throws -> RecordVersion { try await entry(of: pkey)?.version ?? .absent }

    /// What the records say.
    func known() async throws -> [PKey: LedgerRecord] { try await records().records.mapValues(\.record) }

    func claim(_ record: LedgerRecord, for pkey: PKey, over version: RecordVersion = .absent) async throws -> Bool {
        let key = KeyState(record.revision, [])
        return try await claim(record, for: pkey, over: version, expecting: key, permit(.claim)) != .refused
    }

    func claim(_ records: [PKey: LedgerRecord]) async throws -> Bool {
        let claims = records.mapValues { NewClaim($0, KeyState($0.revision, [])) }
        return try await claim(claims, permit(.batch)) != .refused
    }

    func amend(_ record: LedgerRecord, for pkey: PKey) async throws -> Bool {
        try await amend(record, for: pkey, over: version(of: pkey), permit(.amendment)) != .refused
    }

    func wait(_ record: LedgerRecord, for note: WaitingNote, of pkey: PKey) async throws -> Bool {
        try await wait(record, for: note, of: pkey, over: version(of: pkey), permit(.amendment)) != .refused
    }

    func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, over version: RecordVersion? = nil,
        expecting expected: [KeyName: KeyVersion], leaving tombstone: Tombstone? = nil
    ) async throws -> Bool {
        let keys = expected.mapValues { $0 == .absent ? KeyState.absent : KeyState($0, []) }
        let present = try await self.version(of: pkey)
        return try await authoriseDeletion(
            of: pkey, record, over: version ?? present, expecting: keys, leaving: tombstone, permit(.authorisation))
            != .refused
    }

    func takeBack(_ pkey: PKey, _ record: LedgerRecord, by tombstone: RecordVersion) async throws -> Bool {
        try await takeBack(pkey, record, by: tombstone, expecting: [:], permit(.authorisation)) != .refused
    }

    func release(_ pkey: PKey) async throws -> Bool {
        try await release(pkey, over: version(of: pkey), expecting: [:], permit(.release)) != .refused
    }
}

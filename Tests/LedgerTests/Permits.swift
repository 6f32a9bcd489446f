import Fabric
import KeyHistory
import Ledger
import Reconciler
import Testing

/// Writes as of a daemon whose gate is open.
extension InspectableLedger {
    private func permit(_ write: WriteGate.Write) throws -> WritePermit { try #require(WriteGate().permit(for: write)) }

    func claim(_ record: LedgerRecord, for pkey: PKey) async throws -> Bool {
        try await claim(record, for: pkey, permit(.claim))
    }

    func claim(_ records: [PKey: LedgerRecord]) async throws -> Bool { try await claim(records, permit(.batch)) }

    func amend(_ record: LedgerRecord, for pkey: PKey) async throws -> Bool {
        try await amend(record, for: pkey, permit(.amendment))
    }

    func wait(_ record: LedgerRecord, for note: WaitingNote, of pkey: PKey) async throws -> Bool {
        try await wait(record, for: note, of: pkey, permit(.amendment))
    }

    func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, expecting expected: [KeyName: KeyVersion]
    ) async throws -> Bool {
        try await authoriseDeletion(of: pkey, record, expecting: expected, permit(.authorisation))
    }

    func approve(_ shown: LedgerEntry, of pkey: PKey) async throws -> Bool {
        try await approve(shown, of: pkey, permit(.amendment))
    }

    func release(_ pkey: PKey) async throws { try await release(pkey, permit(.release)) }
}

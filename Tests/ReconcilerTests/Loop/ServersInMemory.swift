import Fabric
import KeyHistory
import Logging
import Planning
import Reconciler
import TestSupport

/// A store of keys and records and a fabric manager, that do at once what they are asked for.
final class ServersInMemory: KeySource, FabricProvider, OwnershipStore {
    struct Content: Sendable {
        var keys: [KeyEntry] = []
        var records: [PKey: LedgerRecord] = [:]
        var partitions: [PKey: Partition] = [:]
        /// How often all partitions were read.
        var followings = 0
        var wordlessEnds = 0
        var fabricReads = 0
        /// Whether a write to the fabric never ends.
        var isHanging = false
        /// Whether a write to the fabric was asked for.
        var isWritten = false
    }

    let id = ToldEngine.source
    let content: Watched<Content>

    init(keys: [KeyEntry]) {
        content = Watched(Content(keys: keys))
    }

    // MARK: The keys

    func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot {
        content.read { KeySnapshot(complete: $0.keys, revision: 9) }
    }

    func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {
        let comesBack = content.update { content in
            content.followings += 1
            return content.followings <= content.wordlessEnds
        }
        tell(.listed(try await list(), reason: "start"))
        if !comesBack { await cancellation() }
    }

    func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher {
        throw Failure(.rejected, "nobody asks")
    }

    // MARK: The fabric

    func ping() async throws(Failure) {}

    func snapshot() async throws(Failure) -> FabricSnapshot {
        content.update { content in
            content.fabricReads += 1
            return FabricSnapshot(complete: content.partitions.values)
        }
    }

    func partition(_ pkey: PKey) async throws(Failure) -> Partition? {
        content.read { $0.partitions[pkey] }
    }

    func perform(_ step: PlanStep, _ permit: WritePermit) async throws(Failure) -> StepAnswer {
        let isHanging = content.update { content in
            content.isWritten = true
            if !content.isHanging { content.partitions[step.pkey] = step.applied(to: content.partitions[step.pkey]) }
            return content.isHanging
        }
        guard isHanging else { return .done }
        await cancellation()
        throw Failure(.cancelled, "cancelled")
    }

    private func cancellation() async {
        _ = await content.wait { _ in Bool?.none }
    }

    // MARK: The ledger

    func records() async throws(Failure) -> LedgerContent {
        content.read { LedgerContent($0.records.mapValues { KeptRecord($0, RecordVersion(1)) }) }
    }

    private func write(_ records: [PKey: LedgerRecord]) -> LedgerAnswer {
        content.update { $0.records.merge(records) { $1 } }
        return .written(RecordVersion(1))
    }

    func claim(
        _ record: LedgerRecord, for pkey: PKey, over version: RecordVersion, expecting key: KeyState,
        _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer { write([pkey: record]) }

    func claim(_ claims: [PKey: NewClaim], _ permit: WritePermit) async throws(Failure) -> LedgerAnswer {
        write(claims.mapValues(\.record))
    }

    func amend(
        _ record: LedgerRecord, for pkey: PKey, over version: RecordVersion, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer { write([pkey: record]) }

    func wait(
        _ record: LedgerRecord, for note: WaitingNote, of pkey: PKey, over version: RecordVersion, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer { write([pkey: record]) }

    func note(_ conflict: ConflictNote?, on pkey: PKey, _ permit: WritePermit) async throws(Failure) -> LedgerAnswer {
        .written(RecordVersion(1))
    }

    func authoriseDeletion(
        of pkey: PKey, _ record: LedgerRecord, over version: RecordVersion, expecting keys: [KeyName: KeyState],
        leaving tombstone: Tombstone?, _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer { write([pkey: record]) }

    func takeBack(
        _ pkey: PKey, _ record: LedgerRecord, by tombstone: RecordVersion, expecting keys: [KeyName: KeyState],
        _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer { write([pkey: record]) }

    func clear(_ tombstones: [PKey: RecordVersion], _ permit: WritePermit) async throws(Failure) {}

    func confirm(
        _ pkey: PKey, over version: RecordVersion, expecting keys: [KeyName: KeyState], _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer { .allowed }

    func confirm(
        _ expected: [PKey: Premise], _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer { .allowed }

    func release(
        _ pkey: PKey, over version: RecordVersion, expecting keys: [KeyName: KeyState], _ permit: WritePermit
    ) async throws(Failure) -> LedgerAnswer {
        content.update { $0.records[pkey] = nil }
        return .written(.absent)
    }
}

/// Keeps what is logged.
struct LinesInMemory: LogHandler {
    let lines = Watched<[String]>([])
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        lines.update { $0.append(event.message.description) }
    }
}

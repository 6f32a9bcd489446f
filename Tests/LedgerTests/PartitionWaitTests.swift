import Fabric
import KeyHistory
import Planning
import Reconciler
import Synchronization
import TestSupport
import Testing

@testable import Ledger

/// A directory of keys that tells what a test says.
private final class ToldSource: KeySource {
    let id = SourceID("etcd", prefix: "/pkeys/")
    private let events: AsyncStream<SourceEvent>
    private let mailbox: AsyncStream<SourceEvent>.Continuation
    private let refusal = Mutex<Failure?>(nil)

    init() {
        (events, mailbox) = AsyncStream.makeStream(of: SourceEvent.self)
    }

    func tell(_ event: SourceEvent) { mailbox.yield(event) }

    func refuse(_ failure: Failure) {
        refusal.withLock { $0 = failure }
        mailbox.finish()
    }

    func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot {
        KeySnapshot(complete: [], at: StorePoint(revision: 1))
    }

    func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher { Voucher(at: StorePoint(revision: 1), [:]) }

    func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {
        for await event in events { tell(event) }
        if let failure = refusal.withLock({ $0 }) { throw failure }
    }
}

@Suite("Waiting for a partition")
struct PartitionWaitTests {
    private let harness: FileLedgerHarness
    private let pkey: PKey
    private let source = ToldSource()
    private let clock = ManualClock()

    init() throws {
        harness = try FileLedgerHarness()
        pkey = try FileLedgerHarness.pkey(0x200e)
    }

    private func listed(_ revision: KeyVersion?) -> SourceEvent {
        let value = Array("{host_guids: ['0x043f720300f55176']}".utf8)
        let entries = revision.map { [KeyEntry(key: FileLedgerHarness.key(pkey), value: value, revision: $0)] } ?? []
        return .listed(KeySnapshot(complete: entries, at: StorePoint(revision: 100)), reason: "start")
    }

    /// What a wait of a minute ends with; the body runs beside it.
    private func end(
        _ ledger: FileLedger, beside body: @Sendable () async throws -> Void
    ) async throws -> Result<PartitionWait<ManualClock>.End, PartitionWait<ManualClock>.Problem> {
        let wait = PartitionWait(for: pkey, sources: [source], ledger: ledger, clock: clock)
        async let end = { () async -> Result<PartitionWait<ManualClock>.End, PartitionWait<ManualClock>.Problem> in
            do throws(PartitionWait<ManualClock>.Problem) {
                return .success(try await wait.run(timeout: .seconds(60)))
            } catch {
                return .failure(error)
            }
        }()
        try await clock.waitForSleepers(count: 1)
        try await body()
        return await end
    }

    @Test("It ends with the record of the key's revision")
    func synced() async throws {
        let ledger = try await harness.filled([pkey])
        #expect(try await end(ledger) { source.tell(listed(10)) } == .success(.synced(revision: 10)))
    }

    @Test("It ends when the record follows the key")
    func followed() async throws {
        let ledger = try await harness.filled([pkey])
        let result = try await end(ledger) {
            source.tell(listed(11))
            harness.etcd.set(store: 100, [FileLedgerHarness.key(pkey): 11])
            let record = LedgerRecord(.synced, key: FileLedgerHarness.key(pkey), revision: 11)
            let version = try await ledger.entry(of: pkey)?.version ?? .absent
            #expect(try await harness.open().claim(record, for: pkey, over: version))
        }
        #expect(result == .success(.synced(revision: 11)))
    }

    @Test("Without a key it ends when the record is gone, read once more")
    func gone() async throws {
        let ledger = try await harness.filled([pkey])
        let result = try await end(ledger) {
            source.tell(listed(11))
            source.tell(
                .changed(StorePoint(revision: 101), [.deleted(key: FileLedgerHarness.key(pkey), revision: 101)]))
            _ = try await harness.open().release(pkey)
        }
        #expect(result == .success(.gone))
    }

    @Test("Where there is neither a key nor a record, and none comes in two seconds, there is nothing to wait for")
    func unknown() async throws {
        let result = try await end(harness.open()) {
            source.tell(listed(nil))
            try await clock.waitForSleepers(count: 2)
            clock.advance(by: .seconds(2))
        }
        #expect(result == .failure(.unknown))
    }

    @Test("Where a tombstone is kept it is gone, though neither a key nor a record is left")
    func buried() async throws {
        let ledger = try await harness.filled([pkey])
        let key = FileLedgerHarness.key(pkey)
        harness.etcd.set(store: 101, [:])
        let deleting = LedgerRecord(.deleting, key: key, revision: .absent)
        #expect(
            try await ledger.authoriseDeletion(
                of: pkey, deleting, expecting: [key: 0], leaving: Tombstone(key: key, members: [GUID]())))
        #expect(try await ledger.release(pkey))
        let result = try await end(ledger) {
            source.tell(listed(nil))
            try await clock.waitForSleepers(count: 2)
            clock.advance(by: .seconds(2))
        }
        #expect(result == .success(.gone))
    }

    @Test("A key that comes in these two seconds is waited for")
    func late() async throws {
        let ledger = harness.open()
        let result = try await end(ledger) {
            source.tell(listed(nil))
            try await clock.waitForSleepers(count: 2)
            let key = FileLedgerHarness.key(pkey)
            source.tell(
                .changed(
                    StorePoint(revision: 101),
                    [.set(KeyEntry(key: key, value: Array("{host_guids: ['0x043f720300f55176']}".utf8), revision: 101))]
                ))
            clock.advance(by: .seconds(2))
            harness.etcd.set(store: 101, [key: 101])
            let record = LedgerRecord(.synced, key: key, revision: 101)
            #expect(try await harness.open().claim([pkey: record]))
        }
        #expect(result == .success(.synced(revision: 101)))
    }

    @Test("When its time is over it says how far it had come")
    func timedOut() async throws {
        let ledger = try await harness.filled([pkey])
        let result = try await end(ledger) { clock.advance(by: .seconds(60)) }
        guard case .failure(.timedOut(let state)) = result else {
            Issue.record("it ended with \(result)")
            return
        }
        #expect(state.contains("has not been read yet"))
    }

    @Test("A source that refuses ends it with its words")
    func refused() async throws {
        let ledger = try await harness.filled([pkey])
        let failure = Failure(.permission, "etcd says no")
        #expect(try await end(ledger) { source.refuse(failure) } == .failure(.refused(failure)))
    }

    @Test(
        "A partition that is there and not ours ends it at once, unless the note is of an earlier key, or a record is there"
    )
    func conflict() async throws {
        let ledger = harness.open()
        let permit = try #require(WriteGate().permit(for: .amendment))
        func note(_ revision: KeyVersion) throws -> ConflictNote {
            ConflictNote(
                key: FileLedgerHarness.key(pkey), revision: revision,
                Conflict([try GUID(parsing: "043f720300f55101")]))
        }
        #expect(try await ledger.note(note(10), on: pkey, permit) != .refused)
        let result = try await end(ledger) { source.tell(listed(10)) }
        guard case .failure(.conflict(let words)) = result else {
            Issue.record("it ended with \(result)")
            return
        }
        #expect(words.contains("is in conflict: in the way are [043f720300f55101]"))
        // The first record takes the note away, and there is none beside a record.
        harness.etcd.set(store: 100, [FileLedgerHarness.key(pkey): 11])
        #expect(
            try await ledger.claim(LedgerRecord(.synced, key: FileLedgerHarness.key(pkey), revision: 11), for: pkey))
        #expect(try await ledger.contents().conflicts.isEmpty)
        #expect(try await ledger.note(note(11), on: pkey, permit) == .refused)
    }
}

import Fabric
import KeyHistory
import Reconciler
import Synchronization
import Testing

@testable import Ledger

/// Records in memory, in one store with the keys of some sources.
private final class MemoryRecords: RecordStore {
    let transactions = Mutex<[RecordTransaction]>([])
    private let names: Set<String>

    init(withKeysOf names: Set<String> = []) {
        self.names = names
    }

    func contents() async throws(Failure) -> StoredRecords { StoredRecords() }
    func isEmpty() async throws(Failure) -> Bool { true }
    /// A record is there for whoever looks, so that it can be changed.
    func entry(of pkey: PKey) async throws(Failure) -> LedgerEntry? {
        LedgerEntry(record: LedgerRecord(.synced, key: "/p/0x5", revision: 10), time: nil, version: RecordVersion(1))
    }
    func follow(
        _ pkey: PKey, _ tell: @escaping @Sendable (Result<LedgerEntry?, Failure>) -> Void
    ) async throws(Failure) {}
    func followConflict(
        over pkey: PKey, _ tell: @escaping @Sendable (Result<ConflictNote?, Failure>) -> Void
    ) async throws(Failure) {}
    func hasTombstone(_ pkey: PKey) async throws(Failure) -> Bool { false }
    func notes(of entries: [PKey: LedgerEntry]) async throws(Failure) -> [PKey: WaitingNote] { [:] }
    func about() async throws(Failure) -> KeptAbout { .absent }
    func write(_ about: About, over version: RecordVersion) async throws(Failure) -> LedgerAnswer { .refused }
    func replaceAll(by stored: StoredRecords) async throws(Failure) {}
    func holdsKeys(of source: any KeySource) -> Bool { names.contains(source.id.name) }
    func perform(_ transaction: RecordTransaction, _ permit: WritePermit) async throws(Failure) -> LedgerAnswer {
        transactions.withLock { $0.append(transaction) }
        return .written(RecordVersion(2))
    }
}

/// A source that only vouches.
private struct Witness: KeySource {
    let id: SourceID
    let versions: [KeyName: KeyVersion]

    func list(avoiding witness: Respondent?) async throws(Failure) -> KeySnapshot {
        throw Failure(.malformed, "not listed")
    }
    func follow(_ tell: @escaping @Sendable (SourceEvent) -> Void) async throws(Failure) {}
    func vouch(for keys: [KeyName]) async throws(Failure) -> Voucher {
        let found = keys.map { ($0, versions[$0].map { KeyState($0, []) } ?? .absent) }
        return Voucher(at: StorePoint(revision: 100), Dictionary(found, uniquingKeysWith: { $1 }))
    }
}

@Suite("Who is asked how a key stands")
struct PartitionLedgerTests {
    private let etcd = Witness(id: SourceID("etcd", prefix: "/p/"), versions: ["/p/0x5": 10, "/old/0x5": 3])
    private let file = Witness(id: SourceID("file", prefix: "file:"), versions: ["file:0x5": 7])
    private let pkey: PKey

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private func deleting(_ key: KeyName) -> LedgerRecord { LedgerRecord(.deleting, key: key, revision: 0) }

    @Test("Keys in the records' own store are conditions of the transaction, and nobody is asked for them")
    func oneStore() async throws {
        let records = MemoryRecords(withKeysOf: ["etcd"])
        let ledger = PartitionLedger(records, sources: [etcd, file])
        #expect(try await ledger.claim(LedgerRecord(.claimed, key: "/p/0x5", revision: 99), for: pkey))
        #expect(records.transactions.withLock { $0.map(\.keys) } == [["/p/0x5": KeyState(99, [])]])
    }

    @Test("Each source vouches for the keys that bear its name, the first one for those that bear nobody's")
    func vouching() async throws {
        let records = MemoryRecords()
        let ledger = PartitionLedger(records, sources: [etcd, file])
        #expect(try await ledger.claim(LedgerRecord(.claimed, key: "/p/0x5", revision: 10), for: pkey))
        #expect(try await !ledger.claim(LedgerRecord(.claimed, key: "/p/0x5", revision: 9), for: pkey))
        #expect(try await ledger.claim(LedgerRecord(.claimed, key: "file:0x5", revision: 7), for: pkey))
        #expect(try await ledger.claim(LedgerRecord(.claimed, key: "/old/0x5", revision: 3), for: pkey))
        #expect(try await !ledger.claim(LedgerRecord(.claimed, key: "/old/0x5", revision: 4), for: pkey))
        #expect(records.transactions.withLock { $0.count } == 3)
        #expect(records.transactions.withLock { $0.allSatisfy { $0.keys.isEmpty } })
    }

    @Test("A deletion is allowed only when every source agrees, one of them in the transaction")
    func everySource() async throws {
        let records = MemoryRecords(withKeysOf: ["etcd"])
        let ledger = PartitionLedger(records, sources: [etcd, file])
        let agreed: [KeyName: KeyVersion] = ["/p/0x5": 0, "file:0x6": 0]
        #expect(try await ledger.authoriseDeletion(of: pkey, deleting("/p/0x5"), expecting: agreed))
        #expect(records.transactions.withLock { $0.map(\.keys) } == [["/p/0x5": .absent]])
        let refused: [KeyName: KeyVersion] = ["/p/0x5": 0, "file:0x5": 0]
        #expect(try await !ledger.authoriseDeletion(of: pkey, deleting("/p/0x5"), expecting: refused))
        // The record says so first: nothing comes between the word of the other store and what is done because of it.
        #expect(records.transactions.withLock { $0.count } == 2)
    }

    @Test("Without sources nothing is claimed and no deletion allowed")
    func nobody() async throws {
        let records = MemoryRecords(withKeysOf: ["etcd"])
        let ledger = PartitionLedger(records, sources: [])
        #expect(try await !ledger.claim(LedgerRecord(.claimed, key: "/p/0x5", revision: 10), for: pkey))
        #expect(try await !ledger.authoriseDeletion(of: pkey, deleting("/p/0x5"), expecting: ["/p/0x5": 0]))
        #expect(records.transactions.withLock { $0.isEmpty })
    }

    @Test("Each record of a partition takes away what it waited for, and only a wait says something of that")
    func notes() async throws {
        let records = MemoryRecords(withKeysOf: ["etcd"])
        let ledger = PartitionLedger(records, sources: [etcd])
        let claimed = LedgerRecord(.claimed, key: "/p/0x5", revision: 10)
        let note = WaitingNote([WaitingNote.Port(try GUID(parsing: "043f720300f55101"), holder: pkey)])
        let permit = try #require(WriteGate().permit(for: .amendment))
        #expect(try await ledger.wait(claimed, for: note, of: pkey, over: RecordVersion(1), permit) != .refused)
        #expect(try await ledger.amend(claimed, for: pkey))
        #expect(try await ledger.claim(claimed, for: pkey))
        #expect(try await ledger.authoriseDeletion(of: pkey, deleting("/p/0x5"), expecting: ["/p/0x5": 0]))
        #expect(try await ledger.release(pkey))
        #expect(
            records.transactions.withLock { $0.map(\.notes) } == [[pkey: .waiting(note, claimed)]]
                + [[PKey: RecordTransaction.Note?]](repeating: [pkey: nil], count: 4))
        #expect(records.transactions.withLock { $0.first?.conditions } == [pkey: RecordVersion(1)])
    }

    @Test("A key that stands at its version with another value is not the key that was told: versions are given twice")
    func values() async throws {
        let ledger = PartitionLedger(MemoryRecords(), sources: [etcd, file])
        let record = LedgerRecord(.claimed, key: "/p/0x5", revision: 10)
        let permit = try #require(WriteGate().permit(for: .claim))
        for (value, isMade) in [([], true), ([1], false)] as [([UInt8], Bool)] {
            let answer = try await ledger.claim(
                record, for: pkey, over: .absent, expecting: KeyState(10, value), permit)
            #expect((answer != .refused) == isMade)
        }
    }

    @Test("A second opinion compares the record beside the keys, and changes nothing")
    func secondOpinion() async throws {
        let records = MemoryRecords(withKeysOf: ["etcd"])
        let ledger = PartitionLedger(records, sources: [etcd, file])
        let permit = try #require(WriteGate().permit(for: .confirmation))
        let keys: [KeyName: KeyState] = ["/p/0x5": KeyState(10, []), "file:0x6": .absent]
        #expect(try await ledger.confirm(pkey, over: RecordVersion(3), expecting: keys, permit) != .refused)
        let made = try #require(records.transactions.withLock { $0.first })
        #expect(made.changes.isEmpty && made.notes.isEmpty && !made.mayGoUnwritten)
        #expect(made.conditions == [pkey: RecordVersion(3)] && made.keys == ["/p/0x5": KeyState(10, [])])
        let wrong: [KeyName: KeyState] = ["file:0x5": .absent]
        #expect(try await ledger.confirm(pkey, over: RecordVersion(3), expecting: wrong, permit) == .refused)
        #expect(try await ledger.confirm(pkey, over: .absent, expecting: keys, permit) == .refused)
        #expect(records.transactions.withLock { $0.count } == 1)
    }

    @Test("A second opinion on many is one transaction, and is refused where one of them has no record")
    func opinions() async throws {
        let records = MemoryRecords(withKeysOf: ["etcd"])
        let ledger = PartitionLedger(records, sources: [etcd, file])
        let permit = try #require(WriteGate().permit(for: .confirmation))
        let other = try PKey(parsing: "0x6")
        let keys: [KeyName: KeyState] = ["/p/0x5": KeyState(10, [])]
        var expected = [
            pkey: Premise(over: RecordVersion(3), keys),
            other: Premise(over: RecordVersion(4), ["/p/0x6": .absent, "file:0x6": .absent]),
        ]
        #expect(try await ledger.confirm(expected, permit) != .refused)
        let made = try #require(records.transactions.withLock { $0.first })
        #expect(made.changes.isEmpty && made.notes.isEmpty && !made.mayGoUnwritten)
        #expect(made.conditions == [pkey: RecordVersion(3), other: RecordVersion(4)])
        #expect(made.keys == ["/p/0x5": KeyState(10, []), "/p/0x6": .absent])
        expected[other] = Premise(over: .absent, ["/p/0x6": .absent])
        #expect(try await ledger.confirm(expected, permit) == .refused)
        // Two that expect one key in two ways cannot both be right.
        expected[other] = Premise(over: RecordVersion(4), ["/p/0x5": .absent])
        #expect(try await ledger.confirm(expected, permit) == .refused)
        #expect(records.transactions.withLock { $0.count } == 1)
    }

    @Test("What changes a record that is there is made over none that is not")
    func absent() async throws {
        let records = MemoryRecords(withKeysOf: ["etcd"])
        let ledger = PartitionLedger(records, sources: [etcd])
        let permit = try #require(WriteGate().permit(for: .amendment))
        #expect(try await ledger.amend(deleting("/p/0x5"), for: pkey, over: .absent, permit) == .refused)
        #expect(try await ledger.release(pkey, over: .absent, expecting: [:], permit) == .refused)
        let answer = try await ledger.authoriseDeletion(
            of: pkey, deleting("/p/0x5"), over: .absent, expecting: [:], leaving: nil, permit)
        #expect(answer == .refused)
        #expect(records.transactions.withLock { $0.isEmpty })
    }
}

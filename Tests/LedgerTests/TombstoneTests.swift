import Fabric
import FoundationEssentials
import KeyHistory
import Reconciler
import Testing

@testable import Ledger

/// What is kept of partitions that were deleted, in a ledger file.
@Suite("Tombstones in a ledger")
struct TombstoneTests {
    private let harness: FileLedgerHarness
    private let pkey: PKey
    private let other: PKey
    private let members: [GUID]

    init() throws {
        harness = try FileLedgerHarness()
        pkey = try FileLedgerHarness.pkey(0x200e)
        other = try FileLedgerHarness.pkey(0x2010)
        members = [try GUID(parsing: "c0cc200e00000100"), try GUID(parsing: "043f720300f55101")]
    }

    private var key: KeyName { FileLedgerHarness.key(pkey) }
    private var deleting: LedgerRecord { LedgerRecord(.deleting, key: key, revision: .absent) }
    private var tombstone: Tombstone { Tombstone(key: key, members: members) }

    /// A ledger in which the partition was deleted and let go of.
    private func buried() async throws -> FileLedger {
        let ledger = try await harness.filled([pkey])
        harness.etcd.set(store: 101, [:])
        #expect(try await ledger.authoriseDeletion(of: pkey, deleting, expecting: [key: 0], leaving: tombstone))
        #expect(try await ledger.records().tombstones[pkey]?.tombstone == tombstone)
        #expect(try await ledger.release(pkey))
        return ledger
    }

    @Test("It is written with the authorisation, and outlives the record")
    func written() async throws {
        let ledger = try await buried()
        let content = try await harness.open().records()
        #expect(content.records.isEmpty && content.tombstones[pkey]?.tombstone == tombstone)
        #expect(try await ledger.hasTombstone(pkey))
        #expect(try await !ledger.hasTombstone(other))
    }

    @Test("An authorisation that is given once more, and says nothing of it, leaves it as it is")
    func kept() async throws {
        let ledger = try await harness.filled([pkey])
        harness.etcd.set(store: 101, [:])
        #expect(try await ledger.authoriseDeletion(of: pkey, deleting, expecting: [key: 0], leaving: tombstone))
        let first = try await ledger.records().tombstones[pkey]
        #expect(try await ledger.authoriseDeletion(of: pkey, deleting, expecting: [key: 0]))
        #expect(try await ledger.records().tombstones[pkey] == first)
    }

    @Test("A claim takes it away, of one partition or of many", arguments: [true, false])
    func claimed(_ isAlone: Bool) async throws {
        let ledger = try await buried()
        harness.etcd.set(store: 102, [key: 102])
        let record = LedgerRecord(.claimed, key: key, revision: 102)
        #expect(try await isAlone ? ledger.claim(record, for: pkey) : ledger.claim([pkey: record]))
        #expect(try await !ledger.hasTombstone(pkey))
    }

    @Test("A partition is taken back by the tombstone that was read, by no other, and over no record")
    func takenBack() async throws {
        let ledger = try await buried()
        let version = try #require(await ledger.records().tombstones[pkey]?.version)
        #expect(try await !ledger.takeBack(pkey, deleting, by: RecordVersion(version.number + 1)))
        #expect(try await !ledger.takeBack(other, deleting, by: version))
        #expect(try await ledger.takeBack(pkey, deleting, by: version))
        #expect(try await ledger.known() == [pkey: deleting])
        #expect(try await !ledger.takeBack(pkey, deleting, by: version))
        // It stays for the next time.
        #expect(try await ledger.hasTombstone(pkey))
    }

    @Test("After thirty days it counts for nothing, and is cleared away as far as it is that one still")
    func aged() async throws {
        let now = try Date("2026-03-02T12:00:00Z", strategy: .iso8601)
        func stored(_ time: String) throws -> StoredRecords {
            let document = TombstoneDocument(tombstone, time: try Date(time, strategy: .iso8601))
            var stored = StoredRecords()
            stored.add(document, of: pkey, RecordVersion(3), now: now)
            return stored
        }
        #expect(try stored("2026-01-31T12:00:00Z").tombstones.keys.map(\.self) == [pkey])
        #expect(try stored("2026-01-31T12:00:00Z").agedTombstones.isEmpty)
        #expect(try stored("2026-01-31T11:59:00Z").tombstones.isEmpty)
        #expect(try stored("2026-01-31T11:59:00Z").agedTombstones == [pkey: RecordVersion(3)])

        let ledger = try await buried()
        let version = try #require(await ledger.records().tombstones[pkey]?.version)
        let permit = try #require(WriteGate().permit(for: .amendment))
        try await ledger.clear([pkey: RecordVersion(version.number - 1)], permit)
        #expect(try await ledger.hasTombstone(pkey))
        try await ledger.clear([pkey: version], permit)
        #expect(try await !ledger.hasTombstone(pkey))
    }

    @Test("What cannot be read exactly counts for nothing")
    func unreadable() throws {
        for (members, time) in [(["nonsense"], "2026-01-31T12:00:00Z"), (["c0cc200e00000100"], "yesterday")] {
            let names = members.map { "\"\($0)\"" }.joined(separator: ",")
            let text = "{\"key\":\"/pkeys/0x200e\",\"members\":[\(names)],\"time\":\"\(time)\"}"
            var stored = StoredRecords()
            stored.add(TombstoneDocument(Array(text.utf8)), of: pkey, RecordVersion(3))
            #expect(stored.tombstones.isEmpty && stored.agedTombstones.isEmpty)
        }
        #expect(TombstoneDocument(Array("[]".utf8)) == nil)
    }

    @Test("It is of a partition with exactly its members, one of them a function of this PKey")
    func exactly() throws {
        func partition(_ pkey: PKey, _ members: [GUID]) -> Partition {
            Partition(number: pkey.number, ipOverIB: false, members: members.map { Member(guid: $0, index0: false) })
        }
        #expect(tombstone.isOf(partition(pkey, members), pkey))
        #expect(!tombstone.isOf(partition(pkey, [members[0]]), pkey))
        let stranger = try GUID(parsing: "043f720300f55109")
        #expect(!tombstone.isOf(partition(pkey, members + [stranger]), pkey))
        #expect(!tombstone.isOf(partition(pkey, [members[0], stranger]), pkey))
        #expect(!tombstone.isOf(partition(other, members), other))
        // Hosts alone, or a function of another PKey, are in others' partitions as well.
        #expect(!Tombstone(key: key, members: [members[1]]).isOf(partition(pkey, [members[1]]), pkey))
        #expect(!Tombstone(key: key, members: members).isOf(partition(other, members), other))
        #expect(!Tombstone(key: key, members: [GUID]()).isOf(partition(pkey, []), pkey))
    }
}

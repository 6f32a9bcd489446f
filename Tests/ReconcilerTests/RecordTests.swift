import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// What the engine makes of the ledger's content that is more, or less, than records.
@Suite("Records that are none, and a ledger without room")
struct RecordTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let partition: Partition
    private let synced = LedgerRecord(.synced, key: "/p/0x5", revision: 5)

    init() throws {
        pkey = try PKey(parsing: "0x5")
        partition = try ToldEngine.partition(pkey)
    }

    /// Tells what all three sides are; gives what the engine wants done then.
    private mutating func begin(_ content: LedgerContent, keys: [KeyEntry]) -> [EngineAction] {
        told.tell(.started)
            + told.tell(.source(.listed(KeySnapshot(complete: keys, revision: 100), reason: "start")))
            + told.ledger(content: .success(content))
            + told.tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))))
    }

    private func strange(version: Int64) -> StrangeRecord {
        StrangeRecord("/l/0x0005", of: pkey, RecordVersion(version), "is misspelt")
    }

    @Test(
        "A partition about which something strange stands in the ledger is held, whatever its key says, and that is told once"
    )
    mutating func strange() {
        for keys in [[], [ToldEngine.key("0x5", host: 2)]] {
            told = ToldEngine()
            let content = LedgerContent([PKey: KeptRecord](), strange: [strange(version: 3)])
            let start = begin(content, keys: keys)
            #expect(
                start.texts.filter { $0.contains("0x0005") } == ["/l/0x0005: is misspelt; PKey 0x5 is held as it is"])
            #expect(start.onPartitions == [:] && start.batches.isEmpty)
            let change = told.tell(.source(.changed(revision: 101, [.set(ToldEngine.key("0x5", host: 3, 101))])))
            #expect(change.onPartitions == [:])
            let gone = told.tell(.source(.changed(revision: 102, [.deleted(key: "/p/0x5", revision: 102)])))
            #expect(gone.onPartitions == [:])
            // Read again it is told again only when it is another one.
            _ = told.tell(.timer, at: .seconds(31))
            #expect(!told.ledger(content: .success(content), at: .seconds(31)).texts.contains { $0.contains("0x0005") })
            _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))), at: .seconds(31))
            _ = told.tell(.timer, at: .seconds(62))
            let other = LedgerContent([PKey: KeptRecord](), strange: [strange(version: 4)])
            #expect(told.ledger(content: .success(other), at: .seconds(62)).texts.contains { $0.contains("0x0005") })
        }
    }

    @Test("Once somebody has put it right, the partition is gone about as usual")
    mutating func mended() {
        _ = begin(
            LedgerContent([PKey: KeptRecord](), strange: [strange(version: 3)]), keys: [ToldEngine.key("0x5", host: 2)])
        _ = told.tell(.timer, at: .seconds(31))
        let mended = told.ledger(content: .success(LedgerContent([pkey: synced])), at: .seconds(31))
        #expect(mended.onPartitions[pkey]?.isStep == true)
    }

    @Test("A record that becomes strange is not told as lost")
    mutating func becomesStrange() {
        _ = begin(LedgerContent([pkey: synced]), keys: [ToldEngine.key("0x5")])
        _ = told.tell(.timer, at: .seconds(31))
        let content = LedgerContent([PKey: KeptRecord](), strange: [strange(version: 7)])
        let texts = told.ledger(content: .success(content), at: .seconds(31)).texts
        #expect(texts.count == 1 && texts.first?.contains("is misspelt") == true)
    }

    @Test("What is strange and names no PKey is told, and holds nothing")
    mutating func nameless() {
        let note = StrangeRecord("/l/notes", of: nil, RecordVersion(3), "is no record")
        let start = begin(LedgerContent([pkey: KeptRecord(synced, RecordVersion(1))], strange: [note]), keys: [])
        #expect(start.texts.contains("/l/notes: is no record"))
        #expect(start.onPartitions[pkey]?.isAuthorisation == true)
    }

    @Test("That etcd is full is told once, from a read alone, and that it has room again")
    mutating func full() {
        let full = LedgerContent([pkey: KeptRecord(synced, RecordVersion(1))], room: .none("alarm NOSPACE"))
        let words = "etcd is full: alarm NOSPACE; partitions are deleted all the same, and none is claimed"
        #expect(begin(full, keys: [ToldEngine.key("0x5")]).texts.filter { $0.contains("is full") } == [words])
        for (seconds, room, line) in [
            (31, LedgerContent.Room.none("alarm NOSPACE"), nil as String?), (62, .unknown, nil),
            (93, .enough, "etcd has room again"), (124, .enough, nil),
        ] {
            _ = told.tell(.timer, at: .seconds(seconds))
            let content = LedgerContent([pkey: KeptRecord(synced, RecordVersion(1))], room: room)
            #expect(told.ledger(content: .success(content), at: .seconds(seconds)).texts == (line.map { [$0] } ?? []))
            _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))), at: .seconds(seconds))
        }
    }

    @Test("A claim that a full store refuses says so too, in its words, and once")
    mutating func fullClaim() throws {
        let other = try PKey(parsing: "0x6")
        _ = begin(
            LedgerContent([pkey: synced]), keys: [ToldEngine.key("0x5"), ToldEngine.key("0x6"), ToldEngine.key("0x7")])
        let full = Failure(.full, "database space exceeded")
        let first = told.answer(other, .ledger(.failure(full))).texts
        #expect(first.count { $0.contains("etcd is full: database space exceeded") } == 1)
        let seventh = try PKey(parsing: "0x7")
        #expect(!told.answer(seventh, .ledger(.failure(full))).texts.contains { $0.contains("etcd is full") })
    }

    @Test("After a deletion that a full store allows, the next word is over the record that stands")
    mutating func fullDeletion() {
        let record = KeptRecord(synced, RecordVersion(9))
        _ = begin(LedgerContent([pkey: record], room: .none("alarm NOSPACE")), keys: [])
        #expect(told.answer(pkey, .ledger(.success(.allowed))).onPartitions == [pkey: .step(.delete(pkey))])
        _ = told.answer(pkey, .written)
        let gone = LedgerRecord(.deleting, key: "/p/0x5", revision: 5, isSeenGone: true)
        #expect(told.answer(pkey, .read(nil)).writes[pkey] == .amend(gone, over: RecordVersion(9)))
    }
}

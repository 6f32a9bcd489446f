import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// What was learnt while a complete read was under way is newer than what the read shows.
@Suite("Knowledge beside a read that is under way")
struct KnowledgeTests {
    private let pkey: PKey
    private let record = KeptRecord(LedgerRecord(.claimed, key: "/p/0x5", revision: 5), RecordVersion(1))
    private let empty = LedgerContent([PKey: KeptRecord]())
    private var full: LedgerContent { LedgerContent([pkey: record]) }

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    @Test("A record that was written stays, and one that was released stays gone")
    func ledger() {
        var ledger = LedgerSide()
        _ = ledger.read(ledger.readingStarted(), empty, now: .zero)
        var read = ledger.readingStarted()
        ledger.note(record, of: pkey)
        _ = ledger.read(read, empty, now: .zero)
        #expect(ledger[pkey] == record)
        read = ledger.readingStarted()
        ledger.note(nil, of: pkey)
        _ = ledger.read(read, full, now: .zero)
        #expect(ledger[pkey] == nil)
        _ = ledger.read(ledger.readingStarted(), full, now: .zero)
        #expect(ledger[pkey] == record)
    }

    @Test("Of two reads that overlap, each is corrected by what was learnt since it began, and by no more")
    func overlappingReads() {
        var ledger = LedgerSide()
        var (first, second) = (ledger.readingStarted(), ledger.readingStarted())
        _ = ledger.read(first, empty, now: .zero)
        ledger.note(record, of: pkey)
        _ = ledger.read(second, empty, now: .zero)
        #expect(ledger[pkey] == record)
        // Written while both are under way, it is newer than either.
        (first, second) = (ledger.readingStarted(), ledger.readingStarted())
        ledger.note(nil, of: pkey)
        _ = ledger.read(first, full, now: .zero)
        _ = ledger.read(second, full, now: .zero)
        #expect(ledger[pkey] == nil)
        // Written before the second began, it is older than what that shows.
        first = ledger.readingStarted()
        ledger.note(nil, of: pkey)
        second = ledger.readingStarted()
        _ = ledger.read(first, empty, now: .zero)
        _ = ledger.read(second, full, now: .zero)
        #expect(ledger[pkey] == record)
    }

    @Test("A record in doubt stays known, and only a read that is begun afterwards tells")
    func doubts() {
        var ledger = LedgerSide()
        _ = ledger.read(ledger.readingStarted(), full, now: .zero)
        let before = ledger.readingStarted()
        ledger.doubt(pkey)
        #expect(ledger.isDoubtful(pkey) && !ledger.needsRead)
        #expect(ledger.read(before, empty, now: .zero) == [])
        #expect(ledger[pkey] == record && ledger.isDoubtful(pkey) && ledger.needsRead)
        let after = ledger.readingStarted()
        #expect(!ledger.needsRead)
        #expect(ledger.read(after, empty, now: .zero) == [pkey])
        #expect(ledger[pkey] == nil && !ledger.hasDoubts)
    }

    @Test("A read that a newer one has outrun changes nothing")
    func outrun() {
        var ledger = LedgerSide()
        _ = ledger.read(ledger.readingStarted(), empty, now: .zero)
        let (first, second) = (ledger.readingStarted(), ledger.readingStarted())
        _ = ledger.read(second, full, now: .zero)
        _ = ledger.read(first, empty, now: .zero)
        #expect(ledger[pkey] == record)
    }

    @Test("The ports of a partition whose record one read lacks are not free until the next read lacks it as well")
    func lostRecord() {
        var ledger = LedgerSide()
        let (full, empty) = (LedgerContent([pkey: record]), LedgerContent([PKey: KeptRecord]()))
        _ = ledger.read(ledger.readingStarted(), full, now: .zero)
        _ = ledger.read(ledger.readingStarted(), empty, now: .zero)
        #expect(ledger[pkey] == nil && ledger.doubted == [pkey])
        _ = ledger.read(ledger.readingStarted(), empty, now: .zero)
        #expect(ledger.doubted == [])
    }

    @Test(
        "What a read shows that is newer than what was learnt since it began is not passed over: another read is asked for"
    )
    func newerRecord() {
        var ledger = LedgerSide()
        let (second, third) = (KeptRecord(record.record, RecordVersion(2)), KeptRecord(record.record, RecordVersion(3)))
        _ = ledger.read(ledger.readingStarted(), LedgerContent([pkey: record]), now: .zero)
        // Ours is the newer one, or what was released.
        for ours in [second, nil] {
            let read = ledger.readingStarted()
            ledger.note(ours, of: pkey)
            _ = ledger.read(read, LedgerContent([pkey: ours == nil ? second : record]), now: .zero)
            #expect(ledger[pkey] == ours && ledger.doubted == [] && !ledger.needsRead)
        }
        // It is nobody's as far as we know, and somebody's by the time of the read.
        let read = ledger.readingStarted()
        ledger.note(ConflictNote(key: "/p/0x5", revision: 5, Conflict([])), on: pkey)
        _ = ledger.read(read, LedgerContent([pkey: third]), now: .zero)
        #expect(ledger[pkey] == nil && ledger.doubted == [pkey] && ledger.needsRead)
        #expect(ledger.read(ledger.readingStarted(), LedgerContent([pkey: third]), now: .zero) == [pkey])
        #expect(ledger[pkey] == third && ledger.doubted == [])
    }

    @Test("What a read lacks may be lost with the store, but for what was seen to be gone: that was to go")
    func bereft() {
        var ledger = LedgerSide()
        let gone = KeptRecord(
            LedgerRecord(.deleting, key: "/p/0x5", revision: 5, isSeenGone: true), RecordVersion(1))
        for (known, lost) in [(record, [pkey]), (gone, [])] {
            _ = ledger.read(ledger.readingStarted(), LedgerContent([pkey: known]), now: .zero)
            _ = ledger.read(ledger.readingStarted(), empty, now: .zero)
            #expect(Array(ledger.bereft.keys) == lost)
        }
    }

    @Test("A claim that was given up may make a partition ours for ten minutes, whatever a read says before")
    func late() {
        var ledger = LedgerSide()
        _ = ledger.read(ledger.readingStarted(), empty, now: .zero)
        ledger.gaveUp(pkey, until: .seconds(600))
        #expect(ledger.mayBeOurs(pkey) && ledger.isDoubtful(pkey))
        _ = ledger.read(ledger.readingStarted(), empty, now: .seconds(1))
        // Else it is as any that nobody has claimed.
        #expect(ledger.mayBeOurs(pkey) && ledger.doubted == [] && !ledger.isDoubtful(pkey))
        // What was claimed and released meanwhile may be claimed once more.
        ledger.note(record, of: pkey)
        ledger.note(nil, of: pkey)
        #expect(ledger.mayBeOurs(pkey))
        _ = ledger.read(ledger.readingStarted(), empty, now: .seconds(600))
        #expect(!ledger.mayBeOurs(pkey))
        // What has a record is ours already.
        ledger.note(record, of: pkey)
        ledger.gaveUp(pkey, until: .seconds(700))
        _ = ledger.read(ledger.readingStarted(), full, now: .seconds(601))
        #expect(!ledger.mayBeOurs(pkey))
    }

    @Test("What is no record of ours owns nothing, not even beside a record, and is told once for each writing")
    func strangeRecords() {
        var ledger = LedgerSide()
        let strange = StrangeRecord("0x0005", of: pkey, RecordVersion(7), "is misspelt")
        let content = LedgerContent([pkey: record], strange: [strange])
        _ = ledger.read(ledger.readingStarted(), content, now: .zero)
        #expect(ledger[pkey] == nil && ledger.strange[pkey] == strange)
        #expect(ledger.news(in: content) == [strange])
        #expect(ledger.news(in: content) == [])
        let anew = LedgerContent(
            [PKey: KeptRecord](), strange: [StrangeRecord("0x0005", of: pkey, RecordVersion(8), "is misspelt")])
        #expect(ledger.news(in: anew).count == 1)
    }

    @Test("What was written or read by itself while a list was under way keeps what it is known to be")
    func fabric() throws {
        var fabric = FabricSide()
        fabric.readingStarted(now: .zero)
        _ = fabric.read(FabricSnapshot(complete: []), now: .zero)
        let partition = Partition(number: pkey.number, ipOverIB: true, members: [])
        let list = FabricSnapshot(complete: [partition])
        fabric.readingStarted(now: .zero)
        fabric.asking(for: pkey, now: .zero)
        fabric.read(partition, of: pkey)
        _ = fabric.read(FabricSnapshot(complete: []), now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == .some(partition))
        // Written while the list was under way, or before it was asked for and not answered yet.
        fabric.readingStarted(now: .zero)
        fabric.sending(.delete(pkey))
        _ = fabric.read(list, now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == nil)
        fabric.readingStarted(now: .zero)
        fabric.written(pkey)
        _ = fabric.read(list, now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == nil)
        fabric.readingStarted(now: .zero)
        _ = fabric.read(list, now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == .some(partition))
    }

    @Test("A list is newer than a read of one partition that was asked for before it")
    func olderSingleRead() throws {
        var fabric = FabricSide()
        fabric.readingStarted(now: .zero)
        _ = fabric.read(FabricSnapshot(complete: []), now: .zero)
        let partition = Partition(number: pkey.number, ipOverIB: true, members: [])
        fabric.asking(for: pkey, now: .zero)
        fabric.readingStarted(now: .zero)
        fabric.read(nil, of: pkey)
        _ = fabric.read(FabricSnapshot(complete: [partition]), now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == .some(partition))
    }

    @Test("Ports stay until they are seen gone, and those that a request may have added count as there")
    func possiblePorts() throws {
        var fabric = FabricSide()
        let old = Member(guid: try GUID(parsing: "043f720300f55101"), index0: true)
        let new = Member(guid: try GUID(parsing: "043f720300f55102"), index0: true)
        func list(_ members: [Member]) -> FabricSnapshot {
            FabricSnapshot(complete: [Partition(number: pkey.number, ipOverIB: false, members: members)])
        }
        fabric.readingStarted(now: .zero)
        _ = fabric.read(list([old]), now: .zero)
        fabric.sending(.replace(pkey, [new], ipOverIB: false))
        fabric.written(pkey)
        #expect(fabric.knowledge?.ports(pkey) == [old.guid, new.guid])
        fabric.readingStarted(now: .zero)
        _ = fabric.read(list([new]), now: .zero)
        #expect(fabric.knowledge?.ports(pkey) == [new.guid])
        fabric.sending(.delete(pkey))
        fabric.written(pkey)
        #expect(fabric.knowledge?.ports(pkey) == [new.guid])
        fabric.read(nil, of: pkey)
        #expect(fabric.knowledge?.ports(pkey) == [])
    }

    @Test("Whom a list shows while a write is under way may be there until the partition is read")
    func overlappedList() throws {
        var fabric = FabricSide()
        fabric.readingStarted(now: .zero)
        _ = fabric.read(FabricSnapshot(complete: []), now: .zero)
        let member = Member(guid: try GUID(parsing: "043f720300f55101"), index0: true)
        let partition = Partition(number: pkey.number, ipOverIB: true, members: [member])
        fabric.readingStarted(now: .zero)
        fabric.sending(.delete(pkey))
        _ = fabric.read(FabricSnapshot(complete: [partition]), now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == nil)
        #expect(fabric.knowledge?.ports(pkey) == [member.guid])
        fabric.written(pkey)
        fabric.asking(for: pkey, now: .zero)
        fabric.read(nil, of: pkey)
        #expect(fabric.knowledge?.ports(pkey) == [])
    }
}

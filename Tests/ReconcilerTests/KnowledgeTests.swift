import Fabric
import KeyHistory
import Testing

@testable import Reconciler

/// What was learnt while a complete read was under way is newer than what the read shows.
@Suite("Knowledge beside a read that is under way")
struct KnowledgeTests {
    private let pkey: PKey
    private let record = LedgerRecord(.claimed, key: "/p/0x5", revision: 5)

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    @Test("A record that was written stays, and one that was released stays gone")
    func ledger() {
        var ledger = LedgerSide()
        ledger.read(ledger.readingStarted(), [:])
        var read = ledger.readingStarted()
        ledger.note(record, of: pkey)
        ledger.read(read, [:])
        #expect(ledger[pkey] == record)
        read = ledger.readingStarted()
        ledger.note(nil, of: pkey)
        ledger.read(read, [pkey: record])
        #expect(ledger[pkey] == nil)
        ledger.read(ledger.readingStarted(), [pkey: record])
        #expect(ledger[pkey] == record)
    }

    @Test("Of two reads that overlap, each is corrected by what was learnt since it began, and by no more")
    func overlappingReads() {
        var ledger = LedgerSide()
        var (first, second) = (ledger.readingStarted(), ledger.readingStarted())
        ledger.read(first, [:])
        ledger.note(record, of: pkey)
        ledger.read(second, [:])
        #expect(ledger[pkey] == record)
        // Written while both are under way, it is newer than either.
        (first, second) = (ledger.readingStarted(), ledger.readingStarted())
        ledger.note(nil, of: pkey)
        ledger.read(first, [pkey: record])
        ledger.read(second, [pkey: record])
        #expect(ledger[pkey] == nil)
        // Written before the second began, it is older than what that shows.
        first = ledger.readingStarted()
        ledger.note(nil, of: pkey)
        second = ledger.readingStarted()
        ledger.read(first, [:])
        ledger.read(second, [pkey: record])
        #expect(ledger[pkey] == record)
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

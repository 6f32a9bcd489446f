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
        ledger.read(ledger.readingStarted(), [:], now: .zero)
        var read = ledger.readingStarted()
        ledger.note(record, of: pkey)
        ledger.read(read, [:], now: .zero)
        #expect(ledger[pkey] == record)
        read = ledger.readingStarted()
        ledger.note(nil, of: pkey)
        ledger.read(read, [pkey: record], now: .zero)
        #expect(ledger[pkey] == nil)
        ledger.read(ledger.readingStarted(), [pkey: record], now: .zero)
        #expect(ledger[pkey] == record)
    }

    @Test("Of two reads that overlap, each is corrected by what was learnt since it began, and by no more")
    func overlappingReads() {
        var ledger = LedgerSide()
        var (first, second) = (ledger.readingStarted(), ledger.readingStarted())
        ledger.read(first, [:], now: .zero)
        ledger.note(record, of: pkey)
        ledger.read(second, [:], now: .zero)
        #expect(ledger[pkey] == record)
        // Written while both are under way, it is newer than either.
        (first, second) = (ledger.readingStarted(), ledger.readingStarted())
        ledger.note(nil, of: pkey)
        ledger.read(first, [pkey: record], now: .zero)
        ledger.read(second, [pkey: record], now: .zero)
        #expect(ledger[pkey] == nil)
        // Written before the second began, it is older than what that shows.
        first = ledger.readingStarted()
        ledger.note(nil, of: pkey)
        second = ledger.readingStarted()
        ledger.read(first, [:], now: .zero)
        ledger.read(second, [pkey: record], now: .zero)
        #expect(ledger[pkey] == record)
    }

    @Test("A partition at work keeps what was read of it by itself, and an uncertain one stays uncertain")
    func fabric() throws {
        var fabric = FabricSide()
        fabric.readingStarted(now: .zero, running: [])
        _ = fabric.read(FabricSnapshot(complete: []), now: .zero)
        let partition = Partition(number: pkey.number, ipOverIB: true, members: [])
        fabric.readingStarted(now: .zero, running: [pkey])
        fabric.read(partition, of: pkey)
        _ = fabric.read(FabricSnapshot(complete: []), now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == .some(partition))
        fabric.readingStarted(now: .zero, running: [])
        fabric.runStarted(pkey)
        fabric.doubt(pkey)
        _ = fabric.read(FabricSnapshot(complete: [partition]), now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == nil)
        fabric.readingStarted(now: .zero, running: [])
        _ = fabric.read(FabricSnapshot(complete: [partition]), now: .zero)
        #expect(fabric.knowledge?.partition(pkey) == .some(partition))
    }
}

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
        var ledger = LedgerKnowledge()
        ledger.readingStarted()
        ledger.read([:])
        ledger.readingStarted()
        ledger[pkey] = record
        ledger.read([:])
        #expect(ledger[pkey] == record)
        ledger.readingStarted()
        ledger[pkey] = nil
        ledger.read([pkey: record])
        #expect(ledger[pkey] == nil)
        ledger.readingStarted()
        ledger.read([pkey: record])
        #expect(ledger[pkey] == record)
    }

    @Test("Of two reads that overlap the first to end does not make the second believed")
    func overlappingReads() {
        var ledger = LedgerKnowledge()
        ledger.readingStarted()
        ledger.readingStarted()
        ledger.read([:])
        ledger[pkey] = record
        ledger.read([:])
        #expect(ledger[pkey] == record)
        // Written while both are under way, it is newer than either.
        ledger.readingStarted()
        ledger.readingStarted()
        ledger[pkey] = nil
        ledger.read([pkey: record])
        ledger.read([pkey: record])
        #expect(ledger[pkey] == nil)
    }

    @Test("A partition at work keeps what was read of it by itself, and an uncertain one stays uncertain")
    func fabric() throws {
        var fabric = FabricKnowledge()
        fabric.readingStarted(now: .zero, running: [])
        _ = fabric.read(FabricSnapshot(complete: []), now: .zero)
        let partition = Partition(number: pkey.number, ipOverIB: true, members: [])
        fabric.readingStarted(now: .zero, running: [pkey])
        fabric.read(partition, of: pkey)
        _ = fabric.read(FabricSnapshot(complete: []), now: .zero)
        #expect(fabric.partition(pkey) == .some(partition))
        fabric.readingStarted(now: .zero, running: [])
        fabric.jobStarted(pkey)
        fabric.isUncertain(of: pkey)
        _ = fabric.read(FabricSnapshot(complete: [partition]), now: .zero)
        #expect(fabric.partition(pkey) == nil)
        fabric.readingStarted(now: .zero, running: [])
        _ = fabric.read(FabricSnapshot(complete: [partition]), now: .zero)
        #expect(fabric.partition(pkey) == .some(partition))
    }
}

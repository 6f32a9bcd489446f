import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

/// A dry run: everything is gone through and told, and nothing is written.
@Suite("A rehearsal")
struct RehearsalTests {
    private var told: ToldEngine
    private let pkey: PKey
    private let synced = LedgerRecord(.synced, key: "/p/0x5", revision: 5)

    init() throws {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.closedBy = [.dryRun]
        configuration.limits.adoption.adoptsAll = true
        told = ToldEngine(configuration)
        pkey = try PKey(parsing: "0x5")
    }

    /// Reads both sides again, as at a resync; gives what the log says.
    private mutating func resync(
        fabric: [Partition], ledger: [PKey: LedgerRecord] = [:], at now: Duration
    ) -> [EngineAction] {
        _ = told.tell(.timer, at: now)
        let actions = told.ledger(.success(ledger), at: now)
        return actions + told.tell(.fabricRead(.success(FabricSnapshot(complete: fabric))), at: now)
    }

    private func announced(_ actions: [EngineAction]) -> [String] {
        actions.texts.filter { $0.hasPrefix("DRY RUN") || $0.hasPrefix("Successfully") }
    }

    @Test("What would be made is told once, and nothing is asked of a partition")
    mutating func creation() throws {
        let start = told.begin(keys: [ToldEngine.key("0x5")])
        #expect(start.onPartitions == [:])
        #expect(
            announced(start) == [
                "Successfully authenticated with UFM at UFM",
                "DRY RUN: not sent to UFM: PKey 0x5: add 043f720300f55101",
                "Successfully added 1 new GUIDs to PKey 0x5", "Successfully synchronized PKey 0x5",
            ])
        // UFM still shows what it has, and that is no news.
        #expect(announced(resync(fabric: [], at: .seconds(31))).isEmpty)
        // What somebody else has changed there is.
        let again = resync(fabric: [try ToldEngine.partition(pkey, host: 2)], at: .seconds(70))
        #expect(announced(again).first?.hasPrefix("DRY RUN: not sent to UFM: PKey 0x5: replace all members") == true)
        // So is another wish.
        let change = told.tell(
            .source(.changed(revision: 101, [.set(ToldEngine.key("0x5", host: 3, 101))])), at: .seconds(71))
        #expect(announced(change).first?.contains("043f720300f55103") == true)
        #expect(change.onPartitions == [:])
    }

    @Test("What would be deleted is told, and stays ours")
    mutating func deletion() throws {
        let partition = try ToldEngine.partition(pkey)
        let start = told.begin(keys: [], ledger: [pkey: synced], fabric: [partition])
        #expect(start.onPartitions == [:])
        #expect(
            announced(start).dropFirst() == [
                "DRY RUN: not sent to UFM: PKey 0x5: delete", "Successfully removed PKey 0x5 from UFM",
            ])
        #expect(announced(resync(fabric: [partition], ledger: [pkey: synced], at: .seconds(31))).isEmpty)
    }

    @Test("A single rehearsal ends well when all has been told")
    mutating func once() {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.closedBy = [.dryRun]
        configuration.runsOnce = true
        told = ToldEngine(configuration)
        let keys = (1...9).map { ToldEngine.key("0x\($0)") }
        let actions = told.begin(keys: keys)
        #expect(actions.batches.isEmpty && actions.onPartitions == [:])
        #expect(announced(actions).count(where: { $0.hasPrefix("DRY RUN") }) == 9)
        #expect(actions.end == .stopped)
    }

    @Test("Whatever happens, nothing is written", arguments: Seed.several(100))
    func nothingWritten(seed: Seed) {
        var configuration = EngineConfiguration()
        configuration.closedBy = [.dryRun]
        let pkeys = EngineHistoryTests.pkeys
        var world = World(seed: seed, configuration: configuration)
        for _ in 0..<150 {
            let pkey = pkeys[Int.random(in: 0..<pkeys.count, using: &world.random)]
            switch Int.random(in: 0..<20, using: &world.random) {
            case 0, 1: world.put(pkey)
            case 2: world.delete(pkey)
            case 3: world.killDaemon()
            case 4: world.turnGate()
            default: world.step()
            }
        }
        world.settle(approvingAll: true)
        #expect(world.writes.isEmpty && world.fabric.isEmpty && world.store.ledger.isEmpty)
    }
}

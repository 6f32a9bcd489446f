import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

/// A single run: all is done once, and then it ends.
@Suite("A single run of the engine")
struct EngineOnceTests {
    private let pkeys = (0x2000...0x200b).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }

    private func world(_ seed: UInt64 = 1) -> World {
        var configuration = EngineConfiguration()
        configuration.runsOnce = true
        var world = World(seed: Seed(seed), configuration: configuration)
        world.faults = false
        return world
    }

    @Test("It ends when all is done, and UFM is then what etcd says", arguments: Seed.several(50))
    func done(seed: Seed) throws {
        var world = world(seed.value)
        for pkey in pkeys { world.put(pkey) }
        world.settle()
        #expect(world.end == .stopped)
        #expect(world.fabric.count == pkeys.count)
        #expect(world.store.ledger.count == pkeys.count)
        #expect(world.store.ledger.values.allSatisfy { $0.state == .synced })
    }

    @Test("With nothing to do it ends at once")
    func nothing() {
        var world = world()
        world.settle()
        #expect(world.end == .stopped)
        #expect(world.writes.isEmpty)
    }

    @Test("It ends with a failure that names the partitions that are not in step, after the others are")
    func failing() throws {
        var world = world()
        for pkey in pkeys { world.put(pkey) }
        world.refused = [pkeys[3], pkeys[5]]
        for _ in 0..<5 { world.settle() }
        let problem = try #require(world.end?.problem)
        #expect(problem.hasPrefix("2 partitions are not in step: [0x2003, 0x2005]: UFM refuses PKey 0x2003"))
        #expect(world.fabric.count == pkeys.count - 2)
    }

    @Test("It waits for no source that cannot be read, and says why")
    func sourceAway() {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.runsOnce = true
        var told = ToldEngine(configuration)
        _ = told.tell(.started)
        _ = told.ledger(.success([:]))
        let away = Failure(.unreachable, "no etcd there")
        #expect(told.tell(.source(.lost(away)), at: .seconds(1)).end == .failed(away))
        // One that goes away later is waited for, for a while.
        told = ToldEngine(configuration)
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        #expect(told.tell(.source(.lost(away)), at: .seconds(1)).end == nil)
        #expect(told.wakeAt.map { $0 <= .seconds(31) } == true)
        #expect(told.tell(.source(.restored(after: .seconds(1))), at: .seconds(2)).end == nil)
        #expect(told.tell(.source(.lost(away)), at: .seconds(20)).end == nil)
        #expect(told.tell(.timer, at: .seconds(49)).end == nil)
        #expect(told.tell(.timer, at: .seconds(50)).end == .failed(away))
    }

    @Test("It waits for nobody for ever who is to let it write, and says who has not")
    func gateKeeper() {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.runsOnce = true
        configuration.closedBy = [.notLeading]
        var told = ToldEngine(configuration)
        #expect(told.begin(keys: [ToldEngine.key("0x5")]).end == nil)
        #expect(told.wakeAt.map { $0 <= .seconds(30) } == true)
        let end = told.tell(.timer, at: .seconds(30)).end
        #expect(end == .notLet([.notLeading]))
        #expect(end?.problem == "nothing may be written, for 30.0 s: not-leading")
        // With nothing to do it ends as well, without having been let write.
        told = ToldEngine(configuration)
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        #expect(told.tell(.gate(.open(.notLeading)), at: .seconds(29)).onPartitions.isEmpty == false)
        #expect(told.tell(.timer, at: .seconds(40)).end == nil)
    }

    @Test("It ends with a failure that names deletions that wait for an approval")
    func held() throws {
        var first = World(seed: Seed(1))
        first.faults = false
        for pkey in pkeys { first.put(pkey) }
        first.settle()
        var world = world()
        world.store = first.store
        world.fabric = first.fabric
        world.delete(Array(pkeys[0..<6]))
        world.settle()
        let problem = try #require(world.end?.problem)
        #expect(problem.hasPrefix("6 deletions wait for an approval: [0x2000, 0x2001,"))
        #expect(world.fabric.count == pkeys.count)
    }

    @Test("It does not end while claims of many are under way")
    func batch() {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.runsOnce = true
        var told = ToldEngine(configuration)
        let start = told.begin(keys: pkeys.map { ToldEngine.key($0.description) })
        #expect(start.batches.count == 1)
        #expect(start.end == nil)
    }

    @Test("An outage of either server ends it with what went wrong")
    func outage() throws {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.runsOnce = true
        let gone = Failure(.unreachable, "gone")
        var fabric = ToldEngine(configuration)
        _ = fabric.tell(.started)
        #expect(fabric.tell(.fabricRead(.failure(gone))).end == .failed(gone))
        var ledger = ToldEngine(configuration)
        _ = ledger.tell(.started)
        #expect(ledger.ledger(.failure(gone)).end == .failed(gone))
        var told = ToldEngine(configuration)
        let pkey = try PKey(parsing: "0x5")
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        _ = told.answer(pkey, .done)
        #expect(told.answer(pkey, .written(.failure(gone))).end == .failed(gone))
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

/// What can be seen of the engine from outside.
@Suite("The status of the engine")
struct EngineStatusTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let gone = Failure(.unreachable, "gone")

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private var status: EngineStatus { told.status }

    @Test("It starts, runs once everything has been read, stops, and has ended")
    mutating func stages() {
        #expect(status.stage == .starting)
        #expect(status.closedBy == [.starting])
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        #expect(status.stage == .running)
        #expect(status.closedBy.isEmpty)
        _ = told.tell(.stop)
        #expect(status.stage == .stopping)
        #expect(status.closedBy == [.stopping])
        _ = told.answer(pkey, .done)
        #expect(status.stage == .ended)
    }

    @Test("A source is known by how far it has told, how many keys it has, and when it last told anything")
    mutating func source() throws {
        #expect(status.sources.map(\.id) == [ToldEngine.source])
        #expect(status.sources[0].told == nil)
        _ = told.begin(keys: [ToldEngine.key("0x5")], revision: 100)
        #expect(status.sources[0].told?.revision == 100)
        #expect(status.sources[0].keys == 1)
        _ = told.tell(.source(.changed(revision: 101, [.set(ToldEngine.key("0x6", 101))])), at: .seconds(7))
        #expect(status.sources[0].told?.revision == 101)
        #expect(status.sources[0].keys == 2)
        #expect(status.sources[0].lastEvent == .seconds(7))
        _ = told.tell(.source(.progress(StorePoint(revision: 120))), at: .seconds(8))
        #expect(status.sources[0].told?.revision == 120)
        #expect(status.sources[0].lastEvent == .seconds(8))
    }

    @Test("Each list with which a source begins anew is counted by its reason")
    mutating func relists() {
        _ = told.begin(keys: [])
        #expect(status.sources[0].relists == ["start": 1])
        for reason in ["compacted", "doubt", "doubt"] {
            _ = told.tell(.source(.listed(KeySnapshot(complete: [], revision: 100), reason: reason)))
        }
        #expect(status.sources[0].relists == ["start": 1, "compacted": 1, "doubt": 2])
    }

    @Test("Each server's outage is there while it lasts: since when, with what, and when it is tried again")
    mutating func outages() throws {
        _ = told.begin(keys: [])
        _ = told.tell(.timer, at: .seconds(30))
        _ = told.tell(.fabricRead(.failure(gone)), at: .seconds(31))
        let outage = try #require(status.fabric.outage)
        #expect(outage.since == .seconds(31))
        #expect(outage.last == gone)
        #expect(outage.retryAt == .milliseconds(31_500))
        #expect(status.closedBy == [.fabricDown])
        _ = told.ledger(.failure(gone), at: .seconds(32))
        #expect(status.ledger.outage?.since == .seconds(32))
        #expect(status.closedBy == [.fabricDown, .ledgerDown])
        _ = told.tell(.source(.lost(gone)), at: .seconds(33))
        #expect(status.sources[0].outage?.since == .seconds(33))
        _ = told.tell(.source(.restored(after: .seconds(5))), at: .seconds(38))
        #expect(status.sources[0].outage == nil)
        #expect(status.sources[0].lastOutage == .seconds(5))
        _ = told.tell(.timer, at: .seconds(40))
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: .seconds(41))
        #expect(status.fabric.outage == nil)
        #expect(status.fabric.isKnown)
    }

    @Test("What waits is told by its urgency, what runs by what it waits for, and each since when")
    mutating func work() throws {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.concurrency = 1
        told = ToldEngine(configuration)
        // One of them runs in the slot that is kept for what arrives, one in the one that all share.
        _ = told.begin(keys: (5...7).map { ToldEngine.key("0x\($0)", host: $0) })
        let other = try PKey(parsing: "0x6")
        #expect(
            status.underWay.runs
                == [pkey, other].map {
                    EngineStatus.Run(pkey: $0, phase: .claiming, urgency: .arrival, since: .zero)
                })
        #expect(status.queue[.arrival] == QueueLine(depth: 1, eldest: .zero))
        _ = told.answer(pkey, .done, at: .seconds(1))
        #expect(status.underWay.runs.map(\.phase) == [.writing, .claiming])
        let change = SourceEvent.changed(revision: 101, [.set(ToldEngine.key("0x8", host: 3, 101))])
        _ = told.tell(.source(change), at: .seconds(2))
        #expect(status.queue[.arrival] == QueueLine(depth: 2, eldest: .zero))
    }

    @Test("Requests are counted by what they were and what came of them")
    mutating func writes() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        _ = told.answer(pkey, .done)
        _ = told.answer(pkey, .written(.failure(Failure(.timedOut, "slow", outcome: .unknown))))
        #expect(status.totals.writes == [EngineStatus.Write(step: "add", outcome: .unknown): 1])
    }

    @Test("A pass is one over a fabric that answered")
    mutating func passes() {
        _ = told.begin(keys: [])
        #expect(status.totals.lastAttempt == .zero)
        #expect(status.totals.lastSuccess == .zero)
        _ = told.tell(.timer, at: .seconds(30))
        _ = told.tell(.fabricRead(.failure(gone)), at: .seconds(31))
        _ = told.ledger(.success([:]), at: .milliseconds(31_200))
        #expect(status.totals.lastAttempt == .seconds(30))
        #expect(status.totals.lastSuccess == .zero)
        _ = told.tell(.timer, at: .seconds(33))
        _ = told.tell(.fabricPinged(.success(())), at: .seconds(33))
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: .seconds(34))
        #expect(status.totals.lastAttempt == .seconds(33))
        #expect(status.totals.lastSuccess == .seconds(34))
    }

    @Test("What is held is counted by the reason, and what the guard holds is named")
    mutating func holds() throws {
        let names = (0x10...0x15).map { "0x" + String($0, radix: 16) }
        let records = Dictionary(
            uniqueKeysWithValues: try names.map { name in
                (try PKey(parsing: name), LedgerRecord(.synced, key: ToldEngine.prefix + name, revision: 5))
            })
        let unreadable = KeyEntry(key: ToldEngine.prefix + "0x5", value: Array("?".utf8), revision: 5)
        _ = told.begin(keys: [unreadable], ledger: records)
        #expect(status.totals.holds == [.unreadable: 1, .deletionGuard: 6])
        #expect(status.guarded == Capped(records.keys.sorted()))
        // One of them comes back, and the value can be read.
        let back = SourceEvent.changed(
            revision: 101, [.set(ToldEngine.key("0x10", host: 2, 101)), .set(ToldEngine.key("0x5", 101))])
        _ = told.tell(.source(back))
        #expect(status.totals.holds == [.deletionGuard: 5])
        #expect(status.guarded.count == 5)
    }

    @Test("Whose the partitions are is counted, and the default partition is nobody's")
    mutating func inventory() throws {
        let fabric =
            [try ToldEngine.partition(pkey), try ToldEngine.partition(try PKey(parsing: "0x6"))]
            + [Partition(number: .defaultPartition, ipOverIB: true, members: [])]
        _ = told.begin(keys: [ToldEngine.key("0x5")], fabric: fabric)
        let inventory = try #require(status.totals.inventory)
        #expect(inventory.total == 3)
        #expect(inventory.managed.inWords == "[0x5]")
        #expect(inventory.unmanaged.inWords == "[0x6]")
    }

    @Test("Whatever befell, what it counts is what there is", arguments: Seed.several(200))
    func agreement(seed: Seed) throws {
        var world = World(seed: seed)
        for _ in 0..<100 {
            let pkey = EngineHistoryTests.pkeys[Int.random(in: 0..<8, using: &world.random)]
            switch Int.random(in: 0..<16, using: &world.random) {
            case 0, 1, 2: world.put(pkey)
            case 3: world.delete(pkey)
            case 4: world.cutWatch()
            case 5: world.killDaemon()
            case 6: world.meddle(with: pkey)
            default: world.step()
            }
            let status = world.status
            #expect(status.underWay.runs.count == status.underWay.busy)
            #expect(status.queue.values.allSatisfy { ($0.depth == 0) == ($0.eldest == nil) })
            #expect(status.queue.values.allSatisfy { $0.eldest ?? .zero <= world.now })
        }
        world.settle(approvingAll: true)
        let (status, ledger) = (world.status, world.store.ledger)
        #expect(status.records == ledger.values.reduce(into: [:]) { $0[$1.state, default: 0] += 1 })
        #expect(status.sources.map(\.keys) == [world.store.keys.count])
        #expect(status.totals.inventory?.total == world.fabric.count)
        #expect(status.totals.holds.isEmpty)
        #expect(status.guarded.isEmpty)
        #expect(status.underWay.busy + status.underWay.resting == 0)
        #expect(status.queue.values.allSatisfy { $0 == QueueLine() })
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

/// What the engine leaves alone, whatever etcd says, and what it counts.
@Suite("The limits of the engine")
struct EngineLimitsTests {
    private let pkeys = (0x2000...0x2007).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }

    /// A world in which everything is in step, told to a daemon with these limits that then lives through anything.
    private func live(_ seed: Seed, _ limits: Limits) -> World {
        var before = World(seed: seed)
        before.faults = false
        for pkey in pkeys { before.put(pkey) }
        before.settle()
        var configuration = EngineConfiguration()
        configuration.limits = limits
        var world = World(seed: seed, configuration: configuration)
        world.store = before.store
        world.fabric = before.fabric
        // Hosts that no job had before: the world counts them from its beginning.
        for _ in 0..<20 { world.put(pkeys[0]) }
        for _ in 0..<150 {
            let pkey = pkeys[Int.random(in: 0..<pkeys.count, using: &world.random)]
            switch Int.random(in: 0..<20, using: &world.random) {
            case 0: world.put(pkey)
            case 1: world.delete(pkey)
            case 2: world.meddle(with: pkey)
            case 3: world.killDaemon()
            default: world.step()
            }
        }
        world.settle(approvingAll: true)
        return world
    }

    @Test("Policy report sends no request that changes anything", arguments: Seed.several(100))
    func report(seed: Seed) {
        #expect(live(seed, Limits(policy: .report)).writes.isEmpty)
    }

    @Test("Policy upsert-only deletes nothing, and makes and changes everything else", arguments: Seed.several(100))
    func upsertOnly(seed: Seed) throws {
        let world = live(seed, Limits(policy: .upsertOnly))
        #expect(!world.writes.contains { if case .delete = $0 { true } else { false } })
        for (key, entry) in world.store.keys {
            let pkey = try PKey(parsing: key.text(behind: world.source.id.prefix) ?? "")
            #expect(
                try ValueDecoder.decode(entry.value).hosts
                    == world.fabric[pkey].map(\.members.guids) ?? [])
        }
    }

    @Test(
        "Outside the managed range nothing is written, though the ledger has it and etcd wants it",
        arguments: Seed.several(100))
    func range(seed: Seed) throws {
        let world = live(seed, Limits(range: ManagedRange([pkeys[0]...pkeys[3]])))
        #expect(world.writes.allSatisfy { $0.pkey <= pkeys[3] })
        #expect(!world.writes.isEmpty)
    }

    @Test("What is left undone under a policy is told once")
    func undone() throws {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.limits.policy = .report
        var told = ToldEngine(configuration)
        let start = told.begin(keys: [ToldEngine.key("0x5"), ToldEngine.key("0x6")])
        let line = "Policy report: 2 partitions differ and are left as they are: [0x5, 0x6]"
        #expect(start.texts.contains(line))
        _ = told.tell(.timer, at: .seconds(31))
        let resync = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: .seconds(31))
        #expect(!resync.texts.contains(line))
    }

    @Test("Drift is counted by kind, and only where UFM had been given what it no longer shows")
    func drift() throws {
        var world = World(seed: Seed(1))
        world.faults = false
        for pkey in pkeys { world.put(pkey) }
        world.settle()
        #expect(world.drift == Drift())
        let stranger = try GUID(parsing: World.stranger)
        world.fabric[pkeys[0]]?.members[stranger] = Member(guid: stranger, index0: true)
        let lost = world.fabric[pkeys[1]]?.members.count ?? 0
        world.fabric[pkeys[1]] = nil
        world.settle()
        #expect(world.drift.partitions == 2)
        #expect(world.drift.unexpected == 1)
        #expect(world.drift.missing == lost)
        #expect(world.drift.flags == 0)
        #expect(world.fabric[pkeys[0]]?.members[stranger] == nil)
        #expect(world.fabric[pkeys[1]]?.members.count == lost)
        // A key that has changed is no drift.
        world.put(pkeys[2])
        world.settle()
        #expect(world.drift.partitions == 2)
    }

    @Test("A verdict ends with ownership: what is held, and whose record somebody takes away, holds no other deletion")
    func verdictsEndWithOwnership() throws {
        var world = World(seed: Seed(1))
        world.faults = false
        for pkey in pkeys { world.put(pkey) }
        world.settle()
        world.delete(Array(pkeys.prefix(5)))
        world.settle()
        #expect(world.store.ledger[pkeys[0]]?.state == .guarded)
        for pkey in pkeys.prefix(5) { _ = world.store.write(nil, of: pkey) }
        world.settle()
        world.cutWatch()
        world.delete(pkeys[7])
        world.settle()
        #expect(world.fabric[pkeys[7]] == nil)
        #expect(world.fabric[pkeys[0]] != nil)
    }

    @Test("After a wipe what nobody puts back is ours, and held until somebody approves, with what only a list lacks")
    func lostInWipe() throws {
        var world = World(seed: Seed(1))
        world.faults = false
        for pkey in pkeys { world.put(pkey) }
        world.settle()
        world.wipe()
        world.settle()
        // All but the first come back; then one goes while the watch is cut, so that only a list shows it.
        for pkey in pkeys.dropFirst() { world.put(pkey) }
        world.settle()
        world.cutWatch()
        world.delete(pkeys[7])
        world.settle()
        #expect(world.store.ledger[pkeys[0]]?.state == .guarded)
        #expect(world.fabric[pkeys[7]] != nil && world.fabric[pkeys[0]] != nil)
        world.settle(approvingAll: true)
        #expect(world.fabric[pkeys[7]] == nil && world.fabric[pkeys[0]] == nil)
        #expect(world.fabric[pkeys[1]] != nil)
    }

    @Test(
        "A source that has not come as far as a record has lost its history: the deletion is held, however few they are",
        arguments: [
            (LedgerRecord.State.synced, KeyVersion(101), true), (.synced, 100, false), (.failing, 101, true),
            (.approved, 101, false), (.deleting, 101, false),
        ])
    func lostHistory(state: LedgerRecord.State, revision: KeyVersion, isHeld: Bool) throws {
        var told = ToldEngine()
        let pkey = pkeys[0]
        let record = LedgerRecord(state, key: ToldEngine.prefix + pkey.description, revision: revision)
        let actions = told.begin(
            keys: [], ledger: [pkey: record], fabric: [try ToldEngine.partition(pkey)], revision: 100)
        guard isHeld else {
            #expect(actions.onPartitions[pkey]?.isAuthorisation == true)
            return
        }
        var guarded = LedgerRecord(.guarded, key: record.key, revision: revision)
        guarded.error = "etcd has lost its history (revision 100, was 101): waits for an approval"
        #expect(actions.onPartitions == [pkey: .amend(guarded)])
        #expect(actions.texts.contains { $0.hasPrefix("1 deletions at once, of 1 partitions, are held back") })
        _ = told.answer(pkey, .done)
        // What the store comes to later is another history all the same, and the words stay.
        let later = told.tell(.source(.changed(revision: 300, [.set(ToldEngine.key("0x7000", host: 2, 300))])))
        #expect(later.onPartitions[pkey] == nil)
        let end = told.approve([pkey], shown: RecordVersion(2), at: .seconds(2))
        #expect(end.onPartitions[pkey]?.isAuthorisation == true)
    }
}

import Fabric
import Planning
import Reconciler
import TestSupport
import Testing

@Suite("Generated histories of the engine")
struct EngineHistoryTests {
    static let pkeys = (0x2000...0x2003).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }

    @Test("One history, for a seed that failed", .enabled(if: Seed.isChosen))
    func oneHistory() throws {
        try run(.fresh())
    }

    @Test(
        "Whatever fails, unmanaged partitions stay, tenants never meet, and in the end UFM is what etcd says",
        arguments: [Seed.fresh()])
    func histories(seed: Seed) throws {
        var seeds = SeededGenerator(seed)
        for _ in 0..<6_000 {
            let history = Seed(seeds.next())
            try run(history)
        }
    }

    private func run(_ seed: Seed) throws {
        let manual = try PKey(parsing: "0x4000")
        let member = Member(guid: try GUID(parsing: "aaaaaaaaaaaaaaaa"), index0: false)
        let handMade = Partition(number: manual.number, name: "storage", ipOverIB: true, members: [member])
        var world = World(seed: seed)
        world.fabric[manual] = handMade
        for _ in 0..<80 {
            let pkey = Self.pkeys[Int.random(in: 0..<Self.pkeys.count, using: &world.random)]
            switch Int.random(in: 0..<24, using: &world.random) {
            case 0, 1: world.put(pkey)
            case 2: world.delete(pkey)
            case 3: world.cutWatch()
            case 4 where Int.random(in: 0..<3, using: &world.random) == 0: world.killDaemon()
            case 5 where Int.random(in: 0..<6, using: &world.random) == 0: world.wipe()
            default: world.step()
            }
            check(world, handMade, seed)
        }
        world.settle()
        check(world, handMade, seed)
        var expected = [manual: handMade.members.keys.sorted()]
        for (key, entry) in world.store.keys {
            let value = try ValueDecoder.decode(entry.value)
            expected[try PKey(parsing: key.dropFirst(World.prefix.count))] = value.hosts.sorted()
        }
        // What a wipe left without a key or a record, and without a new one, is nobody's to delete.
        let lost = world.bereaved.union(world.orphaned).filter { expected[$0] == nil }
        let actual = world.fabric.filter { !lost.contains($0.key) }.mapValues { $0.members.keys.sorted() }
        #expect(actual == expected, "\(seed)\n\(world.journal.joined(separator: "\n"))")
        #expect(world.end == nil)
    }

    private func check(_ world: World, _ handMade: Partition, _ seed: Seed) {
        let isUntouched = world.fabric.values.contains(handMade)
        let areSeparate = world.fabric.values.allSatisfy { partition in
            Set(partition.members.keys.map { $0.value >> 8 }).count <= 1
        }
        if !isUntouched || !areSeparate || !world.wronglyDeleted.isEmpty {
            Issue.record("\(seed)\n\(world.journal.joined(separator: "\n"))")
        }
    }

    @Test(
        "A wiped etcd deletes nothing, and when the keys are put back everything is in step", arguments: [Seed.fresh()])
    func wipe(seed: Seed) throws {
        var seeds = SeededGenerator(seed)
        for _ in 0..<300 {
            let history = Seed(seeds.next())
            var world = World(seed: history)
            for pkey in Self.pkeys { world.put(pkey) }
            world.settle()
            let before = world.fabric
            #expect(before.count == Self.pkeys.count)
            let values = world.store.keys.mapValues(\.value)
            world.wipe()
            world.settle()
            #expect(world.fabric == before, "\(history)\n\(world.journal.joined(separator: "\n"))")
            for (key, value) in values {
                world.set(try PKey(parsing: key.dropFirst(World.prefix.count)), String(decoding: value, as: UTF8.self))
            }
            world.settle()
            #expect(world.fabric == before)
            #expect(world.store.ledger.values.allSatisfy { $0.state == .synced })
        }
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

/// `plan` promises what `monitor` does; they come to it on different ways.
@Suite("What the plan shows is what the engine does")
struct SurveyTests {
    private static let pkeys = (0x2000...0x2009).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }

    private static let configurations: [EngineConfiguration] = Policy.allCases.flatMap { policy in
        [false, true].map { enforces in
            var configuration = EngineConfiguration(
                sources: [SourceModel.etcd.id], flags: FlagPolicy(index0: .all))
            configuration.enforcesFlags = enforces
            configuration.limits.policy = policy
            configuration.limits.adoption.adoptsAll = true
            if let first = pkeys.first { configuration.limits.range = ManagedRange([first...pkeys[7]]) }
            return configuration
        }
    }

    @Test("Over keys, records and partitions of every kind, under every policy", arguments: [Seed.fresh()])
    func agreement(seed: Seed) throws {
        var random = SeededGenerator(seed)
        var count = 0
        for round in 0..<400 {
            let configuration = Self.configurations[round % Self.configurations.count]
            var world = World(seed: Seed(random.next()), configuration: configuration)
            world.faults = false
            for pkey in Self.pkeys { try furnish(&world, pkey, &random) }
            let survey = Survey(
                configuration,
                keys: [world.source.id: world.list],
                ledger: LedgerContent(world.store.ledger), fabric: FabricSnapshot(complete: world.fabric.values))
            let planned = survey.plan.entries.flatMap(\.steps)
            count += planned.count
            world.settle()
            #expect(
                Dictionary(grouping: world.writes, by: \.pkey) == Dictionary(grouping: planned, by: \.pkey),
                "\(seed), round \(round)")
            // And a second plan finds nothing left but what is held.
            let after = Survey(
                configuration,
                keys: [world.source.id: world.list],
                ledger: LedgerContent(world.store.ledger), fabric: FabricSnapshot(complete: world.fabric.values))
            #expect(after.plan.entries.allSatisfy { $0.steps.isEmpty }, "\(seed), round \(round)")
        }
        #expect(count > 800)
    }

    /// A PKey with a key or without, a record or without, a partition or without, each of which may be wrong.
    private func furnish(_ world: inout World, _ pkey: PKey, _ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: break
        case 1: world.set(pkey, "nothing that can be read")
        default: world.put(pkey)
        }
        let key = SourceModel.etcd.id.prefix + pkey.description
        let entry = world.store.keys[key]
        if Bool.random(using: &random) {
            let states = LedgerRecord.State.allCases
            let state = states[Int.random(in: 0..<states.count, using: &random)]
            world.store.ledger[pkey] = LedgerRecord(state, key: key, revision: entry?.revision ?? 1)
        }
        guard Int.random(in: 0..<3, using: &random) > 0 else { return }
        let hosts = entry.flatMap { try? ValueDecoder.decode($0.value) }?.hosts.sorted() ?? []
        var members = hosts.filter { _ in Int.random(in: 0..<3, using: &random) > 0 }.map { guid in
            Member(guid: guid, index0: Bool.random(using: &random))
        }
        if Bool.random(using: &random) {
            members.append(Member(guid: try GUID(parsing: World.stranger), index0: true))
        }
        guard !members.isEmpty else { return }
        world.fabric[pkey] = Partition(
            number: pkey.number, ipOverIB: Bool.random(using: &random), members: members)
    }
}

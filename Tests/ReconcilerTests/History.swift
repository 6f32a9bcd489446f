import Fabric
import Foundation
import KeyHistory
import Reconciler
import TestSupport
import Testing

/// One generated history, and what has been found wrong with it.
struct History {
    typealias Script = @Sendable (inout History) throws -> Void

    var world: World
    private(set) var problem: String?
    private let handMade: Partition

    private init(_ seed: Seed, keepingJournal: Bool) throws {
        let manual = try PKey(parsing: "0x4000")
        let member = Member(guid: try GUID(parsing: "aaaaaaaaaaaaaaaa"), index0: false)
        handMade = Partition(number: manual.number, name: "storage", ipOverIB: true, members: [member])
        // Half of them run on etcd's keys, the others on a source that has nothing in common with it.
        let source = seed.value.isMultiple(of: 2) ? SourceModel.etcd : .memory
        world = World(seed: seed, source: source, keepingJournal: keepingJournal)
        world.fabric[manual] = handMade
    }

    mutating func expect(_ condition: Bool, _ words: StaticString) {
        if !condition { fail("\(words)") }
    }

    private mutating func fail(_ words: String) {
        problem = problem ?? words
    }

    /// What must hold after every step.
    mutating func check() {
        guard problem == nil else { return }
        expect(
            PKey(handMade.number).map { world.fabric[$0] == handMade } ?? false, "the unmanaged partition was touched")
        for partition in world.fabric.values {
            var tenant: UInt64?
            for guid in partition.members.guids where guid.value >> 56 != 0xff {
                if let tenant, tenant != guid.value >> 8 { fail("two tenants are together in \(partition.number)") }
                tenant = guid.value >> 8
            }
        }
        if !world.wronglyDeleted.isEmpty { fail("deleted without an authorisation: \(world.wronglyDeleted)") }
        if !world.unclaimedWrites.isEmpty { fail("written without a claim: \(world.unclaimedWrites)") }
        expect(!world.hasPassedTheGate, "something was written past the gate")
        expect(world.end == nil, "the engine ended")
    }

    /// Once faults have stopped UFM is what etcd says.
    mutating func expectAgreement() throws {
        var expected = [handMade.number: handMade.members.guids]
        for (key, entry) in world.store.keys {
            let pkey = try PKey(parsing: key.text(behind: world.source.id.prefix) ?? "")
            expected[pkey.number] = try ValueDecoder.decode(entry.value).hosts.sorted()
        }
        // What a wipe left without a key or a record, and without a new one, is nobody's to delete.
        let lost = world.bereaved.union(world.orphaned).filter { expected[$0.number] == nil }
        var actual: [PartitionNumber: [GUID]] = [:]
        for (pkey, partition) in world.fabric where !lost.contains(pkey) {
            actual[pkey.number] = partition.members.guids
        }
        if actual != expected { fail("UFM has \(actual), etcd wants \(expected)") }
    }

    /// Runs one history, and records an issue with its journal when it is not sound.
    static func expectSound(_ seed: Seed, of script: Script) throws {
        var history = try History(seed, keepingJournal: true)
        try script(&history)
        if let problem = history.problem {
            Issue.record("\(seed): \(problem)\n\(history.world.journal.lines.joined(separator: "\n"))")
        }
    }

    /// Runs that many histories on all processors, and says how long that took.
    static func run(_ count: Int, named name: String, of script: @escaping Script) async throws {
        let first = Seed.fresh()
        let start = ContinuousClock.now
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let (steps, failed) = try await withThrowingTaskGroup(of: (steps: Int, failed: [Seed]).self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var (steps, failed): (Int, [Seed]) = (0, [])
                    for number in stride(from: worker, to: count, by: workers) where failed.isEmpty {
                        let seed = first.followed(by: number)
                        var history = try History(seed, keepingJournal: false)
                        try script(&history)
                        steps += history.world.steps
                        if history.problem != nil { failed.append(seed) }
                        // Others wait for this thread.
                        await Task.yield()
                    }
                    return (steps, failed)
                }
            }
            return try await group.reduce(into: (0, [Seed]())) { sum, part in
                sum.0 += part.steps
                sum.1 += part.failed
            }
        }
        for seed in failed { try expectSound(seed, of: script) }
        let seconds = start.duration(to: .now) / .seconds(1)
        print("histories: \(count) \(name), \(steps) engine steps, \((seconds * 10).rounded() / 10) s, from \(first)")
    }
}

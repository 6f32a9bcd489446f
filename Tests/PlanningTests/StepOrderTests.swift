import Fabric
import Planning
import TestSupport
import Testing

@Suite("The order of steps of several partitions")
struct StepOrderTests {
    private let planner = Planner(enforcesFlags: true)
    private let guids = (1...12).compactMap { GUID(UInt64($0)) }

    private func pkey(_ number: Int) throws -> PKey { try #require(PKey(PartitionNumber(lowBitsOf: UInt16(number)))) }

    private func change(_ number: Int, from old: [Int]?, to new: [Int]?) throws -> PartitionChange {
        let pkey = try pkey(number)
        func members(_ numbers: [Int]) -> [Member] { numbers.map { Member(guid: guids[$0], index0: true) } }
        return PartitionChange(
            pkey,
            from: old.map { Partition(number: pkey.number, ipOverIB: false, members: members($0)) },
            to: new.map { PartitionGoal(pkey, members: members($0), ipOverIB: false) })
    }

    @Test("All that takes away comes before all that gives, each in ascending order of PKey")
    func twoHalves() throws {
        let order = planner.order([
            try change(4, from: [6], to: nil), try change(3, from: [0], to: [0, 1]),
            try change(2, from: [2, 3], to: [2]),
            try change(1, from: nil, to: [4]), try change(5, from: [7], to: [7]),
        ])
        #expect(order.leaving.map(\.pkey) == [try pkey(2), try pkey(4)])
        #expect(order.joining.map(\.pkey) == [try pkey(1), try pkey(3)])
        #expect(order.leaving.last?.steps == [.delete(try pkey(4))])
        #expect(order.steps[try pkey(5)] == [])
    }

    @Test("One request exchanges members, unless one who leaves is on the way to another partition")
    func exchange() throws {
        let alone = planner.order([try change(1, from: [0, 1], to: [1, 2])])
        #expect(alone.leaving.isEmpty && alone.joining.count == 1)
        let moving = planner.order([try change(1, from: [0, 1], to: [1, 2]), try change(2, from: [3], to: [0, 3])])
        #expect(moving.leaving.map(\.steps) == [[.remove(try pkey(1), [guids[0]])]])
        #expect(moving.joining.map(\.pkey) == [try pkey(1), try pkey(2)])
    }

    @Test("Two partitions that swap their ports give both up before either gets one")
    func swap() throws {
        let order = planner.order([try change(1, from: [0], to: [1]), try change(2, from: [1], to: [0])])
        #expect(order.leaving.map(\.steps) == [[.remove(try pkey(1), [guids[0]])], [.remove(try pkey(2), [guids[1]])]])
        #expect(order.joining.count == 2)
    }

    @Test(
        "Whatever moves where, no port is in two partitions for the sake of a move, and all get there",
        arguments: [Seed.fresh()])
    func moves(seed: Seed) throws {
        var random = SeededGenerator(seed)
        for round in 0..<5_000 {
            let context = Comment("\(seed), round \(round)")
            // Each port is in one partition at most, before and after.
            let before = places(&random)
            let after = places(&random)
            let changes = try (1...4).map { number in
                try change(
                    number, from: before[number], to: after[number])
            }
            let order = planner.order(changes.shuffled(using: &random))
            var fabric = Dictionary(
                uniqueKeysWithValues: changes.compactMap { change in change.actual.map { (change.pkey, $0) } })
            for step in (order.leaving + order.joining).flatMap(\.steps) {
                fabric[step.pkey] = step.applied(to: fabric[step.pkey])
                let all = fabric.values.flatMap { $0.members.guids }
                #expect(Set(all).count == all.count, context)
            }
            for change in changes { #expect(fabric[change.pkey]?.members == change.goal?.members, context) }
        }
    }

    /// Ports by partition; some partitions are not there.
    private func places(_ random: inout SeededGenerator) -> [Int: [Int]] {
        var places: [Int: [Int]] = [:]
        for guid in guids.indices {
            let number = Int.random(in: 0...4, using: &random)
            if number > 0 { places[number, default: []].append(guid) }
        }
        return places
    }
}

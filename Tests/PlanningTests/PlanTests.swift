import Fabric
import Planning
import TestSupport
import Testing

@Suite("The plan of a fabric")
struct PlanTests {
    private let member: Member
    private let other: Member

    init() throws {
        member = Member(guid: try GUID(parsing: "043f720300f55176"), index0: true)
        other = Member(guid: try GUID(parsing: "043f720300f55177"), index0: true)
    }

    private func pkey(_ number: UInt16) throws -> PKey {
        try #require(PKey(PartitionNumber(lowBitsOf: number)))
    }

    private func partition(_ number: UInt16, _ members: Member...) -> Partition {
        let number = PartitionNumber(lowBitsOf: number)
        return Partition(number: number, name: "api_pkey_\(number)", ipOverIB: false, members: members)
    }

    private func present(_ members: Member...) throws -> Intent {
        .present(try #require(DesiredPartition(members: members, ipOverIB: false)))
    }

    @Test("Every verdict there is, for the partition that deserves it")
    func verdicts() throws {
        let intents: [PKey: Intent] = [
            try pkey(0x1): try present(member), try pkey(0x2): try present(member), try pkey(0x3): try present(member),
            try pkey(0x4): .absent, try pkey(0x5): .absent, try pkey(0x6): .absent, try pkey(0x7): .absent,
            try pkey(0x8): .held(.unreadable), try pkey(0x9): .held(.deletionGuard),
        ]
        let actual = FabricSnapshot(complete: [
            partition(0x1, member), partition(0x3, other), partition(0x4, other), partition(0x6, other),
            partition(0x9, other), partition(0xa, other), partition(0x4000, other), partition(0x7fff, other),
        ])
        let owned = Set(try [0x1, 0x4, 0x5, 0x9, 0xa, 0xb].map { try pkey($0) })
        let plan = Plan(intents: intents, actual: actual, owned: owned)
        let verdicts = Dictionary(uniqueKeysWithValues: plan.entries.map { ($0.number.value, $0.verdict) })
        #expect(
            verdicts == [
                0x1: .inStep, 0x2: .create, 0x3: .conflict(Conflict([other.guid])), 0x4: .delete, 0x5: .release,
                0x6: .unmanaged, 0x7: .inStep,
                0x8: .held(.unreadable), 0x9: .held(.deletionGuard), 0xa: .delete, 0xb: .release, 0x4000: .unmanaged,
                0x7fff: .unmanaged,
            ])
        #expect(plan.hasDrift)
        #expect(plan.entries.filter(\.isDrift).map(\.number.value) == [0x2, 0x3, 0x4, 0x9, 0xa])
        let changing = plan.entries.filter { !$0.steps.isEmpty }.map(\.number.value)
        #expect(changing == [0x2, 0x4, 0xa])
        let change = try #require(plan.entries.first { $0.number.value == 0x3 })
        #expect(change.difference?.missing == [member])
        #expect(change.difference?.unexpected == [other.guid])
        #expect(plan.entries.filter(\.isOwned).map(\.number.value) == [0x1, 0x4, 0x5, 0x9, 0xa, 0xb])
    }

    @Test("A plan without anything to do shows no drift")
    func empty() throws {
        let plan = Plan(
            intents: [try pkey(0x1): try present(member), try pkey(0x2): .held(.policy)],
            actual: FabricSnapshot(complete: [partition(0x1, member), partition(0x4000, other)]), owned: [])
        #expect(!plan.hasDrift)
        #expect(plan.entries.count == 3)
    }

    @Test(
        "Whatever the inputs and their order: each partition once, in ascending order, and the same plan again",
        arguments: [Seed.fresh()])
    func totalAndDeterministic(seed: Seed) throws {
        var random = SeededGenerator(seed)
        let numbers = (0x1...0x20).map { UInt16($0) } + [0x7fff]
        for round in 0..<2_000 {
            let context = Comment("\(seed), round \(round)")
            var intents: [(PKey, Intent)] = []
            var partitions: [Partition] = []
            var owned: [PKey] = []
            for number in numbers {
                if Bool.random(using: &random) { partitions.append(partition(number, other)) }
                guard let pkey = PKey(PartitionNumber(lowBitsOf: number)) else { continue }
                if Bool.random(using: &random) { owned.append(pkey) }
                switch Int.random(in: 0..<5, using: &random) {
                case 0: intents.append((pkey, .absent))
                case 1: intents.append((pkey, .held(.unreadable)))
                case 2: intents.append((pkey, try present(member, other)))
                case 3: intents.append((pkey, try present(other)))
                default: break
                }
            }
            let plans = (0..<2).map { _ in
                Plan(
                    intents: Dictionary(uniqueKeysWithValues: intents.shuffled(using: &random)),
                    actual: FabricSnapshot(complete: partitions.shuffled(using: &random)),
                    owned: Set(owned.shuffled(using: &random)))
            }
            #expect(plans[0] == plans[1], context)
            let expected = Set(partitions.map(\.number)).union(intents.map(\.0.number)).union(owned.map(\.number))
            #expect(plans[0].entries.map(\.number) == expected.sorted(), context)
            for entry in plans[0].entries {
                let isKnown =
                    intents.contains { $0.0.number == entry.number } || owned.contains { $0.number == entry.number }
                #expect(isKnown || (entry.verdict == .unmanaged && entry.steps.isEmpty), context)
                #expect(entry.steps.allSatisfy { $0.pkey.number == entry.number }, context)
            }
        }
    }
}

import Fabric
import Planning
import TestSupport
import Testing

/// What an import and the command line may want beside what the daemon does: names, quality of service, nobody.
@Suite("Steps towards a goal")
struct GoalTests {
    private let planner = Planner(enforcesFlags: true)
    private let pkey: PKey
    private let qos = QualityOfService(mtuLimit: 4, serviceLevel: 3, rateLimit: 100)

    init() throws {
        pkey = try PKey(parsing: "0x5000")
    }

    private func members(_ numbers: ClosedRange<Int>, _ membership: Membership = .full, index0: Bool = true) -> [Member]
    {
        numbers.compactMap { GUID(UInt64($0)) }.map { Member(guid: $0, membership: membership, index0: index0) }
    }

    private func partition(_ members: [Member], name: String? = nil, qos: QualityOfService? = nil) -> Partition {
        Partition(number: pkey.number, name: name, ipOverIB: false, members: members, qos: qos)
    }

    private func goal(_ members: [Member], name: String? = nil, qos: QualityOfService? = nil) -> PartitionGoal {
        PartitionGoal(pkey, members: members, ipOverIB: false, name: name, qos: qos)
    }

    private func whole(_ members: [Member], name: String? = nil, qos: QualityOfService? = nil) -> PlanStep {
        .create(NewPartition(pkey, members, ipOverIB: false, name: name, qos: qos, by: .whole))
    }

    @Test("A name, a quality of service and two memberships are made by the request that takes them")
    func wholeCreation() {
        let some = members(1...3)
        #expect(planner.steps(for: goal(some, name: "a"), actual: nil) == [whole(some, name: "a")])
        #expect(planner.steps(for: goal(some, qos: qos), actual: nil) == [whole(some, qos: qos)])
        let mixed = members(1...2) + members(3...3, .limited)
        #expect(planner.steps(for: goal(mixed), actual: nil) == [whole(mixed)])
    }

    @Test("UFM's own quality of service is not sent")
    func commonQoS() {
        let some = members(1...2)
        let steps = planner.steps(for: goal(some, qos: QualityOfService()), actual: nil)
        #expect(steps == [.create(NewPartition(pkey, some, ipOverIB: false, by: .adding))])
    }

    @Test("Those who do not go into the request that makes the partition are added after it")
    func creationInPieces() {
        let many = members(1...600) + members(601...602, index0: false)
        let steps = planner.steps(for: goal(many, name: "a"), actual: nil)
        #expect(
            steps == [
                whole(Array(many.prefix(500)), name: "a"), .add(pkey, Array(many.dropFirst(500)), ipOverIB: false),
            ])
    }

    @Test("Nobody is an empty partition, which is made, and which one with members becomes")
    func nobody() {
        let empty = PlanStep.create(NewPartition(pkey, ipOverIB: false, by: .empty(index0: false)))
        #expect(planner.steps(for: goal([]), actual: nil) == [empty])
        #expect(planner.steps(for: goal([]), actual: partition([])) == [])
        let old = members(1...2)
        #expect(
            planner.steps(for: goal([]), actual: partition(old)) == [.remove(pkey, old.map(\.guid)), empty])
    }

    @Test("A request that sets all members carries the quality of service that is there, and another is set after it")
    func keptQoS() {
        let (old, new) = (members(1...2), members(2...3))
        #expect(
            planner.steps(for: goal(new), actual: partition(old, qos: qos))
                == [.replace(pkey, new, ipOverIB: false, qos: qos)])
        let other = QualityOfService(mtuLimit: 2, serviceLevel: 1, rateLimit: 10)
        #expect(
            planner.steps(for: goal(new, qos: other), actual: partition(old, qos: qos))
                == [.replace(pkey, new, ipOverIB: false, qos: other), .setQoS(pkey, other)])
        #expect(planner.steps(for: goal(old, qos: other), actual: partition(old, qos: qos)) == [.setQoS(pkey, other)])
    }

    @Test("A partition that loses all members is made anew under its name and with its quality of service")
    func remade() {
        let old = members(1...2)
        let new = members(3...3, index0: true) + members(4...4, index0: false)
        let steps = planner.steps(for: goal(new), actual: partition(old, name: "storage", qos: qos))
        #expect(
            steps == [
                .remove(pkey, old.map(\.guid)), whole([new[0]], name: "storage", qos: qos),
                .add(pkey, [new[1]], ipOverIB: false),
            ])
    }

    @Test("What UFM cannot change in a partition that is there is told, and is nothing in one that is made anew")
    func obstacles() {
        let some = members(1...2)
        func obstacle(_ goal: PartitionGoal, _ actual: Partition?) -> Planner.Obstacle? {
            planner.obstacle(to: goal, actual: actual, steps: planner.steps(for: goal, actual: actual))
        }
        #expect(obstacle(goal(some, name: "new"), partition(some, name: "old")) == .name)
        #expect(obstacle(goal(some, name: "old"), partition(some, name: "old")) == nil)
        #expect(obstacle(goal(some, name: "new"), nil) == nil)
        var empty = goal([])
        empty.ipOverIB = true
        #expect(obstacle(empty, partition([])) == .ipOverIB)
        #expect(obstacle(empty, partition(some)) == nil)
        #expect(planner.steps(for: empty, actual: partition([])).isEmpty)
    }

    @Test("No strategy but the first sends a request that sets all members of a partition that is there")
    func strategies() {
        let (old, new) = (partition(members(1...3)), goal(members(2...4), name: "a", qos: qos))
        for strategy in WriteStrategy.allCases {
            let steps = planner.steps(for: new, actual: old, strategy: strategy)
            #expect(steps.contains { if case .replace = $0 { true } else { false } } == (strategy == .single))
            #expect(steps.last == .setQoS(pkey, qos))
        }
        #expect(
            planner.steps(for: new, actual: nil, strategy: .wholeLast) == [
                .create(NewPartition(pkey, members(2...4), ipOverIB: false, name: "a", by: .adding)),
                .setQoS(pkey, qos),
            ])
        #expect(planner.steps(for: new, actual: nil, strategy: .removeThenAdd).count == 1)
    }

    @Test(
        "Any plan for any goal, applied, gives what was wanted, under every strategy; planning again gives nothing",
        arguments: [Seed.fresh()])
    func convergence(seed: Seed) {
        var random = SeededGenerator(seed)
        for round in 0..<20_000 {
            let context = Comment("\(seed), round \(round)")
            let actual = Bool.random(using: &random) ? partition(someMembers(&random), qos: someQoS(&random)) : nil
            let goal = goal(someMembers(&random), qos: someQoS(&random))
            let strategy = WriteStrategy.allCases.randomElement(using: &random) ?? .single
            var planner = planner
            planner.limits.replaced = Int.random(in: 1...8, using: &random)
            let steps = planner.steps(for: goal, actual: actual, strategy: strategy)
            let old = Set(actual.map(\.members.guids) ?? []).subtracting(goal.members.guids)
            let new = Set(goal.members.guids).subtracting(actual.map(\.members.guids) ?? [])
            var state = actual
            for step in steps {
                state = step.applied(to: state)
                let present = Set(state.map(\.members.guids) ?? [])
                #expect(present.isDisjoint(with: old) || present.isDisjoint(with: new), context)
                if case .replace(_, let whole, _, _) = step {
                    #expect(whole == Array(goal.members) && whole.count <= planner.limits.replaced, context)
                }
            }
            #expect(state?.members == goal.members, context)
            if let qos = goal.qos { #expect((state?.qos ?? QualityOfService()) == qos, context) }
            let again = planner.steps(for: goal, actual: state.map(told), strategy: strategy)
            #expect(again.isEmpty, context)
        }
    }

    /// UFM tells a quality of service of every partition.
    private func told(_ partition: Partition) -> Partition {
        var partition = partition
        partition.qos = partition.qos ?? QualityOfService()
        return partition
    }

    private func someQoS(_ random: inout SeededGenerator) -> QualityOfService? {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: nil
        case 1: QualityOfService()
        default: QualityOfService(mtuLimit: 4, serviceLevel: Int.random(in: 0...2, using: &random))
        }
    }

    private func someMembers(_ random: inout SeededGenerator) -> [Member] {
        members(1...10).compactMap { member in
            guard Bool.random(using: &random) else { return nil }
            var member = member
            if Int.random(in: 0..<4, using: &random) == 0 { member.membership = .limited }
            member.index0 = Int.random(in: 0..<4, using: &random) != 0
            return member
        }
    }
}

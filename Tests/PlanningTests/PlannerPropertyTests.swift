import Fabric
import Planning
import TestSupport
import Testing

@Suite("Properties of plans")
struct PlannerPropertyTests {
    @Test(
        "Any plan, applied, gives what was wanted; planning again gives nothing; old and new tenants never meet",
        arguments: [Seed.fresh()])
    func plansConverge(seed: Seed) throws {
        var random = SeededGenerator(seed)
        let planner = Planner()
        let guids = (1...12).compactMap { GUID(UInt64($0)) }
        let pkey = try PKey(parsing: "0x2000")
        for round in 0..<20_000 {
            let context = Comment("\(seed), round \(round)")
            let actual = randomPartition(pkey, guids, &random)
            let intent = randomIntent(guids, &random)
            let isOwned = Bool.random(using: &random)
            let steps = planner.steps(for: pkey, intent: intent, actual: actual, isOwned: isOwned)
            #expect(steps == planner.steps(for: pkey, intent: intent, actual: actual, isOwned: isOwned), context)

            var state = actual
            for step in steps {
                #expect(step.pkey == pkey, context)
                state = step.applied(to: state)
                if case .present(let desired) = intent, let state, let before = actual {
                    let obsolete = Set(before.members.guids).subtracting(desired.members.guids)
                    let new = Set(desired.members.guids).subtracting(before.members.guids)
                    let present = Set(state.members.guids)
                    #expect(present.isDisjoint(with: obsolete) || present.isDisjoint(with: new), context)
                    for member in before.members where desired.members[member.guid] != nil {
                        #expect(state.members[member.guid]?.index0 == member.index0, context)
                    }
                }
            }
            switch intent {
            case .present(let desired):
                #expect(Set(state.map(\.members.guids) ?? []) == Set(desired.members.guids), context)
                #expect(state?.members.allSatisfy { $0.membership == .full } == true, context)
            case .absent: #expect(state == (isOwned ? nil : actual), context)
            case .held: #expect(steps.isEmpty, context)
            }
            #expect(planner.steps(for: pkey, intent: intent, actual: state, isOwned: isOwned).isEmpty, context)
        }
    }

    @Test("A partition is right at one look exactly if no step is to be made", arguments: [Seed.fresh()])
    func rightAtOneLook(seed: Seed) throws {
        var random = SeededGenerator(seed)
        let guids = (1...4).compactMap { GUID(UInt64($0)) }
        let pkey = try PKey(parsing: "0x2000")
        var found = [false: 0, true: 0]
        for round in 0..<20_000 {
            guard case .present(var desired) = randomIntent(guids, &random),
                var actual = randomPartition(pkey, guids, &random)
            else { continue }
            // As a rule the same ports, else hardly any would be right.
            if Int.random(in: 0..<4, using: &random) > 0 {
                actual.members = desired.members.reflagged { member in
                    var member = member
                    if Int.random(in: 0..<4, using: &random) == 0 { member.index0.toggle() }
                    if Int.random(in: 0..<8, using: &random) == 0 { member.membership = .limited }
                    return member
                }
            }
            (actual.tellsIndex0, actual.tellsIPOverIB) = (Bool.random(using: &random), Bool.random(using: &random))
            desired = try #require(
                DesiredPartition(members: desired.members, ipOverIB: Bool.random(using: &random)))
            let planner = Planner(enforcesFlags: Bool.random(using: &random))
            let isRight = planner.isRight(actual, for: desired)
            found[isRight, default: 0] += 1
            let steps = planner.steps(for: pkey, intent: .present(desired), actual: actual, isOwned: true)
            #expect(isRight == steps.isEmpty, "\(seed), round \(round): \(steps)")
        }
        #expect(found.values.allSatisfy { $0 > 1_000 })
    }

    @Test("What waits is in no step, what is to leave leaves, and what does not wait joins", arguments: [Seed.fresh()])
    func waiting(seed: Seed) throws {
        var random = SeededGenerator(seed)
        let planner = Planner()
        let guids = (1...12).compactMap { GUID(UInt64($0)) }
        let (pkey, other) = (try PKey(parsing: "0x2000"), try PKey(parsing: "0x2001"))
        for round in 0..<20_000 {
            let context = Comment("\(seed), round \(round)")
            let actual = randomPartition(pkey, guids, &random)
            guard case .present(let desired) = randomIntent(guids, &random) else { continue }
            let there = Set(actual.map(\.members.guids) ?? [])
            let some = guids.filter { _ in Bool.random(using: &random) }
            guard let waiting = Waiting(Dictionary(uniqueKeysWithValues: some.map { ($0, other) })) else { continue }
            let strategy = WriteStrategy.allCases.randomElement(using: &random) ?? .single
            let steps = planner.steps(for: pkey, desired, without: waiting, actual: actual, strategy: strategy)
            let state = steps.reduce(actual) { $1.applied(to: $0) }
            let waits = Set(some).subtracting(there)
            #expect(Set(steps.flatMap(\.arriving)).isDisjoint(with: waits), context)
            let left = Set(desired.members.guids).subtracting(waits)
            #expect(Set(state.map(\.members.guids) ?? []) == left, context)
            #expect(!steps.contains(.delete(pkey)), context)
            if left.isEmpty { #expect(steps.count == (there.isEmpty ? 0 : 1), context) }
        }
    }

    private func randomPartition(_ pkey: PKey, _ guids: [GUID], _ random: inout SeededGenerator) -> Partition? {
        let members = guids.filter { _ in Bool.random(using: &random) }.map { guid in
            Member(
                guid: guid, membership: Bool.random(using: &random) ? .full : .limited,
                index0: Bool.random(using: &random))
        }
        if members.isEmpty, Bool.random(using: &random) { return nil }
        return Partition(number: pkey.number, ipOverIB: Bool.random(using: &random), members: members)
    }

    private func randomIntent(_ guids: [GUID], _ random: inout SeededGenerator) -> Intent {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .absent
        case 1: return .held(.unreadable)
        default:
            let index0 = Bool.random(using: &random)
            let members = guids.filter { _ in Bool.random(using: &random) }.map { Member(guid: $0, index0: index0) }
            return DesiredPartition(members: members, ipOverIB: false).map(Intent.present) ?? .absent
        }
    }
}

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
                    let obsolete = Set(before.members.keys).subtracting(desired.members.keys)
                    let new = Set(desired.members.keys).subtracting(before.members.keys)
                    let present = Set(state.members.keys)
                    #expect(present.isDisjoint(with: obsolete) || present.isDisjoint(with: new), context)
                    for member in before.members.values where desired.members[member.guid] != nil {
                        #expect(state.members[member.guid] == member, context)
                    }
                }
            }
            switch intent {
            case .present(let desired):
                #expect(Set(state.map { Array($0.members.keys) } ?? []) == Set(desired.members.keys), context)
            case .absent: #expect(state == (isOwned ? nil : actual), context)
            case .held: #expect(steps.isEmpty, context)
            }
            #expect(planner.steps(for: pkey, intent: intent, actual: state, isOwned: isOwned).isEmpty, context)
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

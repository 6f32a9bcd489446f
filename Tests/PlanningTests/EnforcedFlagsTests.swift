import Fabric
import Planning
import TestSupport
import Testing

@Suite("Plans that enforce flags")
struct EnforcedFlagsTests {
    private let planner = Planner(enforcesFlags: true)
    private let pkey: PKey
    private let guids = (1...12).compactMap { GUID(UInt64($0)) }

    init() throws {
        pkey = try PKey(parsing: "0x2000")
    }

    @Test(
        "Applied, they give exactly the wanted members and flags, and old and new tenants never meet",
        arguments: [Seed.fresh()])
    func exactness(seed: Seed) throws {
        var random = SeededGenerator(seed)
        for round in 0..<20_000 {
            let context = Comment("\(seed), round \(round)")
            let actual = Bool.random(using: &random) ? partition(&random) : nil
            guard let desired = DesiredPartition(members: members(&random), ipOverIB: Bool.random(using: &random))
            else { continue }
            var state = actual
            let old = Set(actual.map(\.members.guids) ?? []).subtracting(desired.members.guids)
            let new = Set(desired.members.guids).subtracting(actual.map(\.members.guids) ?? [])
            for step in planner.steps(for: pkey, intent: .present(desired), actual: actual, isOwned: true) {
                state = step.applied(to: state)
                let present = Set(state.map(\.members.guids) ?? [])
                #expect(present.isDisjoint(with: old) || present.isDisjoint(with: new), context)
            }
            #expect(state?.members == desired.members, context)
            #expect(state?.ipOverIB == desired.ipOverIB, context)
            #expect(planner.steps(for: pkey, intent: .present(desired), actual: state, isOwned: true).isEmpty, context)
        }
    }

    @Test("A wrong flag is one request that names the members concerned; without enforcement it is none")
    func oneFlag() throws {
        let wanted = guids.prefix(3).map { Member(guid: $0, index0: true) }
        let desired = Intent.present(try #require(DesiredPartition(members: wanted, ipOverIB: false)))
        var actual = Partition(number: pkey.number, ipOverIB: false, members: wanted)
        actual.members[guids[1]]?.index0 = false
        #expect(
            planner.steps(for: pkey, intent: desired, actual: actual, isOwned: true)
                == [.add(pkey, [wanted[1]], ipOverIB: false)])
        #expect(Planner().steps(for: pkey, intent: desired, actual: actual, isOwned: true).isEmpty)

        actual = Partition(number: pkey.number, ipOverIB: true, members: wanted)
        #expect(
            planner.steps(for: pkey, intent: desired, actual: actual, isOwned: true)
                == [.add(pkey, [wanted[0]], ipOverIB: false)])
        #expect(Planner().steps(for: pkey, intent: desired, actual: actual, isOwned: true).isEmpty)
    }

    private func members(_ random: inout SeededGenerator) -> [Member] {
        guids.compactMap { guid in
            guard Bool.random(using: &random) else { return nil }
            return Member(
                guid: guid, membership: Int.random(in: 0..<4, using: &random) == 0 ? .limited : .full,
                index0: Bool.random(using: &random))
        }
    }

    private func partition(_ random: inout SeededGenerator) -> Partition {
        Partition(number: pkey.number, ipOverIB: Bool.random(using: &random), members: members(&random))
    }

    @Test("What UFM does not tell is not enforced, and what it tells is")
    func untoldFlags() throws {
        let pkey = try PKey(parsing: "0x2000")
        let guid = try GUID(parsing: "043f720300f55101")
        let desired = try #require(DesiredPartition(members: [Member(guid: guid, index0: true)], ipOverIB: false))
        var actual = Partition(number: pkey.number, ipOverIB: true, members: [Member(guid: guid, index0: false)])
        let planner = Planner(enforcesFlags: true)
        func steps() -> Int { planner.steps(for: pkey, intent: .present(desired), actual: actual, isOwned: true).count }
        #expect(steps() == 1 && !planner.difference(from: actual, to: desired).isEmpty)
        actual.tellsIndex0 = false
        #expect(steps() == 1)
        actual.tellsIPOverIB = false
        #expect(steps() == 0 && planner.difference(from: actual, to: desired).isEmpty)
        // Membership is always told, and always enforced.
        actual.members[guid]?.membership = .limited
        #expect(steps() == 1)
    }
}

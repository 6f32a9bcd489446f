import TestSupport
import Testing

@testable import Fabric

@Suite("Members of a partition")
struct MembersTests {
    @Test("Whatever is set and taken away, they are what a dictionary would have, in ascending order")
    func likeADictionary() throws {
        let seed = Seed.fresh()
        var random = SeededGenerator(seed)
        for _ in 0..<2_000 {
            let drawn = (0..<Int.random(in: 0..<12, using: &random)).compactMap { _ in member(&random) }
            var members = Members(drawn)
            var expected = Dictionary(drawn.map { ($0.guid, $0) }, uniquingKeysWith: { _, later in later })
            for _ in 0..<6 {
                guard let one = member(&random) else { continue }
                let isSet = Bool.random(using: &random)
                members[one.guid] = isSet ? one : nil
                expected[one.guid] = isSet ? one : nil
            }
            #expect(Array(members) == expected.values.sorted { $0.guid < $1.guid }, "\(seed)")
            #expect(members.guids == expected.keys.sorted(), "\(seed)")
            #expect(
                (1...9).allSatisfy { number in GUID(number).map { members[$0] == expected[$0] } ?? true }, "\(seed)")
            #expect(members == Members(expected.values), "\(seed)")
        }
    }

    @Test("Two are the same where each member is, whether their flags are kept once or for each")
    func same() throws {
        let seed = Seed.fresh()
        var random = SeededGenerator(seed)
        for _ in 0..<4_000 {
            let one = Members((0..<3).compactMap { _ in member(&random) })
            // Another that differs in little, if in anything.
            let other = one.reflagged { member in
                var member = member
                if Int.random(in: 0..<4, using: &random) == 0 { member.membership = .limited }
                if Int.random(in: 0..<4, using: &random) == 0 { member.index0 = true }
                return member
            }
            let (mine, others) = (Array(one), Array(other))
            let isRight = zip(mine, others).allSatisfy { $0.membership == $1.membership }
            #expect((one == other) == (mine == others), "\(seed)")
            #expect(mine != others || one.hashValue == other.hashValue, "\(seed)")
            #expect(one.are(other, regardlessOfIndex0: true) == isRight, "\(seed)")
            #expect(one.are(other, regardlessOfIndex0: false) == (mine == others), "\(seed)")
            #expect(!one.are(Members(mine.dropLast()), regardlessOfIndex0: true) || mine.isEmpty, "\(seed)")
        }
    }

    private func member(_ random: inout SeededGenerator) -> Member? {
        GUID(UInt64.random(in: 1...9, using: &random)).map {
            Member(
                guid: $0, membership: Bool.random(using: &random) ? .full : .limited,
                index0: Bool.random(using: &random))
        }
    }
}

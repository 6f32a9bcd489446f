/// GUIDs that one request may add together: UFM takes one membership and one `index0` for all of them.
package struct MemberBatch: Hashable, Sendable {
    package struct Flags: Hashable, Sendable {
        package let membership: Membership
        package let index0: Bool
    }

    package let flags: Flags
    package let guids: [GUID]

    /// The members by flags, each GUID once, ascending, in pieces of at most `most`. Of two with one GUID the later counts.
    package static func batches(of members: some Sequence<Member>, most: Int) -> [MemberBatch] {
        let unique = Dictionary(members.map { ($0.guid, $0) }, uniquingKeysWith: { _, later in later })
        let groups = Dictionary(grouping: unique.values) { Flags(membership: $0.membership, index0: $0.index0) }
        let order = Membership.allCases.flatMap { membership in
            [true, false].map { Flags(membership: membership, index0: $0) }
        }
        return order.flatMap { flags in
            (groups[flags] ?? []).map(\.guid).sorted().pieces(of: most).map { MemberBatch(flags: flags, guids: $0) }
        }
    }

    /// Two batches with half of the GUIDs each; one where there is only one.
    package var halves: [MemberBatch] { guids.halves.map { MemberBatch(flags: flags, guids: $0) } }

    /// The members that it stands for.
    package var members: [Member] {
        guids.map { Member(guid: $0, membership: flags.membership, index0: flags.index0) }
    }
}

extension Array {
    /// In pieces of this size, the last one smaller.
    package func pieces(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: Swift.max(1, size)).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }

    /// Two arrays with half of the elements each; one where there is only one.
    package var halves: [[Element]] { pieces(of: (count + 1) / 2) }
}

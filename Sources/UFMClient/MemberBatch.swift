import Fabric

/// GUIDs that one request may add together: `POST` takes one membership and one `index0` for all.
struct MemberBatch: Equatable {
    struct Flags: Hashable {
        let membership: Membership
        let index0: Bool
    }

    /// UFM names no limit; 500 keeps a request small and its refusal worth splitting.
    static let mostGUIDs = 500
    /// A `DELETE` has its GUIDs in the path; more than this has not been seen to work.
    static let mostRemovals = 100
    /// A `PUT` must hold all members. Up to here it is 80 KB at most, which every web server takes; a larger change
    /// is made of `DELETE`s and `POST`s.
    static let mostReplaced = 2_000
    /// Apache takes request lines of up to 8,190 bytes.
    static let longestRequestLine = 7_999

    let flags: Flags
    let guids: [GUID]

    /// The members by flags, in ascending order of GUID, in pieces of at most ``mostGUIDs``.
    static func batches(of members: [Member]) -> [MemberBatch] {
        let groups = Dictionary(grouping: unique(members)) { Flags(membership: $0.membership, index0: $0.index0) }
        let order = Membership.allCases.flatMap { membership in
            [true, false].map { Flags(membership: membership, index0: $0) }
        }
        return order.flatMap { flags in
            (groups[flags] ?? []).map(\.guid).pieces(of: mostGUIDs).map { MemberBatch(flags: flags, guids: $0) }
        }
    }

    /// The GUIDs, ascending, in pieces for paths that have `pathBytes` bytes before the first GUID.
    static func removals(of guids: [GUID], pathBytes: Int) -> [[GUID]] {
        let fixed = "DELETE ".utf8.count + pathBytes + " HTTP/1.1".utf8.count
        // 16 digits and a comma each, but for the last, which has no comma.
        let fitting = (longestRequestLine - fixed + 1) / 17
        return Set(guids).sorted().pieces(of: Swift.max(1, Swift.min(mostRemovals, fitting)))
    }

    /// Each GUID once, in ascending order; of two with one GUID the later counts, as everywhere.
    static func unique(_ members: [Member]) -> [Member] {
        Dictionary(members.map { ($0.guid, $0) }, uniquingKeysWith: { _, later in later }).values
            .sorted { $0.guid < $1.guid }
    }

    /// Two batches with half of the GUIDs each.
    var halves: [MemberBatch] {
        guids.halves.map { MemberBatch(flags: flags, guids: $0) }
    }

    /// The members that it stands for.
    var members: [Member] {
        guids.map { Member(guid: $0, membership: flags.membership, index0: flags.index0) }
    }
}

extension Array {
    /// Two arrays with half of the elements each; one where there is only one.
    var halves: [[Element]] { pieces(of: (count + 1) / 2) }

    fileprivate func pieces(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: Swift.max(1, size)).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

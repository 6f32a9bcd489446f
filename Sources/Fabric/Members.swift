/// The members of a partition, in ascending order of GUID; a port is in it once.
///
/// Two arrays at most and no hash table: a fabric has millions, and each is looked up seldom.
package struct Members: Hashable, Sendable {
    /// In ascending order.
    package private(set) var guids: [GUID] = []
    private var flags = FlagsOfAll.same(MemberFlags())

    /// Of two with one GUID the later counts.
    package init(_ members: some Sequence<Member>) {
        if let members = members as? Members {
            self = members
            return
        }
        var sorted = Array(members)
        if !Self.isAscending(sorted) {
            let inOrder = sorted.enumerated().sorted { ($0.element.guid, $0.offset) < ($1.element.guid, $1.offset) }
            sorted = inOrder.map(\.element)
            var kept = 0
            for member in sorted.dropFirst() {
                if sorted[kept].guid != member.guid { kept += 1 }
                sorted[kept] = member
            }
            sorted.removeSubrange((kept + 1)...)
        }
        keep(sorted)
    }

    private static func isAscending(_ members: [Member]) -> Bool {
        zip(members, members.dropFirst()).allSatisfy { $0.guid < $1.guid }
    }

    /// - Parameter members: in ascending order.
    private mutating func keep(_ members: [Member]) {
        guids = members.map(\.guid)
        flags = FlagsOfAll(members)
    }

    package subscript(guid: GUID) -> Member? {
        get {
            let index = position(of: guid)
            return index < guids.count && guids[index] == guid ? self[index] : nil
        }
        set {
            let index = position(of: guid)
            let isThere = index < guids.count && guids[index] == guid
            guard isThere || newValue != nil else { return }
            var members = Array(self)
            switch (newValue, isThere) {
            case (let member?, true): members[index] = member
            case (let member?, false): members.insert(member, at: index)
            case (nil, _): members.remove(at: index)
            }
            keep(members)
        }
    }

    /// Where it is, or would be.
    private func position(of guid: GUID) -> Int {
        var (low, high) = (0, guids.count)
        while low < high {
            let middle = (low + high) / 2
            if guids[middle] < guid { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether these are the same ports with the same memberships, and index 0 where that counts.
    package func are(_ others: Members, regardlessOfIndex0: Bool) -> Bool {
        if !regardlessOfIndex0 || self == others { return self == others }
        return guids == others.guids
            && indices.allSatisfy { flags[$0].membership == others.flags[$0].membership }
    }

    /// The same ports, each with other flags.
    package func reflagged(_ change: (Member) -> Member) -> Members { Members(map(change)) }
}

/// What is kept of a member beside its GUID, in one byte.
private struct MemberFlags: Hashable {
    let isLimited: Bool
    let index0: Bool

    init(_ member: Member) {
        (isLimited, index0) = (member.membership == .limited, member.index0)
    }

    /// Those of the members that there are none of.
    init() { (isLimited, index0) = (false, false) }

    var membership: Membership { isLimited ? .limited : .full }
}

/// The flags of all members of a partition. Nearly always they are the same for all, and then they are kept once: half of what a
/// large fabric takes would be flags.
private enum FlagsOfAll: Hashable {
    case same(MemberFlags)
    /// Of each in turn; not all the same, so that equal ones are equal.
    case each([MemberFlags])

    init(_ members: [Member]) {
        let first = members.first.map(MemberFlags.init) ?? MemberFlags()
        self = members.allSatisfy { MemberFlags($0) == first } ? .same(first) : .each(members.map(MemberFlags.init))
    }

    subscript(position: Int) -> MemberFlags {
        switch self {
        case .same(let flags): flags
        case .each(let all): all[position]
        }
    }
}

extension Members: RandomAccessCollection {
    package var startIndex: Int { guids.startIndex }
    package var endIndex: Int { guids.endIndex }
    package subscript(position: Int) -> Member {
        let flags = flags[position]
        return Member(guid: guids[position], membership: flags.membership, index0: flags.index0)
    }
}

extension Members: ExpressibleByArrayLiteral {
    package init(arrayLiteral members: Member...) { self.init(members) }
}

/// The members of a partition, in ascending order of GUID; a port is in it once.
///
/// One array and no hash table: a fabric has millions, each is looked up seldom, and two that are equal are so byte by byte.
package struct Members: Hashable, Sendable {
    private var sorted: [Member] = []

    /// Of two with one GUID the later counts.
    package init(_ members: some Sequence<Member>) {
        sorted = Array(members)
        guard !isAscending else { return }
        let inOrder = sorted.enumerated().sorted { ($0.element.guid, $0.offset) < ($1.element.guid, $1.offset) }
        sorted = inOrder.map(\.element)
        var kept = 0
        for member in sorted.dropFirst() {
            if sorted[kept].guid != member.guid { kept += 1 }
            sorted[kept] = member
        }
        sorted.removeSubrange((kept + 1)...)
    }

    private var isAscending: Bool { zip(sorted, sorted.dropFirst()).allSatisfy { $0.guid < $1.guid } }

    /// In ascending order.
    package var guids: [GUID] { sorted.map(\.guid) }

    package subscript(guid: GUID) -> Member? {
        get {
            let index = position(of: guid)
            return index < sorted.count && sorted[index].guid == guid ? sorted[index] : nil
        }
        set {
            let index = position(of: guid)
            let isThere = index < sorted.count && sorted[index].guid == guid
            switch (newValue, isThere) {
            case (let member?, true): sorted[index] = member
            case (let member?, false): sorted.insert(member, at: index)
            case (nil, true): sorted.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// Where it is, or would be.
    private func position(of guid: GUID) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].guid < guid { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether these are the same ports with the same memberships, and index 0 where that counts.
    package func are(_ others: Members, regardlessOfIndex0: Bool) -> Bool {
        if !regardlessOfIndex0 || sorted == others.sorted { return sorted == others.sorted }
        return sorted.count == others.sorted.count
            && zip(sorted, others.sorted).allSatisfy { $0.guid == $1.guid && $0.membership == $1.membership }
    }

    /// The same ports, each with other flags.
    package func reflagged(_ change: (Member) -> Member) -> Members { Members(sorted.map(change)) }
}

extension Members: RandomAccessCollection {
    package var startIndex: Int { sorted.startIndex }
    package var endIndex: Int { sorted.endIndex }
    package subscript(position: Int) -> Member { sorted[position] }
}

extension Members: ExpressibleByArrayLiteral {
    package init(arrayLiteral members: Member...) { self.init(members) }
}

import Fabric

/// What makes one set of members of another: all lists in ascending order of GUID.
struct MemberDifference: Equatable {
    let added: [Member]
    let removed: [GUID]
    /// Members that stay with other flags; these are the new ones.
    let changed: [Member]

    var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }
    /// Whether members must be sent for it.
    var hasAdditions: Bool { !added.isEmpty || !changed.isEmpty }

    init(from current: [GUID: Member], to wanted: [GUID: Member]) {
        let ascending = wanted.values.sorted { $0.guid < $1.guid }
        added = ascending.filter { current[$0.guid] == nil }
        changed = ascending.filter { current[$0.guid] != nil && current[$0.guid] != $0 }
        removed = current.keys.filter { wanted[$0] == nil }.sorted()
    }

    /// `1 added, 2 removed, 1 changed`, without what is none.
    var words: String {
        let parts = [(added.count, "added"), (removed.count, "removed"), (changed.count, "changed")]
        return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    }

    /// One line for each member that differs: `+` added, `-` removed, `~` changed.
    var lines: [String] {
        added.map { "+ \(Self.words($0))" } + removed.map { "- \($0)" } + changed.map { "~ \(Self.words($0))" }
    }

    private static func words(_ member: Member) -> String {
        "\(member.guid) \(member.membership.rawValue)" + (member.index0 ? " index0" : "")
    }
}

import Fabric

/// What makes UFM's partitions those of a file; a pure value.
struct ImportPlan {
    /// What is to be done to one partition.
    struct Entry {
        enum Action: String {
            case create, change, delete, unchanged
        }

        let pkey: PKey
        /// As UFM has it; nil where it does not.
        let current: Partition?
        /// As the file has it; nil where it does not.
        let wanted: Partition?
        let difference: MemberDifference

        var action: Action {
            guard let wanted else { return .delete }
            guard let current else { return .create }
            let isSame = difference.isEmpty && current.ipOverIB == wanted.ipOverIB && !changesName
            return isSame ? .unchanged : .change
        }

        /// Whether the file has a name for a partition that UFM has under another one.
        var changesName: Bool {
            guard let current, let wanted else { return false }
            return current.customName != wanted.customName
        }

        /// Whether this takes something away.
        var isDestructive: Bool { action == .delete || !difference.removed.isEmpty }

        init(_ pkey: PKey, current: Partition?, wanted: Partition?) {
            self.pkey = pkey
            self.current = current
            self.wanted = wanted
            difference = MemberDifference(from: current?.members ?? [:], to: wanted?.members ?? [:])
        }
    }

    /// In ascending order of PKey; also those without a change.
    let entries: [Entry]

    /// The default partition is not looked at: there is no `PKey` for it.
    init(from snapshot: FabricSnapshot, to file: PartitionFile, prunes: Bool) {
        let wanted = Dictionary(
            file.partitions.map { ($0.pkey, $0.partition) }, uniquingKeysWith: { _, later in later })
        var pkeys = Set(wanted.keys)
        if prunes { pkeys.formUnion(snapshot.partitions.keys.compactMap { PKey($0) }) }
        entries = pkeys.sorted().map { Entry($0, current: snapshot[$0], wanted: wanted[$0]) }
    }

    var changes: [Entry] { entries.filter { $0.action != .unchanged } }

    /// What is to be taken away, in words; nil where nothing is.
    var destruction: String? {
        let deletions = changes.count { $0.action == .delete }
        let emptied = changes.filter { $0.action != .delete && !$0.difference.removed.isEmpty }
        let removals = emptied.reduce(0) { $0 + $1.difference.removed.count }
        let parts = [
            deletions > 0 ? "delete \(deletions) PKeys" : nil,
            removals > 0 ? "remove \(removals) members from \(emptied.count) PKeys" : nil,
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }
}

extension ImportPlan.Entry {
    /// One line for people: `~ PKey 0x5000: 1 added, 2 removed, IP over IB no → yes`.
    var words: String {
        switch action {
        case .create: "+ PKey \(pkey): create with \(difference.added.count) GUIDs"
        case .delete: "- PKey \(pkey): delete with \(difference.removed.count) GUIDs"
        case .unchanged: "= PKey \(pkey): unchanged"
        case .change: "~ PKey \(pkey): " + changeWords.joined(separator: ", ")
        }
    }

    private var changeWords: [String] {
        guard let current, let wanted else { return [] }
        var parts = difference.isEmpty ? [] : [difference.words]
        if current.ipOverIB != wanted.ipOverIB {
            parts.append("IP over IB \(yesNo(current.ipOverIB)) → \(yesNo(wanted.ipOverIB))")
        }
        if changesName { parts.append("name \(shown(current.customName)) → \(shown(wanted.customName))") }
        return parts
    }

    private func yesNo(_ value: Bool) -> String { value ? "yes" : "no" }
    private func shown(_ name: String?) -> String { name.map { safeLine(Array($0.utf8)) } ?? "-" }
}

import Fabric
import Text
import UFMClient

/// What makes UFM's partitions those of a file; a pure value.
struct ImportPlan {
    /// What is to be done to one partition.
    struct Entry {
        enum Action: String {
            case create, change, delete, unchanged
        }

        let pkey: PKey
        /// As UFM has it; nil where it does not.
        let current: PartitionState?
        /// As the file has it; nil where it does not.
        let wanted: PartitionState?
        let difference: MemberDifference

        init(_ pkey: PKey, current: PartitionState?, wanted: PartitionState?) {
            self.pkey = pkey
            self.current = current
            self.wanted = wanted
            difference = MemberDifference(
                from: current?.partition.members ?? [:], to: wanted?.partition.members ?? [:])
        }
    }

    /// In ascending order of PKey; also those without a change.
    let entries: [Entry]

    /// - Parameter prunes: whether what is not in the file is to go.
    init(from current: [PKey: PartitionState], to file: PartitionFile, prunes: Bool) {
        let wanted = Dictionary(file.partitions.map { ($0.pkey, $0) }, uniquingKeysWith: { _, later in later })
        let pkeys = prunes ? Set(wanted.keys).union(current.keys) : Set(wanted.keys)
        entries = pkeys.sorted().map { Entry($0, current: current[$0], wanted: wanted[$0]) }
    }

    var changes: [Entry] { entries.filter { $0.action != .unchanged } }

    /// What is to be taken away, in words; nil where nothing is.
    var destruction: String? {
        let deletions = changes.count { $0.action == .delete }
        let poorer = changes.filter { $0.action != .delete && !$0.difference.removed.isEmpty }
        let removals = poorer.reduce(0) { $0 + $1.difference.removed.count }
        let parts = [
            deletions > 0 ? "delete \(deletions) PKeys" : nil,
            removals > 0 ? "remove \(removals) members from \(poorer.count) PKeys" : nil,
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: " and ")
    }
}

extension ImportPlan.Entry {
    var action: Action {
        guard let wanted else { return .delete }
        guard current != nil else { return .create }
        let isSame = difference.isEmpty && !changesIPOverIB && !changesName && !changesQoS(to: wanted.qos)
        return isSame ? .unchanged : .change
    }

    var changesIPOverIB: Bool {
        guard let current, let wanted else { return false }
        return current.partition.ipOverIB != wanted.partition.ipOverIB
    }

    /// Whether the file has a name for a partition that UFM has under another one. Without a name in the file any will do.
    var changesName: Bool {
        guard let current, let name = wanted?.partition.customName else { return false }
        return current.partition.customName != name
    }

    /// Likewise for the quality of service.
    func changesQoS(to qos: QualityOfService?) -> Bool {
        guard let current, let qos else { return false }
        return current.qos != qos
    }

    /// Whether this takes something away.
    var isDestructive: Bool { action == .delete || !difference.removed.isEmpty }

    /// Whether nobody who is in it now is to stay: UFM deletes a partition with its last member.
    var losesAll: Bool { !difference.removed.isEmpty && difference.removed.count == current?.partition.members.count }

    /// What the file asks of a partition that UFM has and no request can do; nil where there is nothing.
    var impossibility: String? {
        if changesName { return "UFM names a PKey when it is created only: delete it and import again" }
        if changesIPOverIB, wanted?.partition.members.isEmpty == true {
            return "UFM sets IP over IB with members only, and there are none: delete the PKey and import again"
        }
        return nil
    }

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
        if changesIPOverIB { parts.append("IP over IB " + (wanted.partition.ipOverIB ? "no → yes" : "yes → no")) }
        if changesName { parts.append("name \(shownName(current)) → \(shownName(wanted))") }
        if changesQoS(to: wanted.qos) { parts.append("QoS \(shownQoS(current)) → \(shownQoS(wanted))") }
        return parts
    }

    private func shownName(_ state: PartitionState) -> String {
        state.partition.name.map { Terminal.line($0) } ?? "-"
    }

    private func shownQoS(_ state: PartitionState) -> String { state.qos.map { "(\($0.words))" } ?? "-" }
}

package import Fabric

/// Which partitions that UFM has and the ledger does not become ours when a key wants them. Pure.
///
/// Others write partitions too: an administrator, NVIDIA's plugin for Slurm, which takes PKeys from the whole range. What is
/// taken over loses every member that the key does not name, so it has to be ours beyond doubt, or somebody has to say so.
package struct AdoptionRule: Hashable, Sendable {
    /// PKeys that an administrator has said are ours alone; nil where nobody has. What pcocc's files imply is no such word.
    package var range: ManagedRange?
    /// Whether everything is taken over, as the predecessor did.
    package var adoptsAll: Bool

    package init(range: ManagedRange? = nil, adoptsAll: Bool = false) {
        self.range = range
        self.adoptsAll = adoptsAll
    }

    /// What stands against taking over a partition that is there and not ours; nil where it becomes ours.
    ///
    /// - Parameter wanted: what its key asks for.
    package func conflict(over actual: Partition, of pkey: PKey, wanted: DesiredPartition) -> Conflict? {
        if adoptsAll || (range?.contains(pkey) ?? false) { return nil }
        let members = actual.members.guids
        // Only pcocc makes such a GUID, and only for this PKey: what it left behind, or what the predecessor did.
        if members.contains(where: { $0.isVirtualFunction(of: pkey) }) { return nil }
        let strangers = members.filter { wanted.members[$0] == nil }
        if strangers.isEmpty, !members.isEmpty, actual.hasAutomaticName { return nil }
        return Conflict(strangers.isEmpty ? members : strangers, name: actual.customName)
    }
}

/// What stands against taking over a partition that is there and not ours.
package struct Conflict: Hashable, Sendable {
    /// The GUIDs in the way, in ascending order: those that the key does not name, or all where it names all of them.
    package let guids: [GUID]
    /// What somebody called the partition; nil for UFM's own name.
    package let name: String?

    package init(_ guids: some Sequence<GUID>, name: String? = nil) {
        self.guids = guids.sorted()
        self.name = name
    }
}

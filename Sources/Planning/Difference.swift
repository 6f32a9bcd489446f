package import Fabric

/// How a partition differs from what is wanted of it.
package struct Difference: Hashable, Sendable {
    /// Members to add, in ascending order of GUID.
    package var missing: [Member] = []
    /// GUIDs that should not be there, in ascending order.
    package var unexpected: [GUID] = []
    /// Members that are there with another membership or index 0, as they should be.
    package var misflagged: [Member] = []
    package var ipOverIBDiffers = false

    package init(from actual: Partition?, to desired: DesiredPartition) {
        let members = actual?.members ?? [:]
        missing = desired.members.values.filter { members[$0.guid] == nil }.sorted { $0.guid < $1.guid }
        guard let actual else { return }
        unexpected = members.keys.filter { desired.members[$0] == nil }.sorted()
        misflagged = desired.members.values.filter { wanted in members[wanted.guid].map { $0 != wanted } ?? false }
            .sorted { $0.guid < $1.guid }
        ipOverIBDiffers = actual.ipOverIB != desired.ipOverIB
    }
}

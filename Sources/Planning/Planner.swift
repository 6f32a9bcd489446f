package import Fabric

/// Decides which requests make a partition what etcd wants. Pure: the same inputs give the same steps in the same order.
package struct Planner: Hashable, Sendable {
    /// The largest member set that goes into one replacing request. Such a request cannot be cut into pieces; above the
    /// limit (which no UFM documents) members are removed and added instead.
    package static let largestReplacement = 500

    /// Whether the flags of members that are there already, and of the partition itself, are made what is wanted.
    package var enforcesFlags: Bool

    package init(enforcesFlags: Bool = false) {
        self.enforcesFlags = enforcesFlags
    }

    /// The steps for one partition, none when it is right.
    ///
    /// - Parameters:
    ///   - actual: the partition as the fabric has it, nil where it has none.
    ///   - isOwned: whether the ledger says that we made or adopted it. What is not owned is never deleted.
    package func steps(for pkey: PKey, intent: Intent, actual: Partition?, isOwned: Bool) -> [PlanStep] {
        switch intent {
        case .held: []
        case .absent: isOwned && actual != nil ? [.delete(pkey)] : []
        case .present(let desired): steps(for: pkey, desired: desired, actual: actual)
        }
    }

    /// How a partition differs as far as this planner is to change it.
    package func difference(from actual: Partition?, to desired: DesiredPartition) -> Difference {
        var difference = Difference(from: actual, to: desired)
        if !enforcesFlags {
            difference.misflagged = []
            difference.ipOverIBDiffers = false
        }
        return difference
    }

    private func steps(for pkey: PKey, desired: DesiredPartition, actual: Partition?) -> [PlanStep] {
        let difference = difference(from: actual, to: desired)
        guard let actual else { return [.add(pkey, difference.missing, ipOverIB: desired.ipOverIB)] }
        let ipOverIB = enforcesFlags ? desired.ipOverIB : actual.ipOverIB
        var changed = (difference.missing + difference.misflagged).sorted { $0.guid < $1.guid }
        if changed.isEmpty, difference.ipOverIBDiffers {
            // The flag of a partition changes with any addition, that of a member which is there included.
            changed = Array(desired.members.values.sorted { $0.guid < $1.guid }.prefix(1))
        }
        switch (changed.isEmpty, difference.unexpected.isEmpty) {
        case (true, true): return []
        case (false, true): return [.add(pkey, changed, ipOverIB: ipOverIB)]
        case (true, false): return [.remove(pkey, difference.unexpected)]
        case (false, false):
            let whole = desired.members.values.map { wanted in
                enforcesFlags ? wanted : actual.members[wanted.guid] ?? wanted
            }.sorted { $0.guid < $1.guid }
            // A replacing request has one index0 for all; with mixed ones it would change members that stay.
            let isUniform = Set(whole.map(\.index0)).count == 1
            if isUniform, whole.count <= Self.largestReplacement {
                return [.replace(pkey, whole, ipOverIB: ipOverIB)]
            }
            // The old tenant goes before the new one comes. Should no old member stay, the partition goes with the last one.
            return [.remove(pkey, difference.unexpected), .add(pkey, changed, ipOverIB: ipOverIB)]
        }
    }
}

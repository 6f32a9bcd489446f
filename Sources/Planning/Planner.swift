package import Fabric

/// Decides which requests make a partition what etcd wants. Pure: the same inputs give the same steps in the same order.
package struct Planner: Sendable {
    /// The largest member set that goes into one replacing request. Such a request cannot be cut into pieces; above the
    /// limit (which no UFM documents) members are removed and added instead.
    package static let largestReplacement = 500

    package init() {}

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

    private func steps(for pkey: PKey, desired: DesiredPartition, actual: Partition?) -> [PlanStep] {
        guard let actual else {
            return [.add(pkey, Self.sorted(desired.members.values), ipOverIB: desired.ipOverIB)]
        }
        let kept = actual.members.values.filter { desired.members[$0.guid] != nil }
        let obsolete = actual.members.keys.filter { desired.members[$0] == nil }.sorted()
        let missing = Self.sorted(desired.members.values.filter { actual.members[$0.guid] == nil })
        switch (missing.isEmpty, obsolete.isEmpty) {
        case (true, true): return []
        case (false, true): return [.add(pkey, missing, ipOverIB: actual.ipOverIB)]
        case (true, false): return [.remove(pkey, obsolete)]
        case (false, false):
            let whole = Self.sorted(kept + missing)
            // A replacing request has one index0 for all; with mixed ones it would change members that stay.
            let isUniform = Set(whole.map(\.index0)).count == 1
            if isUniform, whole.count <= Self.largestReplacement {
                return [.replace(pkey, whole, ipOverIB: actual.ipOverIB)]
            }
            // The old tenant goes before the new one comes.
            return [.remove(pkey, obsolete), .add(pkey, missing, ipOverIB: actual.ipOverIB)]
        }
    }

    private static func sorted(_ members: some Sequence<Member>) -> [Member] {
        members.sorted { $0.guid < $1.guid }
    }
}

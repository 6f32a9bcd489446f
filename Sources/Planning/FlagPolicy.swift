package import Fabric

/// Which ports of a tenant get the partition at index 0 of their PKey table.
package enum Index0Policy: String, Sendable, CaseIterable {
    /// Hosts and virtual functions, as the predecessor did.
    case all
    /// Virtual functions alone, as pcocc's own daemon told OpenSM.
    case vf
    case none
}

/// The flags that new members and new partitions get; those of members already there are left alone.
package struct FlagPolicy: Hashable, Sendable {
    package var index0: Index0Policy
    package var ipOverIB: Bool

    package init(index0: Index0Policy = .all, ipOverIB: Bool = false) {
        self.index0 = index0
        self.ipOverIB = ipOverIB
    }

    /// The members that hosts and virtual functions become. A port named as both is a virtual function.
    package func members(hosts: Set<GUID>, virtualFunctions: Set<GUID>) -> [Member] {
        hosts.subtracting(virtualFunctions).map { Member(guid: $0, index0: index0 == .all) }
            + virtualFunctions.map { Member(guid: $0, index0: index0 != .none) }
    }
}

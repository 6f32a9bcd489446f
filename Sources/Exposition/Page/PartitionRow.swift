package import Fabric

/// One partition as people are shown it.
package struct PartitionRow: Equatable, Sendable {
    package let pkey: PKey
    /// The word of `status`.
    package let state: String
    /// Whether it is not in step and does not get there by itself.
    package let isTroubled: Bool
    /// The key's name.
    package let key: String
    /// The key's version; nil where it is not there.
    package let revision: Int64?
    /// The members that UFM has, in ascending order.
    package let members: [GUID]
    /// Why it is not in step.
    package let problem: String?

    package init(
        _ pkey: PKey, _ state: String, isTroubled: Bool = false, key: String, revision: Int64?, members: [GUID] = [],
        problem: String? = nil
    ) {
        self.pkey = pkey
        self.state = state
        self.isTroubled = isTroubled
        self.key = key
        self.revision = revision
        self.members = members
        self.problem = problem
    }
}

/// All partitions at one moment.
package struct PartitionTable: Equatable, Sendable {
    /// Every state that there can be, in the order in which they are told.
    package let states: [String]
    /// In ascending order.
    package let rows: [PartitionRow]
    package let portsInSeveral: Int
    package let portsAwaited: Int

    package init(states: [String], rows: [PartitionRow], portsInSeveral: Int, portsAwaited: Int) {
        self.states = states
        self.rows = rows
        self.portsInSeveral = portsInSeveral
        self.portsAwaited = portsAwaited
    }

    /// How many there are in each state.
    package var counts: [(state: String, count: Int)] {
        let counts = rows.reduce(into: [String: Int]()) { $0[$1.state, default: 0] += 1 }
        return states.map { ($0, counts[$0] ?? 0) }
    }
}

import Fabric
import Reconciler

/// How it stands with a fabric, for a monitoring system: by who lives, what he says, and by the records. Pure.
package struct HealthReport: Hashable, Sendable {
    /// As an exit code.
    package enum Level: Int32, Sendable {
        case well = 0
        /// Something is failing, held, guarded or in conflict, or a server is away.
        case troubled = 1
        /// No daemon lives.
        case dead = 2
        /// Nobody could be asked.
        case unknown = 3

        /// As monitoring systems call it.
        package var name: String {
            switch self {
            case .well: "OK"
            case .troubled: "WARNING"
            case .dead: "CRITICAL"
            case .unknown: "UNKNOWN"
            }
        }
    }

    package let level: Level
    /// What is wrong, or that nothing is.
    package let words: String
    /// How many there are of each kind, always all kinds in the same order.
    package let figures: [Figure]

    package struct Figure: Hashable, Sendable {
        package let name: String
        package let count: Int
    }

    /// - Parameters:
    ///   - presence: who lives, in words.
    ///   - stored: the ledger's records, read after it.
    package init(_ presence: Presence, inWords words: String, _ stored: StoredRecords) {
        let content = stored.content
        let states = Dictionary(grouping: content.records, by: \.value.record.state).mapValues {
            $0.map(\.key).sorted()
        }
        let failing = content.records.filter {
            $0.value.record.state == .failing
                || ($0.value.record.state == .deleting && $0.value.record.error != nil)
        }.keys.sorted()
        let conflicts = content.conflicts.keys.sorted()
        let held = Set(states[.held] ?? []).union(content.strange.compactMap(\.pkey)).sorted()
        let guarded = states[.guarded] ?? []
        var problems = [
            ("failing", failing), ("held", held), ("guarded", guarded), ("in conflict", conflicts),
        ].filter { !$0.1.isEmpty }.map { "\($0.1.count) \($0.0): \(Capped($0.1).inWords)" }
        if case .none(let words) = content.room { problems.append("etcd is full: \(words)") }
        if presence.count != 1 { problems.insert(words, at: 0) }
        problems += presence.living.filter { !$0.well }.map { "the daemon on \($0.host) says: \($0.words)" }
        level = presence.count == 0 ? .dead : problems.isEmpty ? .well : .troubled
        self.words = problems.isEmpty ? words : problems.joined(separator: "; ")
        figures =
            [Figure(name: "daemons", count: presence.count), Figure(name: "partitions", count: content.records.count)]
            + LedgerRecord.State.allCases.map { state in
                switch state {
                case .failing: Figure(name: state.rawValue, count: failing.count)
                case .held: Figure(name: state.rawValue, count: held.count)
                case .claimed, .synced, .guarded, .approved, .deleting:
                    Figure(name: state.rawValue, count: states[state]?.count ?? 0)
                }
            } + [Figure(name: "conflict", count: conflicts.count)]
    }

    /// One line: `OK: a daemon runs on …|daemons=1 partitions=12 …`. What stands before the bar is for people.
    package var line: String {
        "\(level.name): \(words.replacing("|", with: "/"))|"
            + figures.map { "\($0.name)=\($0.count)" }.joined(separator: " ")
    }
}

/// Whether etcd can be read, and how long to wait before the next try. Pure.
package struct FollowerConnection<Instant: InstantProtocol> where Instant.Duration == Duration {
    /// What can fail, each with a wait of its own: lists that work say nothing of watches.
    package enum Part: Hashable, Sendable {
        case list
        case watch
    }

    private var lostSince: Instant?
    private var isTold = false
    /// In a row, without anything delivered between them.
    private var failures: [Part: Int] = [:]
    /// Whether it has been tried at once since a server came back, and nothing has been delivered since.
    private var hasTakenChance = false

    package init() {}

    /// The pause before the next try of what has failed: none after a first failure (members stop and move on in ordinary
    /// life), then 100 ms doubling to 5 s, with jitter.
    package func pause(of part: Part) -> Duration {
        guard let count = failures[part], count > 1 else { return .zero }
        let longest = Duration.milliseconds(100) * (1 << min(count - 2, 6))
        return min(longest, .seconds(5)) * Double.random(in: 0.5...1)
    }

    /// How many tries in a row have failed.
    package var failuresInARow: Int { failures.values.max() ?? 0 }

    /// Takes note of a failure; gives the loss to tell of, if it is news: one failure alone is a resumption, and a history
    /// that was cut is no outage, since what follows makes up for it.
    package mutating func lose(_ error: EtcdError, during part: Part, now: Instant) -> FollowerEvent? {
        failures[part, default: 0] += 1
        guard !error.isCompaction else { return nil }
        lostSince = lostSince ?? now
        guard failures[part] != 1, !isTold else { return nil }
        isTold = true
        return .lost(error)
    }

    /// Takes note of an answer; gives the return to tell of, if the loss was told. What is answered may yet come to nothing,
    /// so that the waits stay what they are.
    ///
    /// - Parameter told: the revision up to which everything was told.
    package mutating func regain(told: Int64, now: Instant) -> FollowerEvent? {
        defer {
            lostSince = nil
            isTold = false
        }
        guard isTold, let lostSince else { return nil }
        return .restored(after: lostSince.duration(to: now), told: told)
    }

    /// Takes note of progress: of a list that was used, or of a watch that has told something or was shown to miss nothing.
    package mutating func delivered(_ part: Part) {
        failures[part] = nil
        guard part == .watch else { return }
        failures = [:]
        hasTakenChance = false
    }

    /// Takes note of how a cheap question was answered during a pause; says whether what failed is to be tried at once. A
    /// server that was away has this chance once, until it has been away again or something has been delivered.
    package mutating func takesChance(isAtWork: Bool) -> Bool {
        defer { hasTakenChance = isAtWork }
        return isAtWork && !hasTakenChance
    }
}

internal import KeyHistory

/// For how long a single run waits for what others have to do. Pure.
///
/// Nobody looks at it twice: what a daemon would wait for however long ends it with words.
struct SingleRun: Sendable {
    /// Longer than a lease of an election, and than a watch needs to go on through another member.
    static let patience = Duration.seconds(30)

    private var since: Duration?

    /// When it is over; nil while there is nothing to wait for.
    var end: Duration? { since.map { $0 + Self.patience } }

    /// Takes note of what there is to wait for now; says why it ends, if that has lasted too long.
    mutating func heed(_ sides: Sides, _ gate: WriteGate, now: Duration) -> EngineEnd? {
        let away = sides.source.statuses.first { $0.outage != nil }?.outage?.last
        // What the sides themselves keep closed is not waited for: it has words of its own.
        let reasons = gate.closedBy.filter(\.isOfOthers)
        guard away != nil || !reasons.isEmpty else {
            since = nil
            return nil
        }
        let since = since ?? now
        self.since = since
        // A source that was never read had every endpoint and the whole of a call's time.
        if let away, sides.source.desired == nil { return .failed(away) }
        guard now - since >= Self.patience else { return nil }
        return away.map(EngineEnd.failed) ?? .notLet(reasons.sorted { $0.rawValue < $1.rawValue })
    }
}

internal import Fabric

/// What a daemon that has not been answered yet waits for, and what ends it: only what cannot mend itself. Pure.
///
/// A server that starts makes no sense for a while, says that it is unavailable, or does not know us yet: UFM's web server is
/// up before its authentication. A single run does not wait.
struct Beginning: Sendable {
    enum Server: Hashable, Sendable {
        case source(SourceID)
        case ledger
        case fabric
    }

    /// How long we may be refused.
    private static let patience = Duration.seconds(120)

    private let runsOnce: Bool
    /// Who refuses us, since when.
    private var refusedSince: [Server: Duration] = [:]
    /// Sources that are to be followed anew.
    private var unfollowed: [SourceID: Outage] = [:]

    init(runsOnce: Bool = false) {
        self.runsOnce = runsOnce
    }

    /// A server that has not answered yet has failed; says whether that ends the daemon.
    mutating func ends(_ server: Server, after failure: Failure, now: Duration) -> Bool {
        guard !runsOnce else { return true }
        switch Meaning(of: failure, by: server == .fabric ? .fabric : .ledger) {
        case .misconfiguration: return true
        case .outage, .rejection:
            refusedSince[server] = nil
            return false
        case .refusal:
            let since = refusedSince[server] ?? now
            refusedSince[server] = since
            return now - since >= Self.patience
        }
    }

    // MARK: Sources

    /// A source has told nothing, and tells nothing more until it is followed anew; says whether that is news.
    mutating func ended(_ source: SourceID, _ failure: Failure, now: Duration) -> Bool {
        let before = unfollowed[source]
        unfollowed[source] = before?.again(failure, now: now) ?? Outage(failure, now: now)
        return before == nil
    }

    /// A source has told everything; says for how long it could not.
    mutating func told(_ source: SourceID, now: Duration) -> Duration? {
        unfollowed.removeValue(forKey: source).map { now - $0.since }
    }

    /// The sources that are to be followed now; they are, from here on.
    mutating func due(now: Duration) -> [SourceID] {
        let due = unfollowed.filter { $0.value.retryAt.map { $0 <= now } ?? false }.keys
        for source in due { unfollowed[source]?.retrying() }
        return due.sorted { $0.prefix < $1.prefix }
    }

    /// When a source is to be followed next.
    var next: Duration? { unfollowed.values.compactMap(\.retryAt).min() }
}

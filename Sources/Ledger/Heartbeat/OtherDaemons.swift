/// A heartbeat that stands beside a ledger.
package struct Sighting: Hashable, Sendable {
    /// Where it stands.
    let name: String
    /// nil for one that cannot be read.
    let heartbeat: Heartbeat?
    /// Which of two came up later: it grows.
    let created: Int64
}

/// Which other daemons serve the same fabric. Pure.
///
/// One that ended without a word leaves its heartbeat for as long as its lease lasts, and a restart sees that. So a heartbeat
/// counts for a daemon's when it came up after ours, or stands for longer than any lease does.
struct OtherDaemons: Sendable {
    /// A lease of 30 s, and once more where etcd's members have elected another leader meanwhile, and something for their clocks.
    static let longestLeftover = Duration.seconds(70)

    enum News: Hashable, Sendable {
        case lives(Sighting)
        case isGone(Sighting)
    }

    private let own: Heartbeat.Daemon
    private var seen: [String: (since: Duration, sighting: Sighting)] = [:]
    private var told: [String: Sighting] = [:]

    init(besides own: Heartbeat.Daemon) {
        self.own = own
    }

    /// Whether ours is among them.
    func hasOwn(_ sightings: [Sighting]) -> Bool { sightings.contains { $0.heartbeat?.id == own.id } }

    /// Takes all that stand now; gives what is news.
    mutating func see(_ sightings: [Sighting], now: Duration) -> [News] {
        let others = sightings.filter { $0.heartbeat?.id != own.id }
        let ours = sightings.first { $0.heartbeat?.id == own.id }
        // By what is in them: a process of another host may bear one name.
        let named = Dictionary(
            others.map { ($0.heartbeat?.id ?? $0.name, $0) }, uniquingKeysWith: { first, _ in first })
        seen = seen.filter { named[$0.key] != nil }
        var news = told.filter { named[$0.key] == nil }.sorted { $0.key < $1.key }.map { News.isGone($0.value) }
        for case .isGone(let sighting) in news { told[sighting.heartbeat?.id ?? sighting.name] = nil }
        for (id, sighting) in named.sorted(by: { $0.key < $1.key }) {
            let since = seen[id]?.since ?? now
            seen[id] = (since, sighting)
            // Under our own name only one can be that was written after ours.
            let isYounger =
                ours.map { sighting.created > $0.created } ?? false || sighting.heartbeat?.name == own.name
            guard told[id] == nil, isYounger || now - since >= Self.longestLeftover else { continue }
            told[id] = sighting
            news.append(.lives(sighting))
        }
        return news
    }
}

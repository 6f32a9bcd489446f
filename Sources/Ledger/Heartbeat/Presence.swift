package import Reconciler

/// Which daemons of a fabric live, and what is known where none does. Pure.
package struct Presence: Hashable, Sendable {
    /// When somebody was heard last.
    package struct Heard: Codable, Hashable, Sendable {
        package let host: String
        /// In UTC, as `2026-01-31T12:00:00Z`.
        package let time: String
        /// Whether the heartbeat itself still stands, which goes with a leave: then whoever left in that second was another.
        package var isStanding = false

        private enum CodingKeys: CodingKey { case host, time }

        package init(host: String, time: String, isStanding: Bool = false) {
            self.host = host
            self.time = time
            self.isStanding = isStanding
        }

        /// Whether it was after that end.
        func isAfter(_ stop: About.CleanStop) -> Bool { stop.time < time || isStanding && stop.time == time }
    }

    /// What those say who live, the eldest first.
    package let living: [Heartbeat]
    /// How many live, those among them of whom nothing can be read.
    package let count: Int
    /// The last end in good order; nil where a daemon was heard after that.
    package let stop: About.CleanStop?
    /// Who was heard last, where he did not take his leave; nil while somebody lives.
    package let lost: Heard?

    package init(_ sightings: [Sighting], stop: About.CleanStop?, heard: Heard?) {
        living = sightings.compactMap(\.heartbeat).sorted { ($0.started, $0.id) < ($1.started, $1.id) }
        count = sightings.count
        let isLost = sightings.isEmpty && (heard.map { heard in stop.map(heard.isAfter) ?? true } ?? false)
        lost = isLost ? heard : nil
        self.stop = isLost ? nil : stop
    }

    /// Reads it.
    package init(_ board: any HeartbeatBoard, _ ledger: any InspectableLedger) async throws(Failure) {
        // In this order: a daemon that stops meanwhile has said so before its heartbeat goes.
        let sightings = try await board.sightings()
        guard sightings.isEmpty else {
            self.init(sightings, stop: nil, heard: nil)
            return
        }
        self.init([], stop: try await ledger.about().about.stop, heard: try await board.lastHeard())
    }

    /// In one line.
    ///
    /// - Parameter time: how a moment is to be written for who reads it.
    package func words(_ time: (String) -> String) -> String {
        guard count == 0 else {
            let each = living.map {
                "\($0.host) (process \($0.pid), version \($0.version), since \(time($0.started)))"
            }
            let unknown = count - living.count
            let all = (each + (unknown > 0 ? ["\(unknown) of which nothing can be read"] : []))
                .joined(separator: " and on ")
            guard count == 1 else {
                return "\(count) daemons run, and one is right: on \(all)"
            }
            guard let one = living.first else { return "a daemon runs, of which nothing can be read" }
            return "a daemon runs on \(all): \(one.words)"
        }
        if let lost {
            return
                "no daemon runs (nobody was heard since \(time(lost.time)); it was on \(lost.host) and took no leave)"
        }
        guard let stop else { return "no daemon runs (none was ever heard)" }
        return "no daemon runs (stopped \(time(stop.time)) on \(stop.host))"
    }
}

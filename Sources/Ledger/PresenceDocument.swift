import Reconciler

/// Which daemons live, for scripts: `{"living":[{"host":…,"pid":…,…}],"stopped":{"host":…,"time":…}}`.
struct PresenceDocument: Encodable, Sendable {
    struct Daemon: Encodable, Sendable {
        let host: String
        let pid: Int32
        let version: String
        let started: String
        let state: String
        let well: Bool
        let words: String
    }

    struct Moment: Encodable, Sendable {
        let host: String
        let time: String
    }

    /// How many live; nil where nobody knows.
    let count: Int?
    let living: [Daemon]
    /// Where none lives: the last end in good order.
    let stopped: Moment?
    /// Where none lives: who was heard last, and took no leave.
    let lost: Moment?
    /// Why nobody knows.
    let problem: String?

    init(_ presence: Result<Presence, Failure>) {
        switch presence {
        case .success(let presence):
            count = presence.count
            living = presence.living.map {
                Daemon(
                    host: $0.host, pid: $0.pid, version: $0.version, started: $0.started, state: $0.state,
                    well: $0.well, words: $0.words)
            }
            stopped = presence.stop.map { Moment(host: $0.host, time: $0.time) }
            lost = presence.lost.map { Moment(host: $0.host, time: $0.time) }
            problem = nil
        case .failure(let failure):
            (count, living, stopped, lost) = (nil, [], nil, nil)
            problem = failure.message
        }
    }
}

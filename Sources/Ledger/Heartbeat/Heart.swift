import FoundationEssentials
package import Reconciler

/// Keeps the heartbeat of a daemon, from what it shows of itself: beside its work, which hears nothing of it.
package struct Heart<C: Clock<Duration>>: Sendable {
    /// How often it is looked whether something has changed.
    private static var tick: Duration { .seconds(1) }
    /// How long a heartbeat may not be written before that is told: nobody takes us for dead before.
    private static var forbearance: Duration { .seconds(30) }

    private let daemon: Heartbeat.Daemon
    private let board: any HeartbeatBoard
    private let status: StatusBoard
    private let words: @Sendable (EngineStatus) -> String
    private let clock: C
    private let say: @Sendable (Message) -> Void

    /// - Parameters:
    ///   - board: where it is to stand.
    ///   - status: where the daemon shows how it stands.
    ///   - words: the same in one line, without secrets.
    ///   - say: takes what there is to be said.
    package init(
        of daemon: Heartbeat.Daemon, on board: any HeartbeatBoard, _ status: StatusBoard,
        words: @escaping @Sendable (EngineStatus) -> String, clock: C,
        say: @escaping @Sendable (Message) -> Void
    ) {
        self.daemon = daemon
        self.board = board
        self.status = status
        self.words = words
        self.clock = clock
        self.say = say
    }

    private var summary: Heartbeat.Summary {
        status.read { $0.map { Heartbeat.Summary($0, words($0)) } }
            ?? Heartbeat.Summary(.starting, isWell: false, "starting")
    }

    /// Until the task is cancelled.
    package func beat() async {
        let start = clock.now
        var pace = HeartbeatPace()
        var others = OtherDaemons(besides: daemon)
        var trouble = HeartTrouble(forbearance: Self.forbearance)
        repeat {
            let (summary, now) = (summary, start.duration(to: clock.now))
            do throws(Failure) {
                let steps = pace.steps(for: summary, now: now)
                for step in steps {
                    switch step {
                    case .write: try await board.write(Heartbeat(of: daemon, summary))
                    case .renew: if try await !board.renew() { pace.lost() }
                    case .note: try await board.note(Heartbeat(of: daemon, summary))
                    case .look: try await look(&others, &pace, now)
                    }
                    pace.done(step, summary, now: now)
                }
                if !steps.isEmpty, trouble.isOver() { say(Message(.info, "the heartbeat is written again")) }
            } catch {
                guard !Task.isCancelled else { return }
                pace.failed(now: now)
                if trouble.isToBeTold(now: start.duration(to: clock.now)) {
                    say(
                        Message(
                            .warning,
                            "the heartbeat cannot be written or read, so that status may say that no daemon runs; nothing else rests on it: \(error.message)"
                        ))
                }
            }
        } while (try? await clock.sleep(for: Self.tick)) != nil
    }

    private func look(
        _ others: inout OtherDaemons, _ pace: inout HeartbeatPace, _ now: Duration
    ) async throws(Failure) {
        let sightings = try await board.sightings()
        // Somebody may have deleted it, or a process of our name have put its own in its place.
        if !others.hasOwn(sightings) { pace.lost() }
        for news in others.see(sightings, now: now) {
            switch news {
            case .lives(let other):
                say(
                    Message(
                        .error,
                        "another daemon serves this fabric and writes to the same UFM: \(Self.words(other)); stop one of the two, or give them two names with --fabric if they serve two UFMs"
                    ))
            case .isGone(let other):
                say(Message(.notice, "the other daemon of this fabric is gone: \(Self.words(other))"))
            }
        }
    }

    private static func words(_ other: Sighting) -> String {
        other.heartbeat.map { "on \($0.host), process \($0.pid), version \($0.version), since \($0.started)" }
            ?? "its heartbeat is \(other.name)"
    }

    /// The last word: what is to be known of a daemon that took its leave, and then the end of its heartbeat.
    ///
    /// - Parameters:
    ///   - ledger: where that is put down; nil where the daemon goes on elsewhere.
    ///   - patience: how long all of it may take.
    package func end(_ ledger: (any InspectableLedger)?, within patience: Duration) async {
        let daemon = daemon
        let failure = await withTaskGroup(of: Failure?.self) { group in
            group.addTask {
                do throws(Failure) {
                    let stop = About.CleanStop(host: daemon.host, time: Date.now.formatted(.iso8601))
                    try await ledger?.amendAbout { $0.stop = stop }
                    try await board.remove()
                    return nil
                } catch {
                    return error
                }
            }
            group.addTask {
                try? await clock.sleep(for: patience)
                return Failure(.timedOut, "not within \(patience.components.seconds) s")
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let failure { say(Message(.warning, "that this daemon stops could not be put down: \(failure.message)")) }
    }
}

/// When it is told that a heartbeat cannot be written: once, and that it can again. Pure.
struct HeartTrouble: Sendable {
    let forbearance: Duration
    private var since: Duration?
    private var isTold = false

    init(forbearance: Duration) {
        self.forbearance = forbearance
    }

    mutating func isToBeTold(now: Duration) -> Bool {
        let since = since ?? now
        self.since = since
        guard !isTold, now - since >= forbearance else { return false }
        isTold = true
        return true
    }

    /// Says whether it had been told.
    mutating func isOver() -> Bool {
        defer { (since, isTold) = (nil, false) }
        return isTold
    }
}

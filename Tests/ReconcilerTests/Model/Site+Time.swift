import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// A request on its way, or its answer.
struct Call {
    enum Stage {
        /// It acts at its time.
        case acting
        /// It is answered at its time, by this.
        case answering(Reply)
        /// It acts at its time; nobody waits for it any more.
        case late
    }

    /// When its next stage comes.
    var at: Instant
    var stage = Stage.acting
    let life: Int
    let action: EngineAction
    let request: Request
    let kind: AdapterAnswers.Kind
    /// The step of the history at which it was sent.
    let sent: Int
    /// How long after acting it is answered.
    let pause: Instant
    /// The newest era of a written PKey that the watch had told when it was sent.
    var told = 0
    /// What its daemon had last seen of a claimed PKey, or may have been in a written one, when it was sent.
    var seen: PortSet = []
    /// What was said of its keys before it acts, where these are compared apart.
    var compared: Site.Comparison?
}

/// How time passes: to the next thing that is due, one thing at a time.
extension Site {
    private enum Due {
        case call(Int)
        case follower(Int)
        case timer(Int)
        case grace(Int)
        case start(Int)
    }

    /// Lets the next thing happen, unless none is due by then; says whether one was.
    @discardableResult
    mutating func step(until limit: Instant = .max) -> Bool {
        var (at, due) = (Instant.max, nil as Due?)
        func consider(_ time: Instant?, _ what: Due) {
            guard let time, time < at else { return }
            (at, due) = (time, what)
        }
        for index in calls.indices { consider(calls[index].at, .call(index)) }
        for index in daemons.indices {
            consider(daemons[index].follower.at, .follower(index))
            consider(daemons[index].wakeAt, .timer(index))
            consider(daemons[index].graceUntil, .grace(index))
        }
        for index in starts.indices { consider(starts[index], .start(index)) }
        guard let due, at <= limit else {
            now = max(now, limit == .max ? now : limit)
            return false
        }
        steps += 1
        now = max(now, at)
        switch due {
        case .call(let index): proceed(calls.remove(at: index))
        case .follower(let index): follow(index)
        case .timer(let index):
            daemons[index].wakeAt = nil
            tell(.timer, index)
        case .grace(let index): kill(index, "did not stop in time", restart: 0...5_000)
        case .start(let index):
            starts.remove(at: index)
            start()
        }
        return true
    }

    /// Lets so much time pass, and everything happen that is due in it; more than a storm of it ends the history.
    mutating func pass(_ duration: Instant) {
        let limit = now + duration
        var budget = 4_000
        while breach == nil, step(until: limit) {
            budget -= 1
            if budget == 0 { fail(.restraint, "more than 4,000 events in \(duration / 1_000_000) s") }
        }
    }

    /// A stage of a call.
    private mutating func proceed(_ call: Call) {
        var call = call
        switch call.stage {
        case .late:
            note("late: \(call.request.words)")
            _ = act(call, isLate: true)
        case .acting:
            let reply = act(call, isLate: false)
            call.stage = .answering(reply)
            call.at = now + call.pause
            calls.append(call)
        case .answering(let reply):
            guard let index = daemons.firstIndex(where: { $0.life == call.life }) else { return }
            answer(call, comparedAfter(call, reply, index), index)
        }
    }

    // MARK: Daemons

    /// A daemon starts its life.
    mutating func start() {
        lives += 1
        var configuration = configuration
        if let floor {
            bite(.stateDirectory)
            configuration.floors[Self.etcd] = floor
        }
        let engine = ReportedEngine(configuration, seed: random.next())
        daemons.append(
            Daemon(
                life: lives, born: now, engine: engine,
                witness: Witness(eras: present, floor: configuration.floors[Self.etcd]?.revision.number ?? 0),
                care: Care(concurrency: configuration.concurrency)))
        daemons[daemons.count - 1].follower.at = now + draw(1...50) * 1_000
        note("daemon \(lives) starts")
        tell(.started, daemons.count - 1)
    }

    /// A daemon dies, and another starts in its place so many milliseconds later.
    ///
    /// Requests that are on their way may still arrive, but nobody waits for their answers.
    mutating func kill(_ index: Int, _ reason: String, restart pause: ClosedRange<Int>) {
        let daemon = daemons.remove(at: index)
        note("daemon \(daemon.life) ends: \(reason)")
        calls = calls.compactMap { call in
            guard call.life == daemon.life else { return call }
            switch call.stage {
            case .late: return call
            case .answering: return nil
            case .acting: return bereft(call)
            }
        }
        starts.append(now + draw(pause) * 1_000)
    }

    /// A request whose daemon has died: it arrives at once, never, or in the next daemon's life.
    private mutating func bereft(_ call: Call) -> Call? {
        guard Bool.random(using: &random) else { return nil }
        var call = call
        call.stage = .late
        call.at = min(call.at, now)
        if call.request.action.isOfFabric ? powers.has(.lateWrites) : powers.has(.lateTransactions) {
            call.at += draw(0...40_000) * 1_000
        }
        return call
    }

    /// Tells an engine an event, and takes what it wants done.
    mutating func tell(_ event: EngineEvent, _ index: Int) {
        overhear(event, index)
        let (actions, wake) = daemons[index].engine.handle(event, now: .microseconds(now))
        daemons[index].wakeAt = wake.map { Instant($0 / .microseconds(1)) + 1 }
        var end: EngineEnd?
        var told: [EngineEvent] = []
        for action in actions {
            switch action {
            case .say(let message):
                note("daemon \(daemons[index].life) says: \(message.inWords)")
                if message.level == .error, message.text.contains("has another history than before") {
                    believe(index)
                }
            case .finish(let how): end = how
            case .follow: followAgain(index)
            case .take(let instruction): told.append(.took(instruction))
            case .carryOut(let work, _): told.append(.carriedOut(work, carryOut(work)))
            case .answer(_, let outcome): hear(outcome)
            case .remember(_, let point): floor = powers.has(.stateDirectory) ? point : floor
            default: send(action, index)
            }
        }
        if let end { return finish(end, index) }
        if let words = daemons[index].engine.seldomMisjudged { fail(.agreement, words) }
        judgePromptness(index)
        let life = daemons[index].life
        for event in told {
            guard let index = daemons.firstIndex(where: { $0.life == life }) else { return }
            tell(event, index)
        }
    }

    private mutating func finish(_ end: EngineEnd, _ index: Int) {
        let daemon = daemons[index]
        if configuration.runsOnce { bite(.singleRuns) }
        if case .failed(let failure) = end, !configuration.runsOnce {
            // Credentials that have been refused for two minutes may end it at its start.
            let isRefused = daemon.refusedSince.values.contains { now - $0 >= .seconds(119) }
            if !isRefused { fail(.life, "the daemon ended: \(failure.message)") }
        }
        kill(index, "finished", restart: configuration.runsOnce ? 10_000...60_000 : 0...5_000)
    }
}

internal import Fabric
internal import Planning

/// What is to be done, what is under way, and what came of the tries before. Pure.
struct Work: Sendable {
    /// A failure that is tried again so often, in a single run, may be one of the moment.
    private static let mostAttempts = 3

    private struct Running: Sendable {
        let id: RunID
        let since: Duration
        let place: Place
        var run: Run
    }

    /// How a run got its turn.
    private struct Place: Sendable {
        let urgency: Urgency
        /// Whether it was taken because it had waited longest.
        let isEldest: Bool

        static let last = Place(urgency: .drift, isEldest: false)
    }

    private var queue: KeyQueue<PKey>
    private var slots: Slots
    /// Of a run that is about to begin.
    private var beginning: [PKey: Place] = [:]
    private var runs: [PKey: Running] = [:]
    /// Those of the runs that let time pass, each until its time.
    private var rests: [PKey: Duration] = [:]
    /// The others.
    private var busy: Set<PKey> = []
    private var lastRun = RunID()
    /// When work on a PKey was first asked for since it was last right.
    private var waitingSince: [PKey: Duration] = [:]
    /// What a PKey fails with, until it is right.
    private var failures: [PKey: String] = [:]
    /// How long a PKey that has just failed is to be left alone, as the server wishes.
    private var wishes: [PKey: Duration] = [:]
    /// In a single run: how often a PKey has failed.
    private var attempts: [PKey: Int] = [:]
    private var claims = Batches<NewClaim>()
    private var opinions = Batches<Premise>()
    /// How it stood when it was told what would be done.
    private var rehearsed: [PKey: Standing] = [:]
    private let runsOnce: Bool

    /// - Parameter concurrency: how many runs ask for something at once, without those for which slots are kept.
    init(seed: UInt64, concurrency: Int, runsOnce: Bool) {
        queue = KeyQueue(seed: seed)
        slots = Slots(concurrency)
        self.runsOnce = runsOnce
    }

    // MARK: What waits

    /// - Parameter isNews: whether something has changed for the PKey: then it does not wait for the end of its backoff.
    mutating func ask(_ pkey: PKey, _ urgency: Urgency, isNews: Bool, now: Duration) {
        // Only something new is a reason to take up again what a single run has given up.
        if !isNews, attempts[pkey, default: 0] >= Self.mostAttempts { return }
        waitingSince[pkey] = waitingSince[pkey] ?? now
        queue.add(pkey, urgency, isNews: isNews, now: now)
    }

    /// Somebody waits for what a PKey is to give up: its backoff is cut short, but not to less than this.
    private static let shortestHurriedBackoff = Duration.seconds(1)

    mutating func hurry(_ pkey: PKey, now: Duration) {
        queue.hasten(pkey, to: now + Self.shortestHurriedBackoff)
    }

    var depth: Int { queue.depth }
    var lines: [Urgency: QueueLine] { queue.lines }

    /// The classes in which a PKey waits for nothing but a slot.
    func ready(now: Duration) -> Set<Urgency> { queue.ready(now: now) }

    /// When the next run may begin, if only time keeps it.
    func nextReady(after now: Duration) -> Duration? {
        let soonest = queue.nextReady(after: now) { slots.isOpen(to: $0, now: now) }
        let freed = queue.depth == 0 ? nil : slots.nextFreed(after: now)
        return [soonest, freed].compactMap(\.self).min()
    }

    // MARK: Runs

    var running: Set<PKey> { Set(runs.keys) }
    var runCount: Int { runs.count }
    /// Whether a run that is under way may write to the fabric manager now.
    var hasRoom: Bool { slots.hasRoom }

    /// Runs that let time pass, each until its time.
    var resting: [(pkey: PKey, until: Duration)] { rests.map { ($0.key, $0.value) } }

    func run(of pkey: PKey) -> Run? { runs[pkey]?.run }

    func isRunning(_ pkey: PKey) -> Bool { runs[pkey] != nil }

    /// What asks for something, and how much lets time pass.
    var underWay: EngineStatus.UnderWay {
        let shown = busy.prefix(EngineStatus.UnderWay.most).sorted().compactMap { pkey in
            runs[pkey].map {
                EngineStatus.Run(
                    pkey: pkey, phase: $0.run.phase, urgency: $0.place.urgency, isOutOfTurn: $0.place.isEldest,
                    since: $0.since)
            }
        }
        return EngineStatus.UnderWay(runs: shown, busy: busy.count, resting: rests.count)
    }

    /// Takes the next PKey for which a slot is open, and whose run begins now; says since when it has been asked for.
    mutating func next(now: Duration) -> (pkey: PKey, since: Duration)? {
        let isSharedOpen = slots.isSharedOpen(now: now)
        let next = queue.next(now: now, takesEldest: isSharedOpen) { slots.isOpen(to: $0, now: now) }
        guard let (pkey, urgency, isEldest) = next else { return nil }
        beginning[pkey] = Place(urgency: urgency, isEldest: isEldest)
        claims.runBegan(pkey)
        return (pkey, waitingSince[pkey] ?? now)
    }

    /// The run of a PKey, if it is this one that asks.
    func run(of pkey: PKey, _ id: RunID) -> Run? {
        runs[pkey].flatMap { $0.id == id ? $0.run : nil }
    }

    /// A run goes on, or begins; says which one it is.
    ///
    /// - Parameter kind: what it asks for; nil where it lets time pass, so that it keeps nobody else waiting.
    mutating func goesOn(_ pkey: PKey, as run: Run, asking kind: Slots.Kind?, now: Duration) -> RunID {
        let place = runs[pkey]?.place ?? beginning.removeValue(forKey: pkey) ?? .last
        rests[pkey] = run.restsUntil
        if let kind {
            busy.insert(pkey)
            slots.asks(pkey, kind, as: place.isEldest ? nil : place.urgency, now: now)
        } else {
            busy.remove(pkey)
            slots.leave(pkey)
        }
        if let id = runs[pkey]?.id {
            runs[pkey]?.run = run
            return id
        }
        lastRun = lastRun.next
        runs[pkey] = Running(id: lastRun, since: waitingSince[pkey] ?? now, place: place, run: run)
        return lastRun
    }

    /// What a run has asked for is answered.
    mutating func answered(_ pkey: PKey, _ answer: EngineEvent.Answer) {
        slots.answered(pkey, answer.outcome)
    }

    mutating func over(_ pkey: PKey, _ ending: Ending, now: Duration) {
        let place = runs.removeValue(forKey: pkey)?.place ?? beginning.removeValue(forKey: pkey) ?? .last
        rests[pkey] = nil
        busy.remove(pkey)
        slots.leave(pkey)
        switch ending {
        case .failed:
            let wish = wishes.removeValue(forKey: pkey) ?? .zero
            queue.finished(pkey, givesUp(pkey) ? .succeeded : .failed, now: now, notBefore: now + wish)
        case .again:
            queue.add(pkey, place.urgency, isNews: true, now: now)
            succeeded(pkey, now: now)
        // What it failed with before is no news when it fails with that again.
        case .waiting: queue.finished(pkey, .succeeded, now: now)
        case .waits: queue.finished(pkey, .deferred, now: now)
        case .done, .rehearsed: succeeded(pkey, now: now)
        }
    }

    private mutating func succeeded(_ pkey: PKey, now: Duration) {
        queue.finished(pkey, .succeeded, now: now)
        attempts[pkey] = nil
        failures[pkey] = nil
    }

    /// Nothing is left to do for a PKey.
    mutating func isRight(_ pkey: PKey) {
        waitingSince[pkey] = nil
    }

    // MARK: Failures

    /// A PKey is not in step; says whether that, or why, is news.
    mutating func troubled(_ pkey: PKey, _ failure: Failure) -> Bool {
        wishes[pkey] = failure.wish
        return failures.updateValue(failure.message, forKey: pkey) != failure.message
    }

    /// What a PKey failed with, until it is right.
    func failure(of pkey: PKey) -> String? { failures[pkey] }

    /// Whether a PKey that has failed is to be given up: it is not asked for again.
    private mutating func givesUp(_ pkey: PKey) -> Bool {
        guard runsOnce else { return false }
        attempts[pkey, default: 0] += 1
        return attempts[pkey, default: 0] >= Self.mostAttempts
    }

    /// The PKeys that were given up, in ascending order, and why the first one was.
    var givenUp: (pkeys: [PKey], reason: String?) {
        let pkeys = attempts.filter { $0.value >= Self.mostAttempts }.keys.sorted()
        return (pkeys, pkeys.first.flatMap { failures[$0] })
    }

    /// Whether nothing waits and nothing is under way.
    var isDone: Bool { runs.isEmpty && queue.depth == 0 && claims.isEmpty && opinions.isEmpty }

    // MARK: Claims of many

    func isBeingClaimed(_ pkey: PKey) -> Bool { claims.contains(pkey) }

    mutating func claiming(_ batch: [PKey: NewClaim]) {
        for pkey in batch.keys.sorted() { queue.attempted(pkey) }
        claims.ask(batch)
    }

    /// The answer to a claim of many has come; says whether it is still worth something for this PKey.
    mutating func claimed(_ pkey: PKey, _ claim: NewClaim) -> Bool {
        claims.answered(pkey, claim)
    }

    // MARK: Second opinions on many

    /// Whether a second opinion on a partition is under way, asked for with others.
    func isBeingConfirmed(_ pkey: PKey) -> Bool { opinions.contains(pkey) }

    mutating func confirming(_ batch: [PKey: Premise]) { opinions.ask(batch) }

    /// A second opinion on many has come; says whether it is the one that was asked for last for this PKey.
    mutating func confirmed(_ pkey: PKey, _ expected: Premise) -> Bool { opinions.answered(pkey, expected) }

    // MARK: Rehearsals

    mutating func rehearsed(_ standing: Standing) {
        rehearsed[standing.pkey] = standing
    }

    /// Whether what would be done has been told, and would be the same.
    func isRehearsed(_ standing: Standing) -> Bool {
        rehearsed[standing.pkey] == standing
    }
}

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

    /// With so many at once etcd has enough to do: no other run begins.
    private static let mostRecording = 32

    private var queue: KeyQueue<PKey>
    private var slots: Slots
    private var verification: Verification
    /// Runs that have the ledger write something down, and are done with the fabric manager.
    private var recording: Set<PKey> = []
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
    private var failures: [PKey: Failure] = [:]
    /// How long a PKey that has just failed is to be left alone, as the server wishes.
    private var wishes: [PKey: Duration] = [:]
    /// In a single run: how often a PKey has failed.
    private var attempts: [PKey: Int] = [:]
    private var claims = Batches<NewClaim>()
    private var opinions = Batches<Premise>()
    /// How it stood when it was told what would be done.
    private var rehearsed: [PKey: Standing] = [:]
    private let runsOnce: Bool

    /// - Parameters:
    ///   - concurrency: how many runs write at once, without those for which slots are kept; twice as many partitions are read
    ///     at once to see what came of it.
    ///   - leastListed: for how many such reads a list is read instead.
    init(seed: UInt64, concurrency: Int, leastListed: Int = 8, runsOnce: Bool) {
        queue = KeyQueue(seed: seed)
        slots = Slots(concurrency)
        // Reads make no subnet manager sweep, and are to keep pace with the writes.
        verification = Verification(2 * concurrency, least: leastListed)
        self.runsOnce = runsOnce
    }

    // MARK: What waits

    /// - Parameter isNews: whether something has changed for the PKey: then it does not wait for the end of its backoff.
    mutating func ask(_ pkey: PKey, _ urgency: Urgency, isNews: Bool, now: Duration) {
        // Only something new is a reason to take up again what a single run has given up.
        if !isNews, attempts[pkey, default: 0] >= Self.mostAttempts { return }
        waitingSince[pkey] = waitingSince[pkey] ?? now
        queue.add(pkey, urgency, isNews: isNews, now: now)
        if isNews { verification.hasten(pkey) }
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

    /// Whether nobody knows yet whether the ledger has a partition as ours: a claim of it is under way, by its run or of many.
    func isClaiming(_ pkey: PKey) -> Bool { runs[pkey]?.run.isClaiming ?? false || claims.isUnanswered(pkey) }

    /// What asks for something, and how much lets time pass.
    var underWay: EngineStatus.UnderWay {
        let most = EngineStatus.UnderWay.most
        let holders = slots.pkeys.prefix(most)
        let others = busy.count > holders.count ? busy.lazy.filter { !slots.has($0) }.prefix(most - holders.count) : nil
        let shown = (holders + (others.map(Array.init) ?? [])).sorted().compactMap { pkey in
            runs[pkey].map {
                EngineStatus.Run(
                    pkey: pkey, phase: $0.run.phase, urgency: $0.place.urgency, isOutOfTurn: $0.place.isEldest,
                    holdsSlot: slots.has(pkey), since: $0.since)
            }
        }
        return EngineStatus.UnderWay(runs: shown, busy: busy.count, resting: rests.count)
    }

    /// Takes the next PKey for which a slot is open, and whose run begins now; says since when it has been asked for.
    mutating func next(now: Duration) -> (pkey: PKey, since: Duration)? {
        guard recording.count < Self.mostRecording else { return nil }
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
        let place = place(of: pkey)
        verification.leave(pkey)
        rests[pkey] = run.restsUntil
        if kind == nil { busy.remove(pkey) } else { busy.insert(pkey) }
        if let kind, run.holdsSlot {
            slots.asks(pkey, kind, as: place.isEldest ? nil : place.urgency, now: now)
        } else {
            slots.leave(pkey)
        }
        if kind == .ledger, !run.holdsSlot { recording.insert(pkey) } else { recording.remove(pkey) }
        return register(pkey, run, place, now: now)
    }

    private mutating func place(of pkey: PKey) -> Place {
        runs[pkey]?.place ?? beginning.removeValue(forKey: pkey) ?? .last
    }

    private mutating func register(_ pkey: PKey, _ run: Run, _ place: Place, now: Duration) -> RunID {
        if let id = runs[pkey]?.id {
            runs[pkey]?.run = run
            return id
        }
        lastRun = lastRun.next
        runs[pkey] = Running(id: lastRun, since: waitingSince[pkey] ?? now, place: place, run: run)
        return lastRun
    }

    /// What a run has asked for is answered.
    mutating func answered(_ pkey: PKey, _ answer: EngineEvent.Answer, now: Duration) {
        slots.answered(pkey, answer.outcome)
        if verification.answered(pkey, answer.outcome, now: now), answer.outcome == .succeeded {
            slots.succeeded(.read)
        }
    }

    mutating func over(_ pkey: PKey, _ ending: Ending, now: Duration) {
        let place = place(of: pkey)
        runs[pkey] = nil
        rests[pkey] = nil
        busy.remove(pkey)
        recording.remove(pkey)
        slots.leave(pkey)
        verification.leave(pkey)
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

    // MARK: Verification

    /// A run has written, and is to be shown what came of it.
    mutating func verifies(_ pkey: PKey, as run: Run, _ manner: Verification.Manner, now: Duration) {
        let place = place(of: pkey)
        rests[pkey] = nil
        busy.insert(pkey)
        recording.remove(pkey)
        if run.holdsSlot {
            slots.asks(pkey, .read, as: place.isEldest ? nil : place.urgency, now: now)
        } else {
            slots.leave(pkey)
        }
        verification.join(pkey, manner, now: now)
        _ = register(pkey, run, place, now: now)
    }

    /// The runs whose read has not been asked for yet, in ascending order.
    var unverified: [PKey] { verification.waiting }
    var isVerifying: Bool { !verification.isEmpty }

    /// What is to be read now, each with the run that it is for.
    mutating func readings(_ terms: Verification.Terms, now: Duration) -> [(request: Verification.Request, run: RunID?)]
    {
        verification.next(terms.expecting(coming), now: now).map { request in
            if case .single(let pkey) = request { (request, runs[pkey]?.id) } else { (request, nil) }
        }
    }

    /// When something is to be read, if only time keeps it.
    func nextReading(_ terms: Verification.Terms, now: Duration) -> Duration? {
        verification.nextDue(terms.expecting(coming), now: now)
    }

    /// How many more may be written soon.
    private var coming: Int { queue.depth + slots.count + claims.count }

    /// A complete read is asked for, whatever for.
    ///
    /// - Parameter number: of the read.
    mutating func listAsked(_ number: Int) { verification.listAsked(number) }

    /// The complete read is answered.
    mutating func listAnswered(_ result: Result<FabricSnapshot, Failure>, in duration: Duration?, now: Duration) {
        let isWitness = if case .success(let snapshot) = result { !snapshot.isRecalled } else { false }
        verification.listAnswered(isWitness: isWitness, cost: isWitness ? duration : nil, now: now)
    }

    /// The next run whose partition a list has shown; the ledger takes so many at once.
    mutating func nextShown() -> PKey? {
        recording.count < Self.mostRecording ? verification.nextShown() : nil
    }

    /// A list does not show a partition as it was written.
    mutating func contradicted(_ pkey: PKey) { verification.contradicted(pkey) }

    // MARK: Failures

    /// A PKey is not in step; says whether that, or why, is news.
    mutating func troubled(_ pkey: PKey, _ failure: Failure) -> Bool {
        wishes[pkey] = failure.wish
        let before = failures.updateValue(failure, forKey: pkey)
        return before.map { !failure.saysTheSame(as: $0) } ?? true
    }

    /// What a PKey failed with, until it is right.
    func failure(of pkey: PKey) -> String? { failures[pkey]?.message }

    /// Whether a PKey that has failed is to be given up: it is not asked for again.
    private mutating func givesUp(_ pkey: PKey) -> Bool {
        guard runsOnce else { return false }
        attempts[pkey, default: 0] += 1
        return attempts[pkey, default: 0] >= Self.mostAttempts
    }

    /// The PKeys that were given up, in ascending order, and why the first one was.
    var givenUp: (pkeys: [PKey], reason: String?) {
        let pkeys = attempts.filter { $0.value >= Self.mostAttempts }.keys.sorted()
        return (pkeys, pkeys.first.flatMap { failure(of: $0) })
    }

    /// Whether nothing waits and nothing is under way.
    var isDone: Bool { runs.isEmpty && queue.depth == 0 && claims.isEmpty && opinions.isEmpty }

    // MARK: Claims of many

    /// Whether a partition is claimed with many, whatever the answer will be worth.
    func isBeingClaimed(_ pkey: PKey) -> Bool { claims.isUnanswered(pkey) }

    /// The partitions that are.
    var unanswered: Set<PKey> { claims.unanswered }

    /// Whether the record of a partition may be one that we have just written, and of which nobody has told us.
    func mayHaveWritten(_ pkey: PKey) -> Bool { isRunning(pkey) || claims.isUnanswered(pkey) }

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

internal import Fabric
internal import KeyHistory
internal import Planning

/// Makes a fabric agree with etcd: told what happens, it says what to do. Pure: no clock, no I/O, no concurrency.
///
/// Desired state comes from the source, actual state from the fabric, ownership from the ledger. Nothing is planned until
/// all three have been read completely once. PKeys that may differ are queued, and each is run by a ``Job``:
/// claim → write → read back → record; or authorise → delete → read back → release.
package struct Engine: Sendable {
    let configuration: EngineConfiguration
    let planner: Planner
    var desired: DesiredState
    var ledger = LedgerKnowledge()
    var fabric = FabricKnowledge()
    var queue: KeyQueue<PKey>
    var jobs: [PKey: Job] = [:]
    /// When work on a PKey was first asked for since it was last right.
    var waitingSince: [PKey: Duration] = [:]
    /// The last failure told for a PKey, so that it is told once.
    var toldFailures: [PKey: String] = [:]
    var ufm = Outage(of: "UFM")
    var ledgerOutage = Outage(of: "The ledger")
    var resync: Resync
    var deletionGuard: DeletionGuard
    /// When the ledger is read again to see whether held deletions have been approved.
    var approvalLookAt: Duration?
    /// Claims that were asked for many at once, and of which no run has taken charge since.
    var batchClaims: [PKey: LedgerRecord] = [:]
    /// In a single run: how often a PKey has failed, and what with.
    var attempts: [PKey: Int] = [:]
    var toldDrift: [PKey] = []
    /// All drift that was found since the start.
    package internal(set) var drift = Drift()
    var report = UnmanagedReport()
    var isStopping = false
    var isFinished = false

    package init(_ configuration: EngineConfiguration, seed: UInt64 = .random(in: .min ... .max)) {
        self.configuration = configuration
        planner = Planner(enforcesFlags: configuration.enforcesFlags)
        desired = DesiredState(
            configuration.sources, flags: configuration.flags, range: configuration.limits.range)
        deletionGuard = DeletionGuard(configuration.deleteGuard)
        queue = KeyQueue(seed: seed)
        resync = Resync(interval: configuration.resyncInterval)
    }

    /// Takes an event; says what to do now, and when to be told of the time again.
    package mutating func handle(_ event: EngineEvent, now: Duration) -> (actions: [EngineAction], wakeAt: Duration?) {
        guard !isFinished else { return ([], nil) }
        var actions = Actions()
        switch event {
        case .started: startReading(now: now, &actions)
        case .source(let source, let event): take(event, from: source, now: now, &actions)
        case .sourceEnded(let failure): finish(.failed(failure), &actions)
        case .sourceListed(let asked, let result): takeResyncList(asked, result, now: now, &actions)
        case .fabricRead(let result): takeFabric(result, now: now, &actions)
        case .ledgerRead(let result): takeLedger(result, now: now, &actions)
        case .batchClaimed(let records, let result): takeBatch(records, result, now: now, &actions)
        case .answered(let pkey, let answer): take(answer, of: pkey, now: now, &actions)
        case .timer: break
        case .stop: isStopping = true
        }
        keepTime(now: now, &actions)
        startJobs(now: now, &actions)
        if isStopping, jobs.isEmpty { finish(.stopped, &actions) }
        finishOnce(&actions)
        return (actions.list, isFinished ? nil : nextTime(now: now))
    }

    mutating func finish(_ end: EngineEnd, _ actions: inout Actions) {
        guard !isFinished else { return }
        isFinished = true
        actions.list.append(.finish(end))
    }

    // MARK: Time

    private mutating func startReading(now: Duration, _ actions: inout Actions) {
        readFabric(now: now, &actions)
        readLedger(&actions)
    }

    private mutating func keepTime(now: Duration, _ actions: inout Actions) {
        guard !isStopping else { return }
        if let retry = ufm.retryAt, retry <= now, !fabric.isBeingRead { readFabric(now: now, &actions) }
        if let retry = ledgerOutage.retryAt, retry <= now {
            ledgerOutage.retrying()
            readLedger(&actions)
        }
        if let look = approvalLookAt, look <= now {
            approvalLookAt = deletionGuard.isHolding ? now + Self.approvalInterval : nil
            if !ledgerOutage.isDown { readLedger(&actions) }
        }
        if isReady, !ufm.isDown, !fabric.isBeingRead, resync.isDue(now: now) {
            resync.started()
            readFabric(now: now, &actions)
            listSources(&actions)
            readLedger(&actions)
        }
    }

    private func nextTime(now: Duration) -> Duration? {
        guard !isStopping else { return nil }
        // While the fabric is being read, its answer comes before any time that hangs on it.
        var times = [ledgerOutage.retryAt, approvalLookAt]
        if !fabric.isBeingRead { times.append(ufm.retryAt) }
        if isReady, !ufm.isDown {
            if !fabric.isBeingRead { times.append(resync.due) }
            if jobs.count < configuration.concurrency { times.append(queue.nextReady(after: now)) }
        }
        return times.compactMap(\.self).min()
    }

    mutating func readFabric(now: Duration, _ actions: inout Actions) {
        ufm.retrying()
        fabric.readingStarted(now: now, running: Set(jobs.keys))
        actions.list.append(.readFabric)
    }

    func listSources(_ actions: inout Actions) {
        for epoch in desired.epochs { actions.list.append(.listSource(epoch)) }
    }

    mutating func readLedger(_ actions: inout Actions) {
        ledger.readingStarted()
        actions.list.append(.readLedger)
    }

    /// Whether all three sides have been read completely.
    var isReady: Bool { desired.isListed && ledger.isKnown && fabric.isKnown }

    // MARK: What is asked of a partition

    func isOwned(_ pkey: PKey) -> Bool { ledger[pkey] != nil }

    /// Whether a partition differs from what is wanted, or the ledger from what is so.
    func needsWork(_ pkey: PKey) -> Bool {
        let intent = intent(of: pkey)
        if case .held(let reason) = intent { return holdRecord(pkey, reason) != nil }
        guard let actual = fabric.partition(pkey) else { return intent != .absent || isOwned(pkey) }
        let steps = planner.steps(for: pkey, intent: intent, actual: actual, isOwned: isOwned(pkey))
        return !steps.isEmpty || !recordIsRight(pkey, intent: intent)
    }

    func recordIsRight(_ pkey: PKey, intent: Intent) -> Bool {
        switch intent {
        case .held: true
        case .absent: !isOwned(pkey)
        case .present: ledger[pkey] == record(.synced, of: pkey)
        }
    }

    func record(_ state: LedgerRecord.State, of pkey: PKey, error: String? = nil) -> LedgerRecord {
        LedgerRecord(state, key: desired.key(of: pkey), revision: desired.revision(of: pkey), error: error)
    }

    /// Queues every PKey that etcd or the ledger knows and that differs.
    mutating func review(now: Duration, _ actions: inout Actions) {
        guard isReady else { return }
        judgeDeletions(among: ledger.pkeys, isListed: true, now: now, &actions)
        var unclaimed: [PKey] = []
        for pkey in desired.pkeys.union(ledger.pkeys) where batchClaims[pkey] == nil && needsWork(pkey) {
            if !isOwned(pkey), jobs[pkey] == nil { unclaimed.append(pkey) } else { ask(pkey, .resync, now: now) }
        }
        claim(unclaimed, now: now, &actions)
    }

    mutating func ask(_ pkey: PKey, _ priority: KeyQueue<PKey>.Priority, now: Duration) {
        waitingSince[pkey] = waitingSince[pkey] ?? now
        queue.add(pkey, priority)
    }
}

/// Gathers actions.
struct Actions {
    var list: [EngineAction] = []

    mutating func say(_ level: Message.Level, _ text: String, _ metadata: [String: String] = [:]) {
        list.append(.say(Message(level, text, metadata)))
    }

    mutating func say(_ message: Message?) {
        if let message { list.append(.say(message)) }
    }
}

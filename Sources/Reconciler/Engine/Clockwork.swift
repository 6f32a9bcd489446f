/// When something is to be done for no other reason than that time has passed. Pure.
struct Clockwork: Sendable {
    enum Due: Hashable, Sendable {
        /// The fabric manager, or the ledger, is tried again after an outage.
        case fabricRetry
        case ledgerRetry
        /// The fabric is read again, to see that what we deleted is gone.
        case witness
        /// All sides are read again.
        case resync
        /// The sources and the ledger are read again, since something was refused there.
        case look
    }

    /// When all sides are read again: at the interval, but so that reading takes at most a tenth of the fabric manager's
    /// time.
    private enum Resync: Sendable {
        /// Not before the fabric has been read once. → at
        case notYet
        /// → underWay
        case at(Duration)
        /// → at
        case underWay
    }

    /// How long a list that is to bear witness waits for more to be deleted.
    private static let gathering = Duration.seconds(5)
    /// How long it is quiet before looking again costs nothing again, and the longest wait between two looks.
    private static let (quiet, longestPause) = (Duration.seconds(60), Duration.seconds(30))

    private let interval: Duration
    /// When the sources and the ledger are read again since something was refused there.
    private var lookAt: Duration?
    private var lastLook: (time: Duration, pause: Duration)?
    private var resync = Resync.notYet
    /// When the fabric may be read again.
    private var fabricRest = Duration.zero
    /// When it is to be read for what was deleted.
    private var witness: Duration?
    /// Whether a list is being read for no other reason, or to see what came of writes.
    private var isWitnessing = false
    /// In a single run: whether that has been done.
    private var isWitnessSpent = false

    init(interval: Duration) {
        self.interval = interval
    }

    mutating func fabricWasRead(in duration: Duration, now: Duration) {
        fabricRest = now + duration * 9
        if isWitnessing, case .at(let time) = resync {
            // Only the fabric was read: that puts nothing off.
            resync = .at(max(time, fabricRest))
        } else {
            resync = .at(max(now + interval, fabricRest))
        }
        isWitnessing = false
    }

    /// Something was deleted: a list of the fabric is to show it gone, one list for many.
    mutating func wantWitness(now: Duration) {
        witness = witness ?? now + Self.gathering
    }

    /// A list begins that is to show what came of writes.
    mutating func fabricIsReadToVerify() {
        isWitnessing = true
    }

    /// A list begins, which is what was wanted.
    mutating func fabricIsRead() {
        witness = nil
    }

    /// In a single run: whether a list is to be read before it ends; true once.
    mutating func takeWitness() -> Bool {
        guard witness != nil, !isWitnessSpent else { return false }
        isWitnessSpent = true
        return true
    }

    /// The fabric cannot be read as a whole: it is tried with the next resync.
    mutating func fabricCouldNotBeRead(now: Duration) {
        resync = .at(now + interval)
        isWitnessing = false
    }

    /// Something was refused, so that what is known is not so. What is looked at again and again in vain is looked at less
    /// and less often.
    mutating func lookAgain(now: Duration) {
        guard lookAt == nil else { return }
        guard let last = lastLook, now - last.time < Self.quiet else {
            lastLook = nil
            return lookAt = now
        }
        lookAt = max(now, last.time + last.pause)
    }

    private mutating func looked(now: Duration) {
        lookAt = nil
        let pause = lastLook.map { min($0.pause * 2, Self.longestPause) } ?? .milliseconds(100)
        lastLook = (now, pause)
    }

    /// What is due, in its order; each is due once.
    mutating func due(now: Duration, _ sides: Sides) -> [Due] {
        var due: [Due] = []
        var isReadingFabric = sides.fabric.isBeingRead
        if let retry = fabricRetry(sides), retry <= now {
            due.append(.fabricRetry)
            isReadingFabric = true
        }
        if let retry = sides.ledger.outage?.retryAt, retry <= now { due.append(.ledgerRetry) }
        if let look = lookAt, look <= now {
            looked(now: now)
            due.append(.look)
        }
        if case .at(let time) = resync, time <= now, sides.picture != nil, sides.fabric.outage == nil,
            !isReadingFabric
        {
            resync = .underWay
            due.append(.resync)
            isReadingFabric = true
        }
        if let time = witnessAt, time <= now, sides.fabric.outage == nil, !isReadingFabric {
            isWitnessing = true
            due.append(.witness)
        }
        return due
    }

    /// When the fabric manager is tried again. One that was known is only asked whether it is there: a list that was asked of
    /// it before it went away may hang for long.
    private func fabricRetry(_ sides: Sides) -> Duration? {
        sides.fabric.isKnown || !sides.fabric.isBeingRead ? sides.fabric.outage?.retryAt : nil
    }

    private var witnessAt: Duration? { witness.map { max($0, fabricRest) } }

    /// When something is due next.
    ///
    /// - Parameter ready: when the next PKey waits for nothing but time.
    func next(_ sides: Sides, ready: () -> Duration?) -> Duration? {
        var times = [sides.ledger.outage?.retryAt, lookAt, sides.source.nextDue]
        times.append(fabricRetry(sides))
        if sides.picture != nil, sides.fabric.outage == nil {
            if !sides.fabric.isBeingRead {
                if case .at(let time) = resync { times.append(time) }
                times.append(witnessAt)
            }
            times.append(ready())
        }
        return times.compactMap(\.self).min()
    }
}

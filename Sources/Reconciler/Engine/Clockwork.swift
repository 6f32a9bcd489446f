/// When something is to be done for no other reason than that time has passed. Pure.
struct Clockwork: Sendable {
    enum Due: Hashable, Sendable {
        /// The fabric manager, or the ledger, is tried again after an outage.
        case fabricRetry
        case ledgerRetry
        /// The ledger may say that held deletions have been approved.
        case approvalLook
        /// All sides are read again.
        case resync
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

    /// How soon an approval is noticed.
    private static let approvalInterval = Duration.seconds(2)

    private let interval: Duration
    private var resync = Resync.notYet
    private var approvalLook: Duration?

    init(interval: Duration) {
        self.interval = interval
    }

    mutating func fabricWasRead(in duration: Duration, now: Duration) {
        resync = .at(now + max(interval, duration * 9))
    }

    /// The fabric cannot be read as a whole: it is tried with the next resync.
    mutating func fabricCouldNotBeRead(now: Duration) {
        resync = .at(now + interval)
    }

    /// Deletions are held: from now on somebody may approve them.
    mutating func lookForApprovals(now: Duration) {
        approvalLook = approvalLook ?? now + Self.approvalInterval
    }

    /// What is due, in its order; each is due once.
    mutating func due(now: Duration, _ sides: Sides, isHolding: Bool) -> [Due] {
        var due: [Due] = []
        var isReadingFabric = sides.fabric.isBeingRead
        if let retry = sides.fabric.outage?.retryAt, retry <= now, !isReadingFabric {
            due.append(.fabricRetry)
            isReadingFabric = true
        }
        if let retry = sides.ledger.outage?.retryAt, retry <= now { due.append(.ledgerRetry) }
        if let look = approvalLook, look <= now {
            approvalLook = isHolding ? now + Self.approvalInterval : nil
            if sides.ledger.outage == nil { due.append(.approvalLook) }
        }
        if case .at(let time) = resync, time <= now, sides.picture != nil, sides.fabric.outage == nil,
            !isReadingFabric
        {
            resync = .underWay
            due.append(.resync)
        }
        return due
    }

    /// When something is due next.
    ///
    /// - Parameter ready: when the next PKey waits for nothing but time.
    func next(_ sides: Sides, ready: () -> Duration?) -> Duration? {
        var times = [sides.ledger.outage?.retryAt, approvalLook]
        // While the fabric is being read, its answer comes before any time that hangs on it.
        if !sides.fabric.isBeingRead { times.append(sides.fabric.outage?.retryAt) }
        if sides.picture != nil, sides.fabric.outage == nil {
            if !sides.fabric.isBeingRead, case .at(let time) = resync { times.append(time) }
            times.append(ready())
        }
        return times.compactMap(\.self).min()
    }
}

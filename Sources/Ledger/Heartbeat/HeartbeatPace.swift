/// When a heartbeat is written, and when it is only kept alive. Pure.
struct HeartbeatPace: Sendable {
    /// Between two writings, and between two renewals.
    static let interval = Duration.seconds(10)
    /// Between two times that it is noted where it outlives the daemon: each is a change of the store for good.
    static let noteInterval = Duration.seconds(300)
    /// Between two looks at who else lives.
    static let lookInterval = Duration.seconds(15)
    /// After something has failed.
    static let pause = Duration.seconds(3)

    enum Step: Hashable, Sendable {
        /// How it stands has changed.
        case write
        /// It stands as it is.
        case renew
        /// What is to be known of a daemon that dies.
        case note
        /// Who else lives.
        case look
    }

    private var summary: Heartbeat.Summary?
    private var last: [Step: Duration] = [:]
    private var failedAt: Duration?

    /// What is to be done now, in this order.
    func steps(for summary: Heartbeat.Summary, now: Duration) -> [Step] {
        if let failedAt, now - failedAt < Self.pause { return [] }
        func isDue(_ step: Step, every interval: Duration) -> Bool {
            last[step].map { now - $0 >= interval } ?? true
        }
        var steps: [Step] = []
        // First: a store may refuse what is new, and keep what is there.
        if self.summary != nil, isDue(.renew, every: Self.interval) { steps.append(.renew) }
        if self.summary != summary, isDue(.write, every: Self.interval) { steps.append(.write) }
        if isDue(.note, every: Self.noteInterval) { steps.append(.note) }
        if isDue(.look, every: Self.lookInterval) { steps.append(.look) }
        return steps
    }

    mutating func done(_ step: Step, _ summary: Heartbeat.Summary, now: Duration) {
        failedAt = nil
        last[step] = now
        guard step == .write else { return }
        // What is there for the first time is as good as renewed.
        if self.summary == nil { last[.renew] = now }
        self.summary = summary
    }

    mutating func failed(now: Duration) { failedAt = now }

    /// It does not stand any more: it is written at once.
    mutating func lost() {
        summary = nil
        last[.write] = nil
    }
}

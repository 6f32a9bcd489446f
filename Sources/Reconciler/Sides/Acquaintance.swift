/// Whether a server has ever answered, and whether it does now. What it told is there only once it has. Pure.
enum Acquaintance<Knowledge: Sendable>: Sendable {
    /// It has not answered yet. → up
    case unheard(Outage?)
    /// It answers. → down
    case up(Knowledge)
    /// It has answered, and does not now. → up
    case down(Knowledge, Outage)

    var knowledge: Knowledge? {
        switch self {
        case .unheard: nil
        case .up(let knowledge), .down(let knowledge, _): knowledge
        }
    }

    var outage: Outage? {
        switch self {
        case .unheard(let outage): outage
        case .up: nil
        case .down(_, let outage): outage
        }
    }

    var isHeard: Bool {
        switch self {
        case .unheard: false
        case .up, .down: true
        }
    }

    /// It has answered: takes what it told.
    ///
    /// - Parameter told: what is known now, from what was known before.
    mutating func answered(_ told: (Knowledge?) -> Knowledge) {
        let before = knowledge
        // Nobody else holds what was known while it is changed.
        self = .unheard(nil)
        self = .up(told(before))
    }

    /// It answers again, though it has told nothing new.
    mutating func returned() {
        if case .down(let knowledge, _) = self { self = .up(knowledge) }
    }

    /// A request failed that shows it to be away.
    mutating func failed(_ failure: Failure, now: Duration) {
        let outage = outage?.again(failure, now: now) ?? Outage(failure, now: now)
        switch self {
        case .unheard: self = .unheard(outage)
        case .up(let knowledge), .down(let knowledge, _): self = .down(knowledge, outage)
        }
    }

    /// The next try is under way; its answer sets the time of the one after.
    mutating func retrying() {
        switch self {
        case .unheard(var outage?):
            outage.retrying()
            self = .unheard(outage)
        case .down(let knowledge, var outage):
            outage.retrying()
            self = .down(knowledge, outage)
        case .unheard(nil), .up: break
        }
    }

    /// Somebody waits: the next try does not wait for its time.
    mutating func hurry(now: Duration) {
        guard case .down(let knowledge, var outage) = self else { return }
        outage.hurry(now: now)
        self = .down(knowledge, outage)
    }

    /// Changes what is known in place; nothing before it is.
    mutating func update(_ change: (inout Knowledge) -> Void) {
        switch self {
        case .unheard: break
        case .up(var knowledge):
            self = .unheard(nil)
            change(&knowledge)
            self = .up(knowledge)
        case .down(var knowledge, let outage):
            self = .unheard(nil)
            change(&knowledge)
            self = .down(knowledge, outage)
        }
    }
}

/// A server that does not answer.
package struct Outage: Hashable, Sendable {
    package enum Retry: Hashable, Sendable {
        case at(Duration)
        case underWay
    }

    /// Two tries are no nearer to each other, whoever waits.
    private static let leastPause = Duration.milliseconds(250)

    package let since: Duration
    package let failures: Int
    package let last: Failure
    package private(set) var retry: Retry
    private let failedAt: Duration
    /// Whether somebody has come to wait since the try began that is under way.
    private var isHurried = false

    init(_ failure: Failure, now: Duration) {
        self.init(since: now, failures: 1, failure, now: now)
    }

    private init(since: Duration, failures: Int, _ failure: Failure, now: Duration) {
        self.since = since
        self.failures = failures
        last = failure
        failedAt = now
        // 0.5 s to 2 s until the next try, or longer where the server wishes so. A password that is wrong is not to be tried so
        // often that the account is locked.
        let longest: Duration = failure.cause == .credentials ? .seconds(15) : .seconds(2)
        let pause = min(.milliseconds(500) * (1 << min(failures - 1, 5)), longest)
        retry = .at(now + max(pause, failure.wish))
    }

    mutating func retrying() { retry = .underWay }

    /// The next try is made as soon as it may be. A server that wishes to be left alone is.
    mutating func hurry(now: Duration) {
        guard case .at(let time) = retry else { return isHurried = true }
        guard last.wish == .zero else { return }
        retry = .at(min(time, max(now, failedAt + Self.leastPause)))
    }

    func again(_ failure: Failure, now: Duration) -> Outage {
        var outage = Outage(since: since, failures: failures + 1, failure, now: now)
        // The try that was under way may have been asked of one that was not back yet.
        if isHurried { outage.hurry(now: now) }
        return outage
    }

    package var retryAt: Duration? {
        switch retry {
        case .at(let time): time
        case .underWay: nil
        }
    }
}

extension Failure {
    /// A server that wishes to be left alone for a day is asked all the same.
    private static let longestWish = Duration.seconds(60)

    /// How long whoever failed wishes to be left alone, as far as that is heeded.
    var wish: Duration { min(retryAfter ?? .zero, Self.longestWish) }
}

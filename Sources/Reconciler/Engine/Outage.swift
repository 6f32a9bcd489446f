/// Whether a server answers, and when to try it again; says so once when it goes and once when it is back. Pure.
struct Outage: Sendable {
    /// A server that wishes to be left alone for a day is asked all the same.
    private static let longestWish = Duration.seconds(120)

    private let name: String
    private var since: Duration?
    private var failures = 0
    private(set) var retryAt: Duration?
    private(set) var wasEverUp = false
    /// What went wrong last; nil while the server answers.
    private(set) var lastFailure: Failure?

    init(of name: String) {
        self.name = name
    }

    var isDown: Bool { since != nil }

    /// A request failed; 0.5 s to 15 s until the next try, or longer where the server wishes so.
    mutating func failed(_ failure: Failure, now: Duration) -> Message? {
        failures += 1
        lastFailure = failure
        let pause = min(.milliseconds(500) * (1 << min(failures - 1, 5)), .seconds(15))
        retryAt = now + max(pause, min(failure.retryAfter ?? .zero, Self.longestWish))
        guard since == nil else { return nil }
        since = now
        return Message(.error, "\(name) does not answer; trying until it does: \(failure.message)")
    }

    mutating func answered(now: Duration) -> Message? {
        defer {
            since = nil
            retryAt = nil
            lastFailure = nil
            failures = 0
            wasEverUp = true
        }
        return since.map { since in
            Message(.info, "\(name) answers again, after \((now - since).inWords)")
        }
    }

    /// The next try is under way; its answer sets the time of the one after.
    mutating func retrying() {
        retryAt = nil
    }
}

extension Duration {
    /// Milliseconds with one decimal: `4.1`.
    var milliseconds: String {
        let microseconds = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        return "\(microseconds / 1_000).\(microseconds % 1_000 / 100)"
    }

    /// `4.1 ms`, `2.5 s`.
    var inWords: String {
        let microseconds = components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        let (value, unit) = microseconds < 1_000_000 ? (microseconds, "ms") : (microseconds / 1_000, "s")
        return "\(value / 1_000).\(value % 1_000 / 100) \(unit)"
    }
}

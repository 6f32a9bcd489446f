/// When both sides are read again: at the interval, but so that reading takes at most a tenth of UFM's time. Pure.
struct Resync: Sendable {
    private let interval: Duration
    private(set) var due: Duration?

    init(interval: Duration) {
        self.interval = interval
    }

    func isDue(now: Duration) -> Bool {
        due.map { $0 <= now } ?? false
    }

    mutating func started() {
        due = nil
    }

    mutating func fabricWasRead(in duration: Duration, now: Duration) {
        due = now + max(interval, duration * 9)
    }
}

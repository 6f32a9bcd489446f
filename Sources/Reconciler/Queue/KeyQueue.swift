/// A queue of keys, not of events: a key that is added while it waits or runs runs once more, however often it is added.
///
/// One run of a key at a time; failures wait with exponential backoff and jitter, each key by itself; fresh keys go before
/// resync ones, but every fourth turn takes the one that has waited longest. Pure: the caller says what time it is.
package struct KeyQueue<Key: Hashable & Sendable>: Sendable {
    package enum Priority: Int, Comparable, Sendable, CaseIterable {
        case resync
        case fresh

        package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    package enum Outcome: Sendable {
        case succeeded
        case failed
        /// Nothing was tried: what it waits for adds it again, and its backoff goes on from where it was.
        case deferred
    }

    private struct Waiting {
        var priority: Priority
        let order: UInt64
        let since: Duration
        var notBefore: Duration
    }

    /// To run, when it is not running.
    private var dirty: [Key: Waiting] = [:]
    /// The same, by class: how much waits, without counting it.
    private var waiters: [Priority: Waiters] = [:]
    private var running: Set<Key> = []
    private var failures: [Key: Int] = [:]
    private var order: UInt64 = 0
    private var turns: UInt64 = 0
    private var jitter: UInt64

    package static var firstBackoff: Duration { .milliseconds(100) }
    package static var longestBackoff: Duration { .seconds(60) }

    /// - Parameter seed: of the jitter; the same seed gives the same waits.
    package init(seed: UInt64 = .random(in: .min ... .max)) {
        jitter = seed | 1
    }

    package var depth: Int { dirty.count }
    /// What waits in each class; one in which nothing ever waited is missing.
    package var lines: [Priority: QueueLine] { waiters.mapValues(\.line) }
    package var runningKeys: Set<Key> { running }

    /// Asks for a run. A fresh key does not wait for the end of its backoff: what is wanted of it has changed.
    package mutating func add(_ key: Key, _ priority: Priority, now: Duration) {
        if var waiting = dirty[key] {
            if waiting.priority < priority {
                leave(waiting)
                waiting.priority = priority
                waiters[priority, default: Waiters()].join(waiting.order, since: waiting.since)
            }
            if priority == .fresh { waiting.notBefore = .zero }
            dirty[key] = waiting
        } else {
            join(key, priority, now: now, notBefore: .zero)
        }
    }

    private mutating func join(_ key: Key, _ priority: Priority, now: Duration, notBefore: Duration) {
        order += 1
        dirty[key] = Waiting(priority: priority, order: order, since: now, notBefore: notBefore)
        waiters[priority, default: Waiters()].join(order, since: now)
    }

    private mutating func leave(_ waiting: Waiting) {
        waiters[waiting.priority]?.leave(waiting.order)
    }

    /// Lets a key that waits for the end of its backoff wait no longer than until then.
    package mutating func hasten(_ key: Key, to time: Duration) {
        guard let waiting = dirty[key], waiting.notBefore > time else { return }
        dirty[key]?.notBefore = time
    }

    /// The next key to run, now marked as running, or nil when none is ready.
    package mutating func next(now: Duration) -> Key? {
        let ready = dirty.lazy.filter { [running] in $0.value.notBefore <= now && !running.contains($0.key) }
        turns += 1
        let eldestFirst = turns % 4 == 0
        let best = ready.min { left, right in
            if !eldestFirst, left.value.priority != right.value.priority {
                return left.value.priority > right.value.priority
            }
            return left.value.order < right.value.order
        }
        guard let (key, waiting) = best else { return nil }
        leave(waiting)
        dirty[key] = nil
        running.insert(key)
        return key
    }

    /// When the next key becomes ready, if only time keeps it.
    package func nextReady(after now: Duration) -> Duration? {
        var soonest: Duration?
        for (key, waiting) in dirty where waiting.notBefore > now && !running.contains(key) {
            soonest = min(soonest ?? waiting.notBefore, waiting.notBefore)
        }
        return soonest
    }

    /// Ends a run. A failed key comes back after its backoff, unless it was added afresh meanwhile.
    ///
    /// - Parameter earliest: before this a failed key does not come back by itself.
    package mutating func finished(
        _ key: Key, _ outcome: Outcome, now: Duration, notBefore earliest: Duration = .zero
    ) {
        running.remove(key)
        switch outcome {
        case .succeeded: failures[key] = nil
        case .deferred: break
        case .failed:
            let count = failures[key, default: 0]
            failures[key] = count + 1
            guard dirty[key] == nil else { return }
            join(key, .resync, now: now, notBefore: max(now + backoff(count), earliest))
        }
    }

    private mutating func backoff(_ failures: Int) -> Duration {
        let full = min(Self.firstBackoff * (1 << min(failures, 20)), Self.longestBackoff)
        jitter ^= jitter << 13
        jitter ^= jitter >> 7
        jitter ^= jitter << 17
        return full * (0.5 + Double(jitter >> 11) / Double(1 << 53) / 2)
    }
}

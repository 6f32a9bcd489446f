/// A queue of keys, not of events: a key that is added while it waits or runs runs once more, however often it is added.
///
/// One run of a key at a time; failures wait with exponential backoff and jitter, each key by itself. The more urgent class
/// goes first, and within a class whoever was least recently attempted, so that a new key never waits behind a storm; but
/// every fourth turn takes the one that has waited longest. Pure: the caller says what time it is.
package struct KeyQueue<Key: Hashable & Sendable>: Sendable {
    package enum Outcome: Sendable {
        case succeeded
        case failed
        /// Nothing was tried: what it waits for adds it again, and its backoff goes on from where it was.
        case deferred
    }

    private struct Waiting {
        var urgency: Urgency
        let order: UInt64
        let since: Duration
        /// The number of the last attempt on it before, 0 where there was none.
        var attempt: UInt64
        var notBefore: Duration

        func comes(before other: Self, eldestFirst: Bool) -> Bool {
            if !eldestFirst, urgency != other.urgency { return urgency > other.urgency }
            if !eldestFirst, attempt != other.attempt { return attempt < other.attempt }
            return order < other.order
        }
    }

    /// To run, when it is not running.
    private var dirty: [Key: Waiting] = [:]
    /// The same, by class: how much waits, without counting it.
    private var waiters: [Urgency: Waiters] = [:]
    /// Each with the class in which it ran.
    private var running: [Key: Urgency] = [:]
    /// The number of the last attempt on a key; one that is missing was never attempted.
    private var attempts: [Key: UInt64] = [:]
    private var lastAttempt: UInt64 = 0
    private var failures: [Key: Int] = [:]
    private var order: UInt64 = 0
    /// Since the eldest was last taken.
    private var turns = 0
    private var jitter: UInt64

    package static var firstBackoff: Duration { .milliseconds(100) }
    package static var longestBackoff: Duration { .seconds(60) }

    /// - Parameter seed: of the jitter; the same seed gives the same waits.
    package init(seed: UInt64 = .random(in: .min ... .max)) {
        jitter = seed | 1
    }

    package var depth: Int { dirty.count }
    /// What waits in each class; one in which nothing ever waited is missing.
    package var lines: [Urgency: QueueLine] { waiters.mapValues(\.line) }
    package var runningKeys: Dictionary<Key, Urgency>.Keys { running.keys }

    /// Asks for a run.
    ///
    /// - Parameter isNews: whether what is wanted of the key has changed: then it does not wait for the end of its backoff.
    package mutating func add(_ key: Key, _ urgency: Urgency, isNews: Bool, now: Duration) {
        if let waiting = dirty[key] {
            if waiting.urgency < urgency { raise(key, to: urgency) }
            if isNews { dirty[key]?.notBefore = .zero }
        } else {
            join(key, urgency, now: now, notBefore: .zero)
        }
    }

    private mutating func join(_ key: Key, _ urgency: Urgency, now: Duration, notBefore: Duration) {
        order += 1
        dirty[key] = Waiting(
            urgency: urgency, order: order, since: now, attempt: attempts[key, default: 0], notBefore: notBefore)
        waiters[urgency, default: Waiters()].join(order, since: now)
    }

    private mutating func leave(_ waiting: Waiting) {
        waiters[waiting.urgency]?.leave(waiting.order)
    }

    private mutating func raise(_ key: Key, to urgency: Urgency) {
        guard let waiting = dirty[key] else { return }
        leave(waiting)
        dirty[key]?.urgency = urgency
        waiters[urgency, default: Waiters()].join(waiting.order, since: waiting.since)
    }

    /// Somebody waits for what a key is to give up: it waits no longer for the end of its backoff than until then.
    package mutating func hasten(_ key: Key, to time: Duration) {
        guard let waiting = dirty[key] else { return }
        if waiting.urgency < .departure { raise(key, to: .departure) }
        if waiting.notBefore > time { dirty[key]?.notBefore = time }
    }

    /// A key is worked on by other means than a run of it.
    package mutating func attempted(_ key: Key) {
        lastAttempt += 1
        attempts[key] = lastAttempt
        dirty[key]?.attempt = lastAttempt
    }

    /// The next key to run, now marked as running, or nil when none is ready.
    ///
    /// - Parameters:
    ///   - takesEldest: whether it may be the one that has waited longest, whatever its class.
    ///   - isOpen: whether one of this class may run now.
    package mutating func next(
        now: Duration, takesEldest: Bool = true, where isOpen: (Urgency) -> Bool = { _ in true }
    ) -> (key: Key, urgency: Urgency, isEldest: Bool)? {
        let open = waiting(where: isOpen)
        let eldestFirst = takesEldest && turns >= 3
        guard !open.isEmpty, let (key, waiting) = best(of: open, now: now, eldestFirst: eldestFirst) else { return nil }
        turns = eldestFirst ? 0 : turns + 1
        leave(waiting)
        dirty[key] = nil
        running[key] = waiting.urgency
        attempted(key)
        return (key, waiting.urgency, eldestFirst)
    }

    /// Who is ready and comes before all others of these classes.
    ///
    /// Apart from what takes it out of the queue: whoever looks has the queue in his hands, and what is changed meanwhile would be
    /// a copy of all that waits.
    private func best(of open: UrgencySet, now: Duration, eldestFirst: Bool) -> (key: Key, waiting: Waiting)? {
        var best: (key: Key, waiting: Waiting)?
        for (key, waiting) in dirty where waiting.notBefore <= now && open.contains(waiting.urgency) {
            if let best, !waiting.comes(before: best.waiting, eldestFirst: eldestFirst) { continue }
            // Last: this alone has to be looked for, and all that waits is gone through.
            if running[key] == nil { best = (key, waiting) }
        }
        return best
    }

    /// The classes in which a key waits for nothing but its turn.
    package func ready(now: Duration) -> Set<Urgency> {
        Set(dirty.lazy.filter { $0.value.notBefore <= now && running[$0.key] == nil }.map(\.value.urgency))
    }

    /// The classes in which anything waits, of those that are open.
    private func waiting(where isOpen: (Urgency) -> Bool) -> UrgencySet {
        UrgencySet(waiters.filter { $0.value.line.depth > 0 && isOpen($0.key) }.keys)
    }

    /// When the next key becomes ready, if only time keeps it.
    ///
    /// - Parameter isOpen: whether one of this class may run then.
    package func nextReady(
        after now: Duration, where isOpen: (Urgency) -> Bool = { _ in true }
    ) -> Duration? {
        let open = waiting(where: isOpen)
        guard !open.isEmpty else { return nil }
        var soonest: Duration?
        for (key, waiting) in dirty
        where waiting.notBefore > now && running[key] == nil && open.contains(waiting.urgency) {
            soonest = min(soonest ?? waiting.notBefore, waiting.notBefore)
        }
        return soonest
    }

    /// Ends a run. A failed key comes back after its backoff in the class that it had, unless it was added afresh meanwhile.
    ///
    /// - Parameter earliest: before this a failed key does not come back by itself.
    package mutating func finished(
        _ key: Key, _ outcome: Outcome, now: Duration, notBefore earliest: Duration = .zero
    ) {
        let urgency = running.removeValue(forKey: key) ?? .drift
        switch outcome {
        case .succeeded: failures[key] = nil
        case .deferred: break
        case .failed:
            let count = failures[key, default: 0]
            failures[key] = count + 1
            guard dirty[key] == nil else { return }
            join(key, urgency, now: now, notBefore: max(now + backoff(count), earliest))
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

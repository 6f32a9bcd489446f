internal import Surroundings
internal import Synchronization

/// Gives the memory of large answers back to the system once they are over.
///
/// What is read from a large answer consists of many small pieces, and the C library keeps those for itself when they are
/// let go of: a daemon that met one huge list would stay huge for ever.
final class LargeAnswers: Sendable {
    /// From this size on it is worth the milliseconds that it takes.
    private static let size = 4 << 20

    /// An answer is in use until the next of its kind has taken its place: so long, it is looked again and again.
    private static let period = Duration.seconds(600)
    /// Requests that follow each other closely do not pay for it one by one.
    private static let interval = Duration.seconds(10)

    private struct Due {
        var until: ContinuousClock.Instant
        var next: ContinuousClock.Instant
    }

    private let due = Mutex<Due?>(nil)

    func took(bytes: Int) {
        guard bytes >= Self.size else { return }
        let now = ContinuousClock.now
        due.withLock { $0 = Due(until: now + Self.period, next: $0?.next ?? now) }
    }

    /// To be called before a request, when earlier answers have been made use of.
    func giveBack() {
        let isDue = due.withLock { due in
            guard let current = due else { return false }
            let now = ContinuousClock.now
            guard current.next <= now else { return false }
            due = current.until <= now ? nil : Due(until: current.until, next: now + Self.interval)
            return true
        }
        if isDue { ProcessMemory.giveBack() }
    }
}

internal import Surroundings
internal import Synchronization

/// Gives the memory of large answers back to the system once they are over.
///
/// What is read from a large answer consists of many small pieces, and the C library keeps those for itself when they are
/// let go of: a daemon that met one huge list would stay huge for ever.
final class LargeAnswers: Sendable {
    /// From this size on it is worth the milliseconds that it takes.
    private static let size = 4 << 20

    /// How often it is still to be done: an answer is in use until the next of its kind has taken its place, and what that
    /// let go of is given back by the one after.
    private static let times = 6
    /// Requests that follow each other closely do not pay for it one by one.
    private static let interval = Duration.seconds(1)

    private struct Due {
        var times = 0
        var last: ContinuousClock.Instant?
    }

    private let due = Mutex(Due())

    func took(bytes: Int) {
        if bytes >= Self.size { due.withLock { $0.times = Self.times } }
    }

    /// To be called before a request, when earlier answers have been made use of.
    func giveBack() {
        let isDue = due.withLock { due in
            guard due.times > 0 else { return false }
            let now = ContinuousClock.now
            if let last = due.last, last.duration(to: now) < Self.interval { return false }
            due.times -= 1
            due.last = now
            return true
        }
        if isDue { ProcessMemory.giveBack() }
    }
}

internal import Surroundings
internal import Synchronization

/// Gives the memory of large answers back to the system once they are over.
///
/// What is read from a large answer consists of many small pieces, and the C library keeps those for itself when they are
/// let go of: a daemon that met one huge list would stay huge for ever.
final class LargeAnswers: Sendable {
    /// From this size on it is worth the milliseconds that it takes.
    private static let size = 4 << 20

    /// How many of the next requests are to look: the first may come while the answer is still in use.
    private let due = Atomic<Int>(0)

    func took(bytes: Int) {
        if bytes >= Self.size { due.store(3, ordering: .relaxed) }
    }

    /// To be called before a request, when earlier answers have been made use of.
    func giveBack() {
        let left = due.load(ordering: .relaxed)
        guard left > 0 else { return }
        due.store(left - 1, ordering: .relaxed)
        ProcessMemory.giveBack()
    }
}

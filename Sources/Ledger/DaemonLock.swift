import Files
import Glibc
package import Reconciler
import Synchronization

/// The right of one daemon to a ledger in a file, for its life: two that write one ledger would delete each other's partitions.
///
/// Beside the ledger and not in it: who looks, or gives an approval, needs no daemon to be away. The system takes the lock
/// back when the process ends, however it ends; the file that carries it stays.
package final class DaemonLock: Sendable {
    private let descriptor: Mutex<Int32>

    /// Who only looks whether somebody has it keeps it from us for a moment.
    private static let patience = Duration.milliseconds(500)

    /// - Parameter path: of the ledger.
    package init(beside path: String) async throws(Failure) {
        let lockPath = path + ".daemon"
        func failure(_ what: String) -> Failure { Failure(.unwritable, "the ledger \(path): \(what)") }
        let flags = O_CREAT | O_CLOEXEC | O_NOFOLLOW
        let deadline = ContinuousClock.now + Self.patience
        var descriptor = open(lockPath, O_RDWR | flags, 0o644)
        // One that another user has left can be locked all the same.
        if descriptor < 0, errno == EACCES { descriptor = open(lockPath, O_RDONLY | flags, 0o644) }
        guard descriptor >= 0 else { throw failure("\(lockPath) cannot be opened: \(SystemWords.lastError)") }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EWOULDBLOCK, ContinuousClock.now < deadline {
                try? await Task.sleep(for: .milliseconds(20))
                continue
            }
            let isTaken = errno == EWOULDBLOCK
            let words = SystemWords.lastError
            let owner = Self.owner(descriptor)
            close(descriptor)
            throw failure(
                isTaken
                    ? "another daemon keeps it\(owner.map { " (process \($0))" } ?? "")"
                    : "\(lockPath) cannot be locked: \(words)"
            )
        }
        // For people: what counts is the lock.
        let words = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, words, words.count, 0) }
        self.descriptor = Mutex(descriptor)
    }

    /// Whether somebody has it.
    package enum State: Hashable, Sendable {
        case free
        /// A process has it; nil where it does not say which.
        case taken(Int32?)
    }

    /// Looks, without taking it.
    ///
    /// - Parameter path: of the ledger.
    package static func state(beside path: String) throws(Failure) -> State {
        let lockPath = path + ".daemon"
        let descriptor = open(lockPath, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return .free }
            throw Failure(
                .unreadable, "the ledger \(path): \(lockPath) cannot be opened: \(SystemWords.lastError)")
        }
        defer { close(descriptor) }
        // Shared, so that two who look do not take each other for a daemon.
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return .free }
        guard errno == EWOULDBLOCK else {
            throw Failure(
                .unreadable, "the ledger \(path): \(lockPath) cannot be looked at: \(SystemWords.lastError)")
        }
        return .taken(owner(descriptor))
    }

    /// Lets go.
    package func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    deinit { release() }

    /// The process that says it keeps the lock.
    private static func owner(_ descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }
}

import Files
import Glibc
package import Reconciler

/// A ledger file on disk: read whole, and replaced whole under a lock that all processes respect.
///
/// An actor, so that of all tasks that write only one at a time occupies a thread with the disk.
package actor LedgerFile {
    /// Files of more bytes are no ledgers: a record for every PKey there is takes a tenth of it.
    private static let sizeLimit = 1 << 26
    /// How long another process may hold the lock; it does so for one writing.
    private static let patience = Duration.seconds(10)

    package nonisolated let path: String
    private let fabric: String
    private let beforeRename: @Sendable () throws(Failure) -> Void

    /// - Parameter beforeRename: called when the new content is on disk and not yet in place; tests break off there.
    package init(
        _ path: String, fabric: String, beforeRename: @escaping @Sendable () throws(Failure) -> Void = {}
    ) {
        self.path = path
        self.fabric = fabric
        self.beforeRename = beforeRename
    }

    private nonisolated var directory: String { StagedFile.directory(of: path) }

    /// What the file says; empty where there is none in a directory that is there.
    ///
    /// Takes no lock: what is in place is always a whole content.
    nonisolated func content() throws(Failure) -> LedgerFileContent {
        let file: LocalFile?
        do throws(FileError) {
            file = try LocalFile.read(path, limit: Self.sizeLimit)
        } catch {
            throw Failure(.unreadable, "the ledger \(error)")
        }
        guard let file else {
            // A directory that is not there is a mistake, or a file system that is not mounted.
            guard access(directory, X_OK) == 0 else { throw failure(.unreadable, "the directory \(directory)") }
            return LedgerFileContent(fabric: fabric)
        }
        do throws(LedgerFileContent.Unreadable) {
            return try LedgerFileContent(file.bytes, fabric: fabric)
        } catch {
            throw Failure(.unreadable, "the ledger \(path): \(error.problem)")
        }
    }

    /// Throws for a ledger that cannot be used.
    ///
    /// - Parameter writing: whether it is to be changed as well, as far as permissions tell.
    package nonisolated func check(writing: Bool) throws(Failure) {
        // What is wrong with the file or its directory comes first: it says more.
        _ = try content()
        guard writing else { return }
        guard access(directory, W_OK | X_OK) == 0 else {
            throw failure(.unwritable, "changes cannot be written in \(directory)")
        }
    }

    /// Changes the content under the lock, and has it on disk when it returns. What leaves it as it is writes nothing.
    ///
    /// - Parameter lease: is asked when the new content is to be put in place.
    /// - Throws: an outage, whatever is wrong: what could be written once may be so again.
    func change<Value: Sendable>(
        under lease: any WriteLease = EndlessLease(), _ body: @Sendable (inout LedgerFileContent) -> Value
    ) async throws(Failure) -> Value {
        let lock = try await lock()
        defer { close(lock) }
        let old: LedgerFileContent
        do throws(Failure) {
            old = try content()
        } catch {
            throw Failure(.unwritable, error.message)
        }
        var new = old
        let value = body(&new)
        if new != old { try replace(by: new, under: lease) }
        return value
    }

    /// Opens and locks the file beside the ledger; closing it lets it go. The ledger itself cannot carry the lock, since each
    /// change puts another file in its place.
    private func lock() async throws(Failure) -> Int32 {
        let lockPath = path + ".lock"
        // For reading: whoever made it, others can open it as well.
        let descriptor = open(lockPath, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw failure(.unwritable, "\(lockPath) cannot be opened") }
        let deadline = ContinuousClock.now + Self.patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let isTaken = errno == EWOULDBLOCK || errno == EINTR
            let problem = failure(.unwritable, isTaken ? "another process keeps \(lockPath) locked" : "\(lockPath)")
            guard isTaken, ContinuousClock.now < deadline, (try? await Task.sleep(for: .milliseconds(5))) != nil else {
                close(descriptor)
                throw problem
            }
        }
        return descriptor
    }

    /// Puts a new content in the place of the old one: whole and on disk, or not at all.
    private func replace(by content: LedgerFileContent, under lease: any WriteLease) throws(Failure) {
        let bytes: [UInt8]
        do {
            bytes = try content.json()
        } catch {
            throw Failure(.unwritable, "the ledger \(path) cannot be written as JSON: \(error)")
        }
        let staged = try staging { () throws(StagedFile.Problem) in
            // An approval given by root must not take the ledger away from the daemon's user: it keeps its owner.
            try StagedFile(bytes, replacing: path, name: .fixed, mode: 0o644)
        }
        try beforeRename()
        guard !lease.hasRunOut else { throw Failure(.leaseEnded, "the ledger \(path) is not ours to write any more") }
        try staging { () throws(StagedFile.Problem) in try staged.putInPlace() }
    }

    private func staging<Value>(_ call: () throws(StagedFile.Problem) -> Value) throws(Failure) -> Value {
        do throws(StagedFile.Problem) {
            return try call()
        } catch {
            throw Failure(.unwritable, "the ledger \(path): \(error.step): \(error.reason)")
        }
    }

    private nonisolated func failure(_ cause: Failure.Cause, _ what: String) -> Failure {
        Failure(cause, "the ledger \(path): \(what): \(SystemWords.lastError)")
    }
}

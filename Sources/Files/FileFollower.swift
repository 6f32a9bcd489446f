import Glibc

/// Looks out for changes of a file, which may be replaced, vanish and come back.
package struct FileFollower: Sendable {
    /// What the system says of a file that is there; another content has another one.
    private struct Mark: Equatable {
        let device: dev_t
        let inode: ino_t
        let size: off_t
        let seconds: Int
        let nanoseconds: Int

        init?(_ path: String) {
            var information = stat()
            guard stat(path, &information) == 0 else { return nil }
            device = information.st_dev
            inode = information.st_ino
            size = information.st_size
            seconds = information.st_mtim.tv_sec
            nanoseconds = information.st_mtim.tv_nsec
        }
    }

    private let path: String
    private let interval: Duration

    /// - Parameter interval: how often it is looked at.
    package init(_ path: String, interval: Duration = .milliseconds(100)) {
        self.path = path
        self.interval = interval
    }

    /// Calls at once, and again after each change, until the task is cancelled or the call throws.
    ///
    /// - Parameter look: reads the file; returns whether it could. Where it could not it is called each time, since what
    ///   is in the way may not show in the file itself.
    package func run<E: Error>(_ look: () async throws(E) -> Bool) async throws(E) {
        var read: Mark??
        repeat {
            // Before the reading: what changes meanwhile is looked at again.
            let now = Mark(path)
            if read != .some(now) { read = try await look() ? .some(now) : nil }
        } while (try? await Task.sleep(for: interval)) != nil
    }
}

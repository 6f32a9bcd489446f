import Glibc
import Synchronization

/// Where finished log lines go; tests put one in the place of a file descriptor to read what was logged.
package protocol LogOutput: Sendable {
    /// Takes one line without its line end. Must never fail: whoever logs has more important work to do.
    func write(line: String)
}

/// Writes each line with one `write(2)`, so that lines of several tasks, or of several processes, never mix.
///
/// A line that nobody can take (reader gone, disk full, or a pipe full for longer than `patience`) is dropped.
package final class FileDescriptorOutput: LogOutput {
    private let descriptor: Int32
    private let patience: Duration
    /// Held while a line is written in parts, which happens only when a pipe is nearly full.
    private let turn = Mutex<Void>(())

    /// An output to a descriptor that stays open as long as this does, such as 1 or 2.
    ///
    /// Makes the process ignore SIGPIPE: a log whose reader has gone must not end the daemon.
    package init(descriptor: Int32, patience: Duration = .seconds(2)) {
        self.descriptor = descriptor
        self.patience = patience
        signal(SIGPIPE, SIG_IGN)
    }

    package func write(line: String) {
        var bytes = Array(line.utf8)
        bytes.append(UInt8(ascii: "\n"))
        turn.withLock { _ in writeAll(bytes) }
    }

    private func writeAll(_ bytes: [UInt8]) {
        // Logging must leave no trace in the caller's own error handling.
        let before = errno
        defer { errno = before }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EAGAIN {
                guard waitForRoom() else { return }
            } else {
                return
            }
        }
    }

    /// Waits until a non-blocking descriptor takes bytes again; false when it did not within the patience.
    private func waitForRoom() -> Bool {
        let deadline = ContinuousClock.now + patience
        while true {
            let left = (deadline - ContinuousClock.now) / .milliseconds(1)
            guard left > 0 else { return false }
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            let ready = poll(&request, 1, Int32(min(left.rounded(.up), 60_000)))
            if ready > 0 { return true }
            if ready < 0, errno != EINTR { return false }
        }
    }
}

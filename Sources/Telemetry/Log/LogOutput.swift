import Glibc
import Surroundings

/// Where finished log lines go; tests put one in the place of a file descriptor to read what was logged.
package protocol LogOutput: Sendable {
    /// Takes one line without its line end. Must neither fail nor wait: whoever logs has more important work to do.
    ///
    /// - Parameters:
    ///   - isError: whether it is among those to be dropped last.
    ///   - prefix: what stands before it, which is our own, and may be meant for a terminal to obey.
    func write(line: String, isError: Bool, behind prefix: String)
}

extension LogOutput {
    package func write(line: String, isError: Bool) { write(line: line, isError: isError, behind: "") }
}

/// Writes lines from a thread of its own, each with one `write(2)`, so that lines of several processes never mix.
///
/// Whoever logs only puts the line in a queue: when nobody reads a pipe or journald is stuck, the thread waits and nobody
/// else does. What finds no room, or cannot be written (reader gone, disk full), is dropped, counted, and told later.
package final class FileDescriptorOutput: LogOutput {
    private struct State {
        var queue = LogQueue()
        /// Whether the thread is there, whether it has a line in its hands, and whether the last one could be written.
        var hasThread = false
        var isWriting = false
        var isFlowing = true
        /// Nobody will write any more: the thread is to end once the queue is empty.
        var isAbandoned = false
        var style = LogStyle.text

        var isIdle: Bool { queue.isEmpty && !isWriting && !(queue.hasLoss && isFlowing) }
    }

    private let descriptor: Int32
    private let monitor = Monitor(State())

    /// The logs of the program, on standard output and standard error: one for each, so that their lines keep their order.
    package static let standardOutput = FileDescriptorOutput(descriptor: STDOUT_FILENO)
    package static let standardError = FileDescriptorOutput(descriptor: STDERR_FILENO)

    /// An output to a descriptor that stays open as long as this does, such as 1 or 2.
    ///
    /// Makes the process ignore SIGPIPE: a log whose reader has gone must not end the daemon.
    package init(descriptor: Int32) {
        self.descriptor = descriptor
        signal(SIGPIPE, SIG_IGN)
    }

    deinit {
        monitor.update { $0.isAbandoned = true }
    }

    /// How many lines could not be written since the start.
    package var dropped: Int { monitor.update { $0.queue.dropped } }

    /// What its own lines look like.
    package var style: LogStyle {
        get { monitor.update { $0.style } }
        set { monitor.update { $0.style = newValue } }
    }

    package func write(line: String, isError: Bool, behind prefix: String) {
        // Logging must leave no trace in the caller's own error handling.
        let before = errno
        defer { errno = before }
        // Whoever made the line, no secret leaves with it, and nothing that a terminal obeys.
        let bytes = Array(prefix.utf8) + Array(OutgoingWords.line(line).utf8) + [UInt8(ascii: "\n")]
        let needsThread = monitor.update { state in
            state.queue.append(bytes, isError: isError)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if needsThread { startThread() }
    }

    /// Waits, for so long at most, until all that was logged is written; to be called by a thread, at the end.
    ///
    /// - Returns: whether it is.
    @discardableResult
    package func drain(within limit: Duration = .seconds(1)) -> Bool {
        let isWaitingForThread = monitor.update { state in
            defer { state.hasThread = true }
            return !state.hasThread && !state.queue.isEmpty
        }
        if isWaitingForThread, !startThread() {
            // No thread can be had for it, and this one has nothing else to do any more.
            monitor.update { $0.isAbandoned = true }
            Self.writeAll(of: monitor, to: descriptor)
        }
        return monitor.wait(atMost: limit) { $0.isIdle ? true : nil } ?? false
    }

    @discardableResult
    private func startThread() -> Bool {
        let (descriptor, monitor) = (descriptor, monitor)
        do throws(ThreadError) {
            try SystemThread.startDetached { Self.writeAll(of: monitor, to: descriptor) }
            return true
        } catch {
            // Where no thread can be had, lines wait until the next one is logged, or the end.
            monitor.update { $0.hasThread = false }
            return false
        }
    }

    // MARK: On the thread

    private static func writeAll(of monitor: Monitor<State>, to descriptor: Int32) {
        while true {
            let next: (item: LogQueue.Item, style: LogStyle)? = monitor.wait { state in
                if let item = state.queue.take(isFlowing: state.isFlowing) {
                    state.isWriting = true
                    return .some((item, state.style))
                }
                return state.isAbandoned ? .some(nil) : nil
            }
            guard let next else { return }
            let isWritten = write(next.item.bytes(next.style), to: descriptor)
            monitor.update { state in
                state.isWriting = false
                state.isFlowing = isWritten
                if !isWritten { state.queue.failed(next.item) }
            }
        }
    }

    /// Waits for as long as it takes; false when the line cannot be written.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&request, 1, -1)
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }
}

import Glibc

/// A program that runs beside the test. It is killed when the last reference to it goes, and when the tests die.
package final class BackgroundProcess: Sendable {
    private let command: Command
    private let child: ChildProcess
    private let log: LineLog

    /// Starts the program.
    package init(_ command: Command) throws(HarnessError) {
        let log = LineLog()
        self.command = command
        self.log = log
        child = try ChildProcess(command) { stream, bytes in
            log.receive(bytes, from: stream == .output ? .output : .errors)
        }
    }

    deinit {
        child.killGroup()
    }

    /// The number of the process.
    package var identifier: Int32 { child.identifier }
    /// How it ended; nil while it runs.
    package var status: ExitStatus? { child.status }
    package var isRunning: Bool { child.status == nil }
    /// All lines so far, those of both streams in the order in which they were read.
    package var lines: [OutputLine] { log.lines }
    /// The lines of standard output so far.
    package var output: String { text(of: .output) }
    /// The lines of standard error so far.
    package var errors: String { text(of: .errors) }

    /// Gives its last lines, also when it is gone.
    package var lastWords: @Sendable () -> String {
        { [log] in log.lines.suffix(60).map(\.text).joined(separator: "\n") }
    }

    /// Waits for a line, at first among those already written. Its early exit is an error at once.
    ///
    /// - Parameter start: the index of the first line to look at: one more than that of an earlier line, to find a later one.
    @discardableResult
    package func waitForLine(
        _ what: String = "line", from start: Int = 0, timeout: Duration = .untilHung,
        matching: @escaping @Sendable (OutputLine) -> Bool
    ) async throws(HarnessError) -> (index: Int, text: String) {
        switch await log.wait(from: start, timeout: timeout, matching: matching) {
        case .found(let line, let index):
            return (index, line.text)
        case .endOfOutput:
            let status = await child.waitForExit(timeout: .untilHung) ?? .code(0)
            throw .commandFailed(command: "\(command), before its \(what)", status: status, errors: lastLines)
        case nil:
            if Task.isCancelled { throw .cancelled(waitingFor: what) }
            throw .timedOut(waitingFor: "\(what) of \(command)", after: timeout, detail: lastLines)
        }
    }

    /// Waits for a line that contains the text, on either stream.
    @discardableResult
    package func waitForLine(
        containing part: String, from start: Int = 0, timeout: Duration = .untilHung
    ) async throws(HarnessError) -> (index: Int, text: String) {
        try await waitForLine("line with \"\(part)\"", from: start, timeout: timeout) { $0.text.contains(part) }
    }

    /// Sends a signal; false when the program has ended.
    @discardableResult
    package func send(signal: Int32) -> Bool { child.send(signal) }

    /// Asks it to end (SIGTERM).
    package func terminate() { child.send(SIGTERM) }

    /// Kills it and all that it started (SIGKILL).
    package func kill() { child.killGroup() }

    /// Waits for its end, and until all that it wrote is in `lines`.
    @discardableResult
    package func waitForExit(timeout: Duration = .untilHung) async throws(HarnessError) -> ExitStatus {
        guard let status = await child.waitForExit(timeout: timeout) else {
            if Task.isCancelled { throw .cancelled(waitingFor: "end of \(command)") }
            throw .timedOut(waitingFor: "end of \(command)", after: timeout, detail: lastLines)
        }
        _ = await child.waitForEndOfOutput(timeout: .seconds(5))
        return status
    }

    private var lastLines: String {
        log.lines.suffix(40).map(\.text).joined(separator: "\n")
    }

    private func text(of source: OutputLine.Source) -> String {
        log.lines.filter { $0.source == source }.map { $0.text + "\n" }.joined()
    }
}

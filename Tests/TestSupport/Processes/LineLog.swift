import Synchronization

/// One line that a program wrote.
package struct OutputLine: Hashable, Sendable {
    package enum Source: Hashable, Sendable { case output, errors }

    package let source: Source
    package let text: String
}

/// The lines of a program as they come, for tasks that wait for one of them.
final class LineLog: Sendable {
    /// What a wait for a line came to.
    enum Outcome: Sendable {
        case found(OutputLine, index: Int)
        case endOfOutput
    }

    private struct State: Sendable {
        var lines: [OutputLine] = []
        var partial: [OutputLine.Source: [UInt8]] = [:]
        var ended: Set<OutputLine.Source> = []
    }

    private let state = Watched(State())

    var lines: [OutputLine] { state.read(\.lines) }

    /// Takes a piece of a stream; an empty piece is its end.
    func receive(_ bytes: [UInt8], from source: OutputLine.Source) {
        state.update { state in
            var pending = state.partial[source, default: []] + bytes
            while let newline = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let text = String(decoding: pending[..<newline], as: UTF8.self)
                state.lines.append(OutputLine(source: source, text: text))
                pending.removeSubrange(...newline)
            }
            if bytes.isEmpty {
                if !pending.isEmpty {
                    state.lines.append(OutputLine(source: source, text: String(decoding: pending, as: UTF8.self)))
                }
                pending = []
                state.ended.insert(source)
            }
            state.partial[source] = pending
        }
    }

    /// The first line from `start` on that matches; nil when time ran out or the task was cancelled.
    func wait(
        from start: Int, timeout: Duration, matching: @escaping @Sendable (OutputLine) -> Bool
    ) async -> Outcome? {
        let scan = Scan(next: start)
        return await state.wait(timeout: timeout) { state in
            if let index = scan.firstMatch(in: state.lines, matching) {
                return .found(state.lines[index], index: index)
            }
            return state.ended.count == 2 ? .endOfOutput : nil
        }
    }

    /// Remembers how far one wait has looked, so that a long log is not read again at each new line.
    private final class Scan: Sendable {
        private let next: Mutex<Int>

        init(next: Int) { self.next = Mutex(next) }

        func firstMatch(in lines: [OutputLine], _ matches: (OutputLine) -> Bool) -> Int? {
            next.withLock { next in
                while next < lines.count {
                    // A match stays the answer if the state is looked at once more.
                    if matches(lines[next]) { return next }
                    next += 1
                }
                return nil
            }
        }
    }
}

import Logging

/// Finished log lines that wait to be written: so many bytes at most, whatever happens to their reader. Pure.
///
/// When it is full, new lines are dropped; for an error, others are dropped first. What was dropped is counted, and the
/// count comes out as a line of its own once there is room again.
struct LogQueue {
    /// The most bytes that wait.
    static let capacity = 1 << 20

    /// What was lost and has not been told yet.
    struct Loss: Equatable {
        var lines = 0
        var errors = 0

        /// What tells of it.
        var words: String {
            let lines = lines == 1 ? "1 line was" : "\(lines) lines were"
            let errors = errors == 0 ? "" : ", \(errors) of them errors"
            return "the log could not be written: \(lines) dropped\(errors)"
        }
    }

    /// What is to be written next.
    enum Item {
        case line([UInt8], isError: Bool)
        case loss(Loss)

        func bytes(_ style: LogStyle) -> [UInt8] {
            switch self {
            case .line(let bytes, _): return bytes
            case .loss(let loss):
                let (prefix, line) = style.line(LogRecord(.warning, loss.words))
                return Array((prefix + line + "\n").utf8)
            }
        }
    }

    private struct Entry {
        let bytes: [UInt8]
        let isError: Bool
    }

    /// From `first` on; what lies before it is gone.
    private var entries: [Entry] = []
    private var first = 0
    private var bytes = 0
    private var ordinaryCount = 0
    private(set) var loss = Loss()
    /// How many lines were dropped since the start.
    private(set) var dropped = 0

    var isEmpty: Bool { first == entries.count }
    var hasLoss: Bool { loss != Loss() }

    /// Takes a line with its line end, or drops it.
    mutating func append(_ line: [UInt8], isError: Bool) {
        if isError { makeRoom(for: line.count) }
        // A line that is larger than all the room waits alone.
        guard isEmpty || bytes + line.count <= Self.capacity else { return drop(isError: isError) }
        entries.append(Entry(bytes: line, isError: isError))
        bytes += line.count
        if !isError { ordinaryCount += 1 }
    }

    /// What is to be written next; nil when nothing waits.
    ///
    /// - Parameter isFlowing: whether the last thing that was taken could be written: else there is no use in telling of a
    ///   loss yet.
    mutating func take(isFlowing: Bool) -> Item? {
        if isFlowing, hasLoss, bytes <= Self.capacity / 2 {
            defer { loss = Loss() }
            return .loss(loss)
        }
        guard !isEmpty else { return nil }
        let entry = entries[first]
        first += 1
        forget(entry)
        if isEmpty || first > 4_096 {
            entries.removeFirst(first)
            first = 0
        }
        return .line(entry.bytes, isError: entry.isError)
    }

    /// Counts what was taken and could not be written.
    mutating func failed(_ item: Item) {
        switch item {
        case .line(_, let isError): drop(isError: isError)
        case .loss(let untold):
            loss.lines += untold.lines
            loss.errors += untold.errors
        }
    }

    private mutating func drop(isError: Bool) {
        dropped += 1
        loss.lines += 1
        if isError { loss.errors += 1 }
    }

    /// Drops ordinary lines, the latest first, until an error of this size fits.
    private mutating func makeRoom(for size: Int) {
        var index = entries.count
        while bytes + size > Self.capacity, ordinaryCount > 0, index > first {
            index -= 1
            guard !entries[index].isError else { continue }
            forget(entries.remove(at: index))
            drop(isError: false)
        }
    }

    private mutating func forget(_ entry: Entry) {
        bytes -= entry.bytes.count
        if !entry.isError { ordinaryCount -= 1 }
    }
}

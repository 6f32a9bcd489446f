internal import Synchronization

/// What passes from the libcurl thread to the one task that reads an answer: a head, then bytes, then an explicit end.
///
/// The end is a value of its own. A task that is cancelled, or a transfer that is cut, throws; it never looks like a
/// body that ended.
final class BodyPipe: Sendable {
    /// Above this many unread bytes the transfer is paused until they are read.
    static let highWater = 1 << 20
    /// From so many unread bytes on the reader is woken while more of them come: there is something to do for it.
    private static let worthwhile = 64 << 10

    private struct State {
        var head: HTTPResponseHead?
        var unread: [UInt8] = []
        var isPaused = false
        var end: Result<Void, TransportError>?
        var reader: CheckedContinuation<Void, Never>?
        /// Counts what the thread has told, so that a reader waits only for what it has not seen.
        var news = 0
        /// How much of that the reader had seen when it began to wait.
        var seen = 0

        mutating func takeReader() -> CheckedContinuation<Void, Never>? {
            defer { reader = nil }
            return reader
        }
    }

    private let state = Mutex(State())

    // MARK: The libcurl thread

    /// Takes the head; the reader hears of it with ``announce()``, or with the end.
    func offer(head: HTTPResponseHead) {
        state.withLock { state in
            state.head = head
            state.news += 1
        }
    }

    /// Takes the bytes, or refuses them all when too many are unread: the transfer is then to be paused. The reader hears of
    /// them with ``announce()``, with the end, or when there are many.
    func offer(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (isTaken, reader) = state.withLock { state in
            guard state.unread.count < Self.highWater else {
                state.isPaused = true
                return (false, state.takeReader())
            }
            state.unread.append(contentsOf: bytes)
            state.news += 1
            return (true, state.unread.count < Self.worthwhile ? nil : state.takeReader())
        }
        reader?.resume()
        return isTaken
    }

    /// Wakes the reader for what has been offered. Most answers come as one piece: head, body and end wake it once, and not each.
    func announce() {
        // One that has found by itself what was offered waits for more.
        let reader = state.withLock { $0.news == $0.seen ? nil : $0.takeReader() }
        reader?.resume()
    }

    /// Ends the body; only the first end counts.
    func finish(_ end: Result<Void, TransportError>) {
        wake { state in
            if state.end == nil { state.end = end }
        }
    }

    private func wake(after change: (inout State) -> Void) {
        let reader = state.withLock { state in
            change(&state)
            state.news += 1
            return state.takeReader()
        }
        reader?.resume()
    }

    var hasEnded: Bool { state.withLock { $0.end != nil } }
    /// Whether somebody waits.
    var hasReader: Bool { state.withLock { $0.reader != nil } }

    // MARK: The reading task

    func awaitHead(orCancel transfer: TransferHandle) async throws(TransportError) -> HTTPResponseHead {
        let head: HTTPResponseHead? = try await read(orCancel: transfer) {
            (state: inout State) throws(TransportError) in
            if let head = state.head { return .ready(head) }
            try state.end?.get()
            // An end without a head cannot be a success; libcurl reports it as an error, and so do we.
            return state.end == nil ? .wait : .ready(nil)
        }
        guard let head else { throw .connectionLost(host: transfer.host, reason: "no answer", sent: true) }
        return head
    }

    /// All bytes that wait, or nil at the proper end.
    func next(orCancel transfer: TransferHandle) async throws(TransportError) -> [UInt8]? {
        try await read(orCancel: transfer) { (state: inout State) throws(TransportError) in
            if !state.unread.isEmpty {
                let bytes = state.unread
                state.unread = []
                if state.isPaused {
                    state.isPaused = false
                    transfer.resume()
                }
                return .ready(bytes)
            }
            try state.end?.get()
            return state.end == nil ? .wait : .ready(nil)
        }
    }

    private enum Step<Value: Sendable> {
        case ready(Value)
        case wait
    }

    private func read<Value: Sendable>(
        orCancel transfer: TransferHandle,
        _ step: (inout State) throws(TransportError) -> Step<Value>
    ) async throws(TransportError) -> Value {
        while true {
            if Task.isCancelled {
                transfer.cancel()
                throw .cancelled
            }
            let (outcome, seen) = state.withLock { state in
                (Result { () throws(TransportError) in try step(&state) }, state.news)
            }
            if case .ready(let value) = try outcome.get() { return value }
            await withTaskCancellationHandler {
                await withCheckedContinuation { reader in
                    let mustWait = state.withLock { state in
                        guard state.news == seen, state.reader == nil else { return false }
                        (state.reader, state.seen) = (reader, seen)
                        return true
                    }
                    if !mustWait { reader.resume() }
                }
            } onCancel: {
                // In this order: a handle whose pipe has ended has nothing left to cancel.
                transfer.cancel()
                finish(.failure(.cancelled))
            }
        }
    }
}

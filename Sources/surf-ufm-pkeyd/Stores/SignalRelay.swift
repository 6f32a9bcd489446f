import Synchronization
import UnixSignals

/// Signals for whoever listens just now: none is lost between two listeners, of which there is one at a time.
final class SignalRelay: Sendable {
    private struct Content {
        var signals: [UnixSignal] = []
        var listener: CheckedContinuation<UnixSignal?, Never>?
        var isOver = false
    }

    private let content = Mutex(Content())

    func send(_ signal: UnixSignal) {
        let listener = content.withLock { content -> CheckedContinuation<UnixSignal?, Never>? in
            guard let listener = content.listener else {
                content.signals.append(signal)
                return nil
            }
            content.listener = nil
            return listener
        }
        listener?.resume(returning: signal)
    }

    /// Whether the one has come that ends the program: whoever took it may have been cancelled by then, and it is not lost.
    var isOver: Bool { content.withLock(\.isOver) }

    /// The one has come that ends the program.
    func end() { content.withLock { $0.isOver = true } }

    /// The next one; nil when the task was cancelled.
    func next() async -> UnixSignal? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: UnixSignal?? = content.withLock { content in
                    // Set before the handler below runs, which needs this lock: it is seen here or there.
                    if Task.isCancelled { return .some(nil) }
                    if !content.signals.isEmpty { return content.signals.removeFirst() }
                    content.listener = continuation
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            content.withLock { content in
                defer { content.listener = nil }
                return content.listener
            }?.resume(returning: nil)
        }
    }
}

internal import Synchronization

/// A value that is worked out once, and that many wait for.
package final class SharedResult<Value: Sendable>: Sendable {
    private struct Content {
        var value: Value?
        var waiting: [Int: CheckedContinuation<Value?, Never>] = [:]
        var lastWaiter = 0
    }

    private let content = Mutex(Content())

    package init() {}

    /// The value, as soon as there is one; nil when the task was cancelled. Whoever works it out is not disturbed by that.
    package func get() async -> Value? {
        let number = content.withLock { content in
            content.lastWaiter += 1
            return content.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: Value?? = content.withLock { content in
                    if let value = content.value { return value }
                    // Set before the handler below runs, which needs this lock: it is seen here or there.
                    if Task.isCancelled { return .some(nil) }
                    content.waiting[number] = continuation
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            content.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: nil)
        }
    }

    package func set(_ value: Value) {
        let waiting = content.withLock { content in
            defer { content.waiting = [:] }
            content.value = value
            return content.waiting
        }
        for continuation in waiting.values { continuation.resume(returning: value) }
    }
}

import Synchronization

/// A value that tasks can wait on: each change wakes those whose condition has come true, so that nobody polls.
package final class Watched<State: Sendable>: Sendable {
    /// Tries to finish one wait: with the state after a change, or with nil to give up. True when the wait is over.
    private typealias Waiter = @Sendable (State?) -> Bool

    private struct Storage: Sendable {
        var state: State
        var waiters: [Int: Waiter] = [:]
        var nextIdentifier = 0
    }

    private let storage: Mutex<Storage>

    package init(_ state: State) {
        storage = Mutex(Storage(state: state))
    }

    /// Looks at the value under its lock.
    package func read<Result: Sendable>(_ body: (State) -> Result) -> Result {
        storage.withLock { body($0.state) }
    }

    /// Changes the value under its lock, then ends the waits whose condition it fulfils.
    @discardableResult
    package func update<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        storage.withLock { storage in
            let result = body(&storage.state)
            for (identifier, waiter) in storage.waiters where waiter(storage.state) {
                storage.waiters[identifier] = nil
            }
            return result
        }
    }

    /// Waits until `extract` finds something in the value; nil when the task was cancelled first.
    package func wait<Result: Sendable>(for extract: @escaping @Sendable (State) -> Result?) async -> Result? {
        let identifier = storage.withLock { storage in
            storage.nextIdentifier += 1
            return storage.nextIdentifier
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                storage.withLock { storage in
                    let waiter: Waiter = { state in
                        guard let state else {
                            continuation.resume(returning: nil)
                            return true
                        }
                        guard let result = extract(state) else { return false }
                        continuation.resume(returning: result)
                        return true
                    }
                    // The flag is set before the cancellation handler runs, and that handler needs this lock: a
                    // cancellation is seen either here or there.
                    if waiter(Task.isCancelled ? nil : storage.state) { return }
                    storage.waiters[identifier] = waiter
                }
            }
        } onCancel: {
            storage.withLock { storage in
                _ = storage.waiters.removeValue(forKey: identifier)?(nil)
            }
        }
    }

    /// Waits as above, at most for `timeout`; nil when time ran out or the task was cancelled.
    package func wait<Result: Sendable>(
        timeout: Duration, for extract: @escaping @Sendable (State) -> Result?
    ) async -> Result? {
        let result = await withTaskGroup(of: Result?.self) { group in
            group.addTask { await self.wait(for: extract) }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        // The change may have come in the instant in which the time ran out.
        return result ?? read(extract)
    }
}

import Synchronization
import UFMModel

extension SimulatorState {
    /// Somebody who is suspended.
    struct Waiter {
        let description: String
        let condition: @Sendable (UFMSimulator.State) -> Bool
        let continuation: CheckedContinuation<Result<Void, SimulatorError>, Never>
    }

    /// The stages of a wait. Its end may come before its beginning, since deadline and cancellation run beside it.
    enum Wait {
        case announced
        case ended(WaitEnd)
        case waiting(Waiter)
    }

    /// Why a wait ended in vain.
    enum WaitEnd {
        case timeIsUp
        case cancelled
    }

    /// Announces a wait, so that it can be ended from now on.
    func announceWait() -> Int {
        contents.withLock { contents in
            contents.nextWait += 1
            contents.waits[contents.nextWait] = .announced
            return contents.nextWait
        }
    }

    /// Resumes the waiter as soon as its condition holds, at once if it does already.
    func wait(_ id: Int, _ waiter: Waiter) {
        let result: Result<Void, SimulatorError>? = contents.withLock { contents in
            let snapshot = contents.snapshot
            if case .ended(let end) = contents.waits.removeValue(forKey: id) {
                return .failure(Self.error(end, waiter, snapshot))
            }
            if contents.isStopped { return .failure(.stopped) }
            if waiter.condition(snapshot) { return .success(()) }
            contents.waits[id] = .waiting(waiter)
            return nil
        }
        if let result { waiter.continuation.resume(returning: result) }
    }

    /// Ends a wait in vain, if it still goes on.
    func endWait(_ id: Int, _ end: WaitEnd) {
        let given: (Waiter, SimulatorError)? = contents.withLock { contents in
            switch contents.waits[id] {
            case nil, .ended: return nil
            case .announced:
                contents.waits[id] = .ended(end)
                return nil
            case .waiting(let waiter):
                contents.waits[id] = nil
                return (waiter, Self.error(end, waiter, contents.snapshot))
            }
        }
        if let (waiter, error) = given { waiter.continuation.resume(returning: .failure(error)) }
    }

    /// Ends all waits, now and later.
    func stop() {
        let waits = contents.withLock { contents in
            contents.isStopped = true
            defer { contents.waits = [:] }
            return Array(contents.waits.values)
        }
        for case .waiting(let waiter) in waits { waiter.continuation.resume(returning: .failure(.stopped)) }
    }

    private static func error(_ end: WaitEnd, _ waiter: Waiter, _ state: UFMSimulator.State) -> SimulatorError {
        switch end {
        case .timeIsUp: .timedOut(waiter.description, summary(state))
        case .cancelled: .stopped
        }
    }

    /// What a test that waited in vain wants to know.
    private static func summary(_ state: UFMSimulator.State) -> String {
        let partitions = state.partitions.values.sorted { $0.key < $1.key }.prefix(20)
            .map { "\(Spelling.pkey($0.key)): \($0.members.count)" }
        let requests = state.requests.suffix(10)
            .map { "\($0.method) \($0.path) → \($0.status.map { String($0) } ?? $0.fault ?? "no answer yet")" }
        return "members by partition: [\(partitions.joined(separator: ", "))], "
            + "last requests: [\(requests.joined(separator: ", "))]"
    }
}

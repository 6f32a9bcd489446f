/// A clock whose time passes only when a test says so.
///
/// Usual steps: start what sleeps, `waitForSleepers(count:)` until it does, `advance(by:)`, look at the effect.
package final class ManualClock: Clock, Sendable {
    /// A point in time: the time since the clock was made.
    package struct Instant: InstantProtocol {
        package var offset: Duration

        package init(offset: Duration = .zero) { self.offset = offset }

        package func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        package func duration(to other: Instant) -> Duration { other.offset - offset }
        package static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private struct Sleeper: Sendable {
        let identifier: Int
        let deadline: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State: Sendable {
        var now = Instant()
        var sleepers: [Sleeper] = []
        var nextIdentifier = 0
    }

    private let state = Watched(State())

    package init() {}

    package var now: Instant { state.read(\.now) }
    package var minimumResolution: Duration { .zero }
    /// How many tasks sleep at this moment.
    package var sleeperCount: Int { state.read(\.sleepers.count) }
    /// When the first of them wakes; nil when nobody sleeps.
    package var nextDeadline: Instant? { state.read { $0.sleepers.map(\.deadline).min() } }

    package func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let identifier = state.update { state in
            state.nextIdentifier += 1
            return state.nextIdentifier
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                state.update { state in
                    if Task.isCancelled {
                        continuation.resume(throwing: CancellationError())
                    } else if deadline <= state.now {
                        continuation.resume()
                    } else {
                        state.sleepers.append(
                            Sleeper(identifier: identifier, deadline: deadline, continuation: continuation))
                    }
                }
            }
        } onCancel: {
            state.update { state in
                guard let index = state.sleepers.firstIndex(where: { $0.identifier == identifier }) else { return }
                state.sleepers.remove(at: index).continuation.resume(throwing: CancellationError())
            }
        }
    }

    /// Lets time pass and wakes those whose time has come: by deadline, and in the order they fell asleep.
    package func advance(by duration: Duration) {
        state.update { state in
            state.now = state.now.advanced(by: duration)
            let due = state.sleepers.filter { $0.deadline <= state.now }
            state.sleepers.removeAll { $0.deadline <= state.now }
            for sleeper in due.sorted(by: { ($0.deadline, $0.identifier) < ($1.deadline, $1.identifier) }) {
                sleeper.continuation.resume()
            }
        }
    }

    /// Lets time pass up to the first deadline; false when nobody sleeps.
    @discardableResult
    package func advanceToNextDeadline() -> Bool {
        guard let deadline = nextDeadline else { return false }
        advance(by: now.duration(to: deadline))
        return true
    }

    /// Waits, in real time and without polling, until at least so many tasks sleep.
    package func waitForSleepers(count: Int, timeout: Duration = .untilHung) async throws(HarnessError) {
        let slept = await state.wait(timeout: timeout) { $0.sleepers.count >= count ? true : nil }
        guard slept == nil else { return }
        if Task.isCancelled { throw .cancelled(waitingFor: "\(count) sleepers") }
        throw .timedOut(waitingFor: "\(count) sleepers", after: timeout, detail: "there are \(sleeperCount)")
    }
}

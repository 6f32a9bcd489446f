/// Awaits a condition of a foreign process that cannot notify us, by asking again and again until a deadline.
///
/// It is the one place of the tests that sleeps. What our own code can announce is awaited with ``Watched`` or with
/// ``BackgroundProcess/waitForLine(containing:from:timeout:)`` instead. An error of the condition counts as "not yet"
/// and is part of the message when time runs out: which is long, since where all tests begin at once some wait for a processor.
@discardableResult
package func eventually<Value>(
    _ what: String, timeout: Duration = .untilHung, interval: Duration = .milliseconds(20),
    isolation: isolated (any Actor)? = #isolation, _ find: () async throws -> Value?
) async throws(HarnessError) -> Value {
    let deadline = ContinuousClock.now + timeout
    var lastError: (any Error)?
    while true {
        do {
            if let value = try await find() { return value }
            lastError = nil
        } catch {
            lastError = error
        }
        // The condition is asked once more after a sleep that reaches the deadline, never after it has passed.
        guard ContinuousClock.now < deadline else {
            throw .timedOut(waitingFor: what, after: timeout, detail: lastError.map { "\($0)" } ?? "")
        }
        guard (try? await Task.sleep(for: interval)) != nil else { throw .cancelled(waitingFor: what) }
    }
}

/// Awaits that a condition of a foreign process is true, as above.
package func eventually(
    _ what: String, timeout: Duration = .untilHung, interval: Duration = .milliseconds(20),
    isolation: isolated (any Actor)? = #isolation, isTrue condition: () async throws -> Bool
) async throws(HarnessError) {
    try await eventually(what, timeout: timeout, interval: interval) { () async throws -> Void? in
        try await condition() ? () : nil
    }
}

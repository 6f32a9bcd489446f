internal import Fabric
internal import Planning

/// A single run: everything that can be done is done once, and then it ends.
extension Engine {
    /// A failure that is tried again so often may be one of the moment.
    private static let mostAttempts = 3

    /// Whether a PKey that has failed is to be given up.
    mutating func givesUp(_ pkey: PKey) -> Bool {
        guard configuration.runsOnce else { return false }
        attempts[pkey, default: 0] += 1
        return attempts[pkey, default: 0] >= Self.mostAttempts
    }

    mutating func finishOnce(_ actions: inout Actions) {
        guard configuration.runsOnce, !isFinished else { return }
        if let failure = ufm.lastFailure ?? ledgerOutage.lastFailure { return finish(.failed(failure), &actions) }
        guard isReady, !isStopping, jobs.isEmpty, queue.depth == 0, batchClaims.isEmpty else { return }
        let held = deletionGuard.held
        let failed = attempts.filter { $0.value >= Self.mostAttempts }.keys.sorted()
        if !failed.isEmpty {
            return finish(.notInStep(failed, reason: failed.first.flatMap { toldFailures[$0] }), &actions)
        }
        if !held.isEmpty {
            return finish(.heldBack(held), &actions)
        }
        finish(.stopped, &actions)
    }
}

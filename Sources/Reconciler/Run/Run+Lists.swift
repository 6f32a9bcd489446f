internal import Fabric
internal import Planning

/// How a run learns what came of its write, and what a list tells it of that.
extension Run {
    /// A complete read that was asked for after the write was answered has shown the partition; nil where that is not as it
    /// was written, and only a read of it can tell.
    func shown(_ facts: Facts) -> Turn? {
        guard case .verifying(let goal, let attempt, let permit) = self else { return nil }
        guard facts.isCurrent(goal) else { return Turn(.again) }
        guard let actual = facts.standing.actual, attempt.refusal == nil,
            attempt.step.evidence(in: actual) == .done,
            facts.steps(goal, from: actual, isOwned: true, strategy: attempt.strategy).isEmpty
        else { return nil }
        return Self.verify(goal, actual, attempt, permit, facts)
    }

    /// The fabric manager is away: another run reads the partition when it is back.
    static var unverified: Turn { Turn(.again, after: [.doubted]) }
}

extension Run.Facts {
    /// How what came of a step is to be seen.
    ///
    /// Only additions wait for a list. Of a port that is to leave nobody knows whether two tenants are together until it is
    /// seen gone, and others may wait for it.
    func manner(of attempt: Attempt) -> Verification.Manner {
        guard attempt.isLast else { return .singly }
        switch attempt.step {
        case .create, .add: return isRecent ? .soon : .together
        case .remove, .replace, .setQoS, .delete: return .singly
        }
    }
}

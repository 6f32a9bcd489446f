/// How a run ends when something fails, and what is told of it.
extension Run {
    static func failedInFabric(
        _ errand: Errand, _ failure: Failure, begun: WritePermit?, _ facts: Facts
    ) -> Turn {
        if Meaning.isOpen(failure), !facts.gate.closedBy.contains(.fabricDown) {
            return Turn(.asking(errand, failure, begun), .ping, after: [.doubted])
        }
        guard Meaning(of: failure, by: .fabric) == .rejection else {
            return Turn(.failed, after: [.doubted, .failed(.fabric, failure)])
        }
        return noteFailure(errand, failure, begun: begun, facts).after([.doubted])
    }

    /// Tells why the partition is not in step, in the ledger too.
    static func noteFailure(
        _ errand: Errand, _ failure: Failure, begun: WritePermit?, _ facts: Facts
    ) -> Turn {
        guard let record = facts.standing.record(failing: errand, failure), record != facts.standing.record,
            let permit = facts.gate.permit(for: .amendment, finishing: begun)
        else { return Turn(.failed, after: [.troubled(failure)]) }
        return Turn(
            .noting(record, .failure), .write(.amend(record, over: facts.standing.version), permit),
            after: [.troubled(failure)])
    }

    /// - Parameter unanswered: what it comes to that nobody has said whether it was written: it may be all the same, now or later, and
    ///   may make the partition ours.
    static func failedInLedger(_ failure: Failure, _ unanswered: [Effect] = [.recordUnanswered]) -> Turn {
        let doubt = failure.outcome == .unknown ? unanswered : []
        guard Meaning(of: failure, by: .ledger) != .outage else {
            return Turn(.failed, after: doubt + [.failed(.ledger, failure)])
        }
        return Turn(.failed, after: doubt + [.troubled(failure)])
    }

    /// Until the store has been read again nothing is done to the partition.
    static var lookAgain: Turn { Turn(.failed, after: [.recordDoubted, .lookAgain]) }
}

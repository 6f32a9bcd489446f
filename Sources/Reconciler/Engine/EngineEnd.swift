package import Fabric

/// How it all ended.
package enum EngineEnd: Hashable, Sendable {
    /// It was told to stop, or a single run has done all there was to do.
    case stopped
    /// It could not start, and trying again would not help.
    case failed(Failure)
    /// A single run: these partitions are not what they should be; `reason` is what the first one failed with.
    case notInStep([PKey], reason: String?)
    /// A single run: for these reasons it was not let write anything, for as long as it waits.
    case notLet([WriteGate.Reason])
    /// A single run: the deletion of these waits for an approval.
    case heldBack([PKey])
    /// A single run: these are there and not ours; `reason` is what stands in the way of the first one.
    case inConflict([PKey], reason: String)

    var isFailure: Bool { if case .failed = self { true } else { false } }

    /// What there is to say where it did not end well, in one line.
    package var problem: String? {
        switch self {
        case .stopped: nil
        case .failed(let failure): failure.message
        case .notInStep(let pkeys, let reason):
            "\(pkeys.count) partitions are not in step: \(pkeys.inWords)" + (reason.map { ": \($0)" } ?? "")
        case .notLet(let reasons):
            "nothing may be written, for \(SingleRun.patience.inWords): \(reasons.map(\.rawValue).joined(separator: ", "))"
        case .heldBack(let pkeys):
            "\(pkeys.count) deletions wait for an approval: \(pkeys.inWords); if they are right: \(ApprovalWords.command)"
        case .inConflict(let pkeys, let reason):
            "\(pkeys.count) partitions are in conflict: \(pkeys.inWords): \(reason)"
        }
    }
}

extension EngineEnd {
    /// How a single run ends; nil while something is left that can be done.
    init?(ofSingleRun standings: Standings, _ gate: WriteGate, _ work: Work) {
        let (sides, admission, waiters) = (standings.sides, standings.admission, standings.waiters)
        if let failure = sides.fabric.outage?.last ?? sides.ledger.outage?.last {
            self = .failed(failure)
            return
        }
        guard sides.picture != nil, !gate.closedBy.contains(.stopping), work.isDone, !sides.fabric.isBeingRead,
            !sides.source.isUnsettled, sides.ledger.doubted.isSubset(of: work.givenUp.pkeys)
        else { return nil }
        let (failed, reason) = work.givenUp
        if !failed.isEmpty {
            self = .notInStep(failed, reason: reason)
        } else if !admission.held.isEmpty {
            self = .heldBack(admission.held)
        } else if let first = standings.conflicts.all.first, let conflict = standings.conflicts[first] {
            self = .inConflict(standings.conflicts.all, reason: conflict.inWords)
        } else if let first = waiters.pkeys.first {
            self = .notInStep(waiters.pkeys, reason: waiters[first].map { WaitingNote($0) { _ in nil }.words })
        } else {
            self = .stopped
        }
    }
}

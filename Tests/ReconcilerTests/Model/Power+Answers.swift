import TestSupport

extension Power {
    /// The power that an answer takes; nil for the honest one.
    static func needed(for cell: AdapterAnswers.Cell) -> Power? {
        let isOfFabric = cell.action.isOfFabric
        switch cell.kind {
        case .honest: return nil
        case .resumed: return .cuts
        case .older: return isOfFabric ? .laggingReads : .staleLists
        case .disagreeing: return .membersDisagree
        case .otherCluster: return .otherCluster
        case .lacksOne, .lacksHalf: return .shortLists
        case .lacksAll: return .emptyLists
        case .absent: return .absentSingly
        case .nothingDone: return .emptySuccesses
        case .busy: return isOfFabric ? .wishes : .etcdOutages
        case .timedOutLate: return isOfFabric ? .lateWrites : .lateTransactions
        case .timedOutTwice: return .lateWrites
        case .connectionLostHalfDone, .rejectedSingly: return .partialWrites
        case .full: return .noSpace
        case .refusedWhole, .refusedWholeDone, .noSuchCall, .noSuchPartition: return .rejectedWrites
        case .unreachable, .timedOut, .connectionLost, .connectionLostDone, .unavailable, .unavailableDone, .noLeader:
            return isOfFabric ? .ufmOutages : .etcdOutages
        case .credentials, .permission, .rejected, .serverError, .serverErrorDone, .history, .malformed,
            .malformedDone, .incomplete, .tooLarge:
            return refusal(cell)
        }
    }

    private static func refusal(_ cell: AdapterAnswers.Cell) -> Power {
        switch cell.action {
        case .readFabric where cell.turn == .first: .ufmRefusalsAtStart
        case .follow where cell.turn == .first: .etcdRefusalsAtStart
        case .readLedger where cell.turn == .first: .etcdRefusalsAtStart
        case .pingFabric, .readFabric, .readPartition: cell.kind == .credentials ? .ufmRefusals : .ufmRejections
        case .createPartition, .addMembers, .removeMembers, .replaceMembers, .deletePartition:
            cell.kind == .credentials ? .ufmRefusals : .rejectedWrites
        case .follow, .list, .readLedger, .claim, .claimBatch, .amend, .authorise, .release, .confirm: .etcdRefusals
        }
    }
}

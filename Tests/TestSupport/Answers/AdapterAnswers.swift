/// Everything that an adapter can answer to the engine: one table of action, kind of answer, and whether the action has
/// succeeded before in a daemon's life.
///
/// Two sides are held to it. The conformance suites of the real adapters, over scripted servers, must produce nothing that
/// is not in it; the generated histories of the engine draw from it, and a cell that they never draw fails a test.
package enum AdapterAnswers {
    /// What the engine asks for.
    package enum Action: Int, CaseIterable, Sendable {
        /// The desired state: the first list, and how the watch goes on when it was cut.
        case follow
        /// One list of the desired state, beside the watch.
        case list
        case readLedger
        case claim
        case claimBatch
        case amend
        case authorise
        case release
        /// Whether the fabric manager is at work.
        case pingFabric
        /// A second opinion on what only a list has told.
        case confirm
        /// All partitions.
        case readFabric
        case readPartition
        case createPartition
        case addMembers
        case removeMembers
        case replaceMembers
        case deletePartition
    }

    /// Whether nothing of the kind has succeeded yet in this life of the daemon, or something has.
    package enum Turn: Int, CaseIterable, Sendable {
        case first
        case later
    }

    package enum Kind: Int, CaseIterable, Sendable {
        // MARK: Success
        /// A read shows what is so; a write is done, or its condition does not hold.
        case honest
        /// What was so a while ago: a stale member, a lagging or recalled list.
        case older
        /// Another member of the same cluster, that has another history.
        case disagreeing
        /// Another cluster, at a higher revision.
        case otherCluster
        /// The watch goes on where it was, without a list.
        case resumed
        /// A list without one partition that is there.
        case lacksOne
        case lacksHalf
        /// A list of the default partition alone.
        case lacksAll
        /// A single partition that is there is said not to be.
        case absent
        /// A success that changes nothing.
        case nothingDone

        // MARK: The server is away, or not at work
        /// Nothing was sent.
        case unreachable
        /// No answer within the client's patience; nothing was done.
        case timedOut
        /// No answer within the client's patience; it is done later.
        case timedOutLate
        /// It is done later, and once more after that.
        case timedOutTwice
        case connectionLost
        /// It was done before the connection was lost.
        case connectionLostDone
        /// Half of it was done.
        case connectionLostHalfDone
        case unavailable
        /// A gateway gave up; behind it the request was done.
        case unavailableDone
        /// It wishes to be left alone for a day.
        case busy
        case noLeader

        // MARK: The server does not take us
        case credentials
        case permission

        // MARK: The server does not take the request
        case rejected
        /// It takes the members one by one, but some.
        case rejectedSingly
        case serverError
        /// It was done all the same.
        case serverErrorDone
        /// It does not take the one request that sets all members; a read tells what is to be done.
        case refusedWhole
        /// It failed at it, and had done it.
        case refusedWholeDone
        /// It has no such request.
        case noSuchCall
        /// It adds nothing to a partition that is not there.
        case noSuchPartition
        /// Its quota is used up.
        case full
        /// The history that was asked for is not there.
        case history

        // MARK: Nothing can be made of the answer
        case malformed
        /// It was done, whatever the answer says.
        case malformedDone
        case incomplete
        case tooLarge
    }

    /// One answer that an adapter can give.
    package struct Cell: Hashable, Sendable, CustomStringConvertible {
        package let action: Action
        package let kind: Kind
        package let turn: Turn

        package init(_ action: Action, _ kind: Kind, _ turn: Turn) {
            self.action = action
            self.kind = kind
            self.turn = turn
        }

        package var description: String { "\(action) \(kind) (\(turn))" }
    }

    /// The kinds of answer to an action, the honest one first.
    package static func kinds(_ action: Action, _ turn: Turn) -> [Kind] {
        table[action.rawValue * Turn.allCases.count + turn.rawValue]
    }

    /// Every cell of the table.
    package static let cells: [Cell] = Action.allCases.flatMap { action in
        Turn.allCases.flatMap { turn in kinds(action, turn).map { Cell(action, $0, turn) } }
    }

    private static let table: [[Kind]] = Action.allCases.flatMap { action in
        Turn.allCases.map { [.honest] + others(action, $0) }
    }

    private static func others(_ action: Action, _ turn: Turn) -> [Kind] {
        let away: [Kind] = [.unreachable, .timedOut, .connectionLost, .unavailable, .busy]
        let etcd: [Kind] = away + [.noLeader, .credentials, .permission, .rejected, .malformed]
        let lists: [Kind] = [.older, .disagreeing, .otherCluster, .history] + etcd
        let transactions: [Kind] = etcd + [.full, .connectionLostDone, .timedOutLate, .malformedDone]
        let ufm: [Kind] = away + [.credentials, .rejected, .serverError, .malformed]
        let requests: [Kind] =
            ufm + [
                .nothingDone, .timedOutLate, .timedOutTwice, .connectionLostDone, .unavailableDone, .serverErrorDone,
                .malformedDone,
            ]
        switch action {
        case .follow: return (turn == .later ? [.resumed] : []) + lists
        case .list: return lists
        // It is read at a revision of now, which a member that lags refuses.
        case .readLedger: return etcd
        case .claim, .claimBatch, .amend: return transactions
        // What only deletes is taken by a store that is full, and so is the comparison that allows a deletion.
        case .authorise, .release, .confirm: return transactions.filter { $0 != .full }
        case .pingFabric: return ufm
        case .readFabric: return [.older, .lacksOne, .lacksHalf, .lacksAll, .incomplete, .tooLarge] + ufm
        case .readPartition: return [.older, .absent] + ufm
        case .createPartition: return requests + [.connectionLostHalfDone, .rejectedSingly, .noSuchPartition]
        case .addMembers, .removeMembers: return requests + [.connectionLostHalfDone, .rejectedSingly]
        case .replaceMembers:
            return requests + [.connectionLostHalfDone, .rejectedSingly, .refusedWhole, .refusedWholeDone, .noSuchCall]
        // A partition is deleted by one call: it is gone, or it is there.
        case .deletePartition: return requests
        }
    }
}

extension AdapterAnswers.Action {
    /// Whether the fabric manager is asked, and not the store.
    package var isOfFabric: Bool {
        switch self {
        case .pingFabric, .readFabric, .readPartition, .createPartition, .addMembers, .removeMembers, .replaceMembers,
            .deletePartition:
            true
        case .follow, .list, .readLedger, .claim, .claimBatch, .amend, .authorise, .release, .confirm: false
        }
    }
}

extension AdapterAnswers.Kind {
    /// What a request does that is answered so.
    package enum Effect: Hashable, Sendable {
        case none
        case whole
        case half
        /// All but some members.
        case part
        /// It acts after it was given up.
        case late
        case lateTwice
    }

    package var effect: Effect {
        switch self {
        case .honest, .connectionLostDone, .unavailableDone, .serverErrorDone, .malformedDone, .refusedWholeDone:
            .whole
        case .connectionLostHalfDone: .half
        case .rejectedSingly: .part
        case .timedOutLate: .late
        case .timedOutTwice: .lateTwice
        case .older, .disagreeing, .otherCluster, .resumed, .lacksOne, .lacksHalf, .lacksAll, .absent, .nothingDone,
            .unreachable, .timedOut, .connectionLost, .unavailable, .busy, .noLeader, .credentials, .permission,
            .rejected, .refusedWhole, .noSuchCall, .noSuchPartition, .serverError, .full, .history, .malformed,
            .incomplete, .tooLarge:
            .none
        }
    }
}

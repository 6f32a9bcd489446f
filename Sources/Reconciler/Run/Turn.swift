internal import Fabric
internal import KeyHistory
internal import Planning

/// Which run an action belongs to; the answer brings it back. Another run's answer is dropped.
package struct RunID: Hashable, Sendable {
    private var number: UInt64 = 0

    init() {}

    var next: RunID {
        var next = self
        next.number += 1
        return next
    }
}

/// What a run does when it begins or is answered: what there is to note and say, and then one request or the end.
struct Turn: Sendable {
    private(set) var effects: [Effect]
    let next: Next

    enum Next: Sendable {
        case request(Run, Request)
        case over(Ending)
    }

    enum Request: Sendable {
        case ping
        case read
        /// The partition is to be seen as it was written.
        case verify(Verification.Manner)
        case write(PartitionWrite, WritePermit)
        /// Time is to pass.
        case nothing
    }

    init(_ run: Run, _ request: Request, after effects: [Effect] = []) {
        self.effects = effects
        next = .request(run, request)
    }

    init(_ ending: Ending, after effects: [Effect] = []) {
        self.effects = effects
        next = .over(ending)
    }

    /// The same, and this before it.
    func after(_ earlier: [Effect]) -> Turn {
        var turn = self
        turn.effects = earlier + effects
        return turn
    }
}

/// What is to be noted, told or begun beside a run.
enum Effect: Sendable {
    /// The partition was read: it is so, or not there.
    case seen(Partition?)
    /// A request for the partition failed: only a read tells what it is now.
    case doubted
    /// A step is sent: until the next read, nobody knows what the partition is.
    case sending(PlanStep)
    /// That step has been answered, or given up.
    case written
    /// The one request that sets all members was seen to be done, or not.
    case whole(worked: Bool)
    /// The partition has to wait for these ports, or for none.
    case waits(Waiting?)
    /// The ledger has this record of the partition now, or none.
    case recorded(KeptRecord?)
    /// The ledger may have another record of the partition than we know.
    case recordDoubted
    /// Nobody has said whether it was written, and it may be later.
    case recordUnanswered
    /// The ledger says that the partition waits, and for what.
    case noted(WaitingNote)
    /// The partition is in conflict, or in none.
    case conflicts(Conflict?)
    /// The ledger says so of a conflict now.
    case conflictNoted(ConflictNote?)
    /// A server does not answer: that is told once for the server, and not once for each PKey.
    case failed(Side, Failure)
    /// A second opinion agrees with what is wanted, as of this version of the key.
    case confirmed(KeyVersion, by: [KeyName])
    /// The partition is not in step, and why.
    case troubled(Failure)
    /// The store stands otherwise than we believed: its keys are read again.
    case lookAgain
    /// So do those who told us by a list alone: nothing is deleted by such a word before another list.
    case refuted
    /// What a list alone has told of the partition, or the watch while lists are in doubt, may not be so.
    case contested
    case say(Message)
}

/// How a run ends.
enum Ending: Hashable, Sendable {
    /// There is nothing left to do.
    case done
    /// There is nothing left to do before another partition has given up a port.
    case waiting
    /// Something newer is wanted, or nothing may be written now: another run does what is left.
    case again
    /// It comes back after its backoff.
    case failed
    /// It comes back when the ledger has been read again.
    case waits
    /// What would be done has been told.
    case rehearsed
}

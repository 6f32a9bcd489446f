package import Fabric
package import KeyHistory
package import Planning

/// Something that the engine has found, as a value; ``LogReporter`` has the words.
package struct Finding: Equatable, Sendable {
    package enum What: Equatable, Sendable {
        /// A source begins, or begins anew, with a list of so many keys.
        case listed(SourceID, reason: String, keys: Int, KeyVersion)
        /// A list beside the watch is older than what the source has told.
        case listedOld(KeyVersion, newest: KeyVersion)
        /// A list beside the watch could not be read.
        case notListed(Failure)
        /// The sources want these for the first time, or no longer.
        case wanted(new: Capped<PKey>, deleted: Capped<PKey>)
        /// Records are gone from the ledger, and not by us; so many there were.
        case lostRecords(Capped<PKey>, of: Int)
        /// Something stands in the ledger's place that is no record of ours.
        case strange(StrangeRecord)
        /// The ledger's store is full, or has room again.
        case room(LedgerContent.Room)
        /// All sides have been read, and the work begins.
        case begun(keys: Int, records: Int, toDo: Int)
        /// Somebody has approved these deletions.
        case approved([PKey])
        /// These deletions, of so many partitions that are ours, are held back together; since then, where they were before.
        case heldBack(Capped<PKey>, of: Int, since: String? = nil)
        /// A list of the fabric lacked so many of those that were there, more than may go by itself.
        case lackingList(Int, of: Int)
        /// Other partitions are there than before, or others are ours.
        case inventory(EngineStatus.Inventory)
        /// The policy leaves other partitions undone than before.
        case leftUndone(Capped<PKey>)
        /// So much has drifted, in these.
        case drifted(Drift, Capped<PKey>)
        /// Complete reads of the fabric fail, and single ones do not.
        case listUnusable(Failure)
        /// Complete reads of the fabric succeed again; so long they did not.
        case listUsable(after: Duration)
        /// Flags are to be enforced that the fabric manager does not tell.
        case untoldFlags
        /// The one request that sets all members of a partition does not do it: from now on it is two.
        case noWholeRequests
        /// A partition waits for ports, for others than before, or for none any more.
        case waits(PKey, WaitingNote?)
        /// The fabric manager lets us change nothing, or takes changes again; so long it did not.
        case writesRefused(Failure)
        case writesTaken(after: Duration)
        /// A partition is there that is not ours, so that nothing is done; nil when that is over.
        case conflict(PKey, Conflict?)
        /// A partition that we had deleted is there again, since the fabric manager went back: exactly as it was, or otherwise.
        case back(PKey, isAsItWas: Bool)
        /// Somebody has said that a partition which was there is ours.
        case adopted(PKey)
        /// A partition is not in step, or for another reason than before.
        case troubled(PKey, Failure)
        /// These are not in step, for something that is wrong with a store and with none of them.
        case troubledTogether(Capped<PKey>, Failure)
    }

    /// How many there have been since the start, with this one.
    package let number: Int
    package let at: Duration
    package let what: What
    /// How many lines the engine itself had said by then: in the log it stands behind them.
    let line: Int
}

/// The newest findings; older ones are forgotten.
package struct Findings: Equatable, Sendable {
    /// Far more than one event can bring: who looks after each event misses none.
    private static let most = 64

    /// In the order in which they were found.
    package private(set) var recent: [Finding] = []
    /// How many there have been since the start.
    package var count: Int { recent.last?.number ?? 0 }

    mutating func add(_ new: [Finding]) {
        guard !new.isEmpty else { return }
        recent = (recent + new).suffix(Self.most)
    }

    /// Those that came after so many.
    package func after(_ count: Int) -> ArraySlice<Finding> {
        recent[(recent.firstIndex { $0.number > count } ?? recent.endIndex)...]
    }
}

extension Admission.Judgement {
    func findings(in picture: Picture) -> [Finding.What] {
        let heldBack = Finding.What.heldBack(Capped(held), of: picture.owned, since: picture.since(of: held))
        return (approved.isEmpty ? [] : [.approved(approved)]) + (held.isEmpty ? [] : [heldBack])
    }
}

package import Fabric
internal import KeyHistory
internal import Synchronization

/// Knows, for the line about a change, what no request says: who asked for it, and what was there before.
///
/// It sees what the loop sees, and decides nothing.
final class ChangeJournal: Sendable {
    private struct Knowledge {
        /// The key that wants each partition, and its revision, by the ledger's records.
        var keys: [PKey: (name: KeyName, revision: KeyVersion)] = [:]
        var fabric: [PartitionNumber: Partition]?
        /// What was seen of single partitions after that; nil for one that was not there.
        var seen: [PKey: Partition?] = [:]
    }

    private let knowledge = Mutex(Knowledge())

    func learn(_ content: LedgerContent) {
        let keys = content.records.mapValues { ($0.record.key, $0.record.revision) }
        knowledge.withLock { $0.keys = keys }
    }

    func learn(_ record: LedgerRecord, of pkey: PKey) {
        knowledge.withLock { $0.keys[pkey] = (record.key, record.revision) }
    }

    func learn(_ snapshot: FabricSnapshot) {
        knowledge.withLock { knowledge in
            knowledge.fabric = snapshot.partitions
            knowledge.seen = [:]
        }
    }

    func learn(_ partition: Partition?, of pkey: PKey) {
        knowledge.withLock { $0.seen[pkey] = .some(partition) }
    }

    /// The line about a step that has been answered.
    func words(_ step: PlanStep, _ result: Result<StepAnswer, Failure>, took: Duration) -> Message {
        let pkey = step.pkey
        let (key, before, isKnown) = knowledge.withLock { knowledge in
            let seen = knowledge.seen[pkey]
            return (
                knowledge.keys[pkey], seen ?? knowledge.fabric?[pkey.number],
                seen != nil || knowledge.fabric != nil
            )
        }
        var who: [String: String] = [:]
        if let key { who = ["key": key.name.description, "revision": key.revision.description] }
        let answer =
            switch result {
            case .success(.done): "done"
            case .success(.refused(let refusal)): refusal.failure.message
            case .failure(let failure): failure.message
            }
        return ChangeWords.message(step, before: isKnown ? .some(before) : .none, answer: answer, took: took, by: who)
    }
}

/// The one line about a change of a partition, for the log and for those who ask later who was where.
package enum ChangeWords {
    /// So many members are named of what was there and of what is to be there; a step names all that it is about.
    private static let most = 64

    /// - Parameters:
    ///   - before: the partition before the step, nil in it where there was none; nil where nobody knows.
    ///   - answer: what UFM said.
    ///   - who: who asked for it.
    package static func message(
        _ step: PlanStep, before: Partition??, answer: String, took: Duration, by who: [String: String]
    ) -> Message {
        var fields = who
        fields["audit"] = "1"
        fields["pkey"] = step.pkey.description
        fields["answer"] = answer
        fields["ms"] = took.milliseconds
        if let before {
            fields["before"] = members(before)
            fields["after"] = members(step.applied(to: before))
        }
        return Message(.info, "Change in UFM: \(step.inWords)", fields)
    }

    private static func members(_ partition: Partition?) -> String {
        guard let partition else { return "none" }
        guard partition.members.count <= most else { return "\(partition.members.count) members" }
        return partition.members.map { member in
            member.guid.description + (member.membership == .full ? "" : " limited")
        }.joined(separator: ",")
    }
}

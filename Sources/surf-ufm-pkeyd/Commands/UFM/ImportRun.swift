import Fabric
import UFMClient

/// Performs an import, partition by partition; one that fails does not keep the others from going on.
///
/// All that takes away comes before all that gives, so that a port which moves from one partition to another is never in
/// both. Where it could not be taken from the one, it is not given to the other.
struct ImportRun {
    private let client: UFMClient
    private let plan: ImportPlan
    /// The GUIDs that some partition gets.
    private let arriving: Set<GUID>
    /// GUIDs that could not be taken away, and from where.
    private var stuck: [GUID: PKey] = [:]
    /// What went wrong, by partition.
    private(set) var failures: [PKey: String] = [:]
    private let progress = ProgressLine()

    init(client: UFMClient, plan: ImportPlan) {
        self.client = client
        self.plan = plan
        arriving = Set(plan.changes.flatMap { $0.difference.added.map(\.guid) })
    }

    mutating func perform() async {
        defer { progress.clear() }
        let changes = plan.changes
        for (index, entry) in changes.enumerated() where entry.isDestructive && !canReplace(entry) {
            progress.show("taking away: \(index) of \(changes.count) PKeys")
            await attempt(entry, .takingAway)
        }
        for (index, entry) in changes.enumerated() where entry.action != .delete && failures[entry.pkey] == nil {
            progress.show("giving: \(index) of \(changes.count) PKeys")
            if let problem = problem(with: entry.difference.added) {
                failures[entry.pkey] = problem
            } else {
                await attempt(entry, .giving)
            }
        }
    }

    /// Why these members cannot be added; nil if they can.
    private func problem(with members: [Member]) -> String? {
        for member in members {
            guard let origin = stuck[member.guid] else { continue }
            return "nothing was added, since \(member.guid) could not be removed from PKey \(origin)"
        }
        return nil
    }

    /// Whether one request does for removal and addition: all members have the same `index0`, and nobody who leaves is
    /// on the way to another partition.
    private func canReplace(_ entry: ImportPlan.Entry) -> Bool {
        guard let members = entry.wanted?.members.values, let first = members.first else { return false }
        return entry.difference.hasAdditions && !entry.difference.removed.isEmpty
            && members.allSatisfy { $0.index0 == first.index0 } && arriving.isDisjoint(with: entry.difference.removed)
    }

    private func takeAway(_ entry: ImportPlan.Entry) async throws(UFMError) {
        if entry.action == .delete {
            _ = try await client.deletePartition(entry.pkey)
        } else {
            try await client.removeMembers(entry.difference.removed, from: entry.pkey)
        }
    }

    private func give(_ entry: ImportPlan.Entry) async throws(UFMError) {
        guard let wanted = entry.wanted else { return }
        let members = wanted.sortedMembers
        if members.isEmpty {
            // UFM has deleted it with its last member.
            try await client.createEmpty(entry.pkey, ipOverIB: wanted.ipOverIB, index0: false)
        } else if canReplace(entry) {
            try await client.replaceMembers(of: entry.pkey, with: members, ipOverIB: wanted.ipOverIB)
        } else if entry.difference.hasAdditions {
            try await client.addMembers(
                entry.difference.added + entry.difference.changed, to: entry.pkey, ipOverIB: wanted.ipOverIB)
        } else if entry.current?.ipOverIB != wanted.ipOverIB {
            // The flag travels with members only: one that is there is added again as it is.
            try await client.addMembers(Array(members.prefix(1)), to: entry.pkey, ipOverIB: wanted.ipOverIB)
        }
    }

    private enum Step {
        case takingAway, giving
    }

    private mutating func attempt(_ entry: ImportPlan.Entry, _ step: Step) async {
        do throws(UFMError) {
            switch step {
            case .takingAway: try await takeAway(entry)
            case .giving: try await give(entry)
            }
        } catch {
            failures[entry.pkey] = ErrorWords.of(error)
            // With one request for both, nobody may have gone.
            guard step == .takingAway || canReplace(entry) else { return }
            for guid in entry.difference.removed { stuck[guid] = entry.pkey }
        }
    }
}

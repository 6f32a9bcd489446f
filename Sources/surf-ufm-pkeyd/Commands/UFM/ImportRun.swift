import Fabric
import UFMClient

/// Performs an import, partition by partition; one that fails does not keep the others from going on.
///
/// All that takes away comes before all that gives, so that a port which moves from one partition to another is never in
/// both. Where it could not be taken from the one, it is not given to the other.
struct ImportRun {
    private let client: UFMClient
    private let changes: [ImportPlan.Entry]
    /// The GUIDs that some partition gets.
    private let arriving: Set<GUID>
    /// GUIDs that could not be taken away, and from where.
    private var stuck: [GUID: PKey] = [:]
    /// What went wrong, by partition.
    private(set) var failures: [PKey: String] = [:]
    /// Partitions whose quality of service UFM puts in place with its next restart.
    private(set) var afterRestart: Set<PKey> = []

    init(client: UFMClient, plan: ImportPlan) {
        self.client = client
        changes = plan.changes
        arriving = Set(plan.changes.flatMap { $0.difference.added.map(\.guid) })
    }

    mutating func perform() async {
        let progress = ProgressLine()
        defer { progress.clear() }
        for (index, entry) in changes.enumerated() where entry.isDestructive && !isReplaced(entry) {
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
            guard step == .takingAway || isReplaced(entry) else { return }
            for guid in entry.difference.removed { stuck[guid] = entry.pkey }
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
    private func isReplaced(_ entry: ImportPlan.Entry) -> Bool {
        guard let members = entry.wanted?.partition.members.values, let first = members.first else { return false }
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

    private mutating func give(_ entry: ImportPlan.Entry) async throws(UFMError) {
        guard var wanted = entry.wanted else { return }
        // What the file does not say stays as it is, also where the partition has to be made anew.
        wanted.qos = wanted.qos ?? entry.current?.qos
        wanted.partition.name = wanted.partition.customName ?? entry.current?.partition.customName
        if entry.current == nil || entry.losesAll && !isReplaced(entry) { return try await create(wanted) }
        if isReplaced(entry) {
            try await client.replaceMembers(
                of: entry.pkey, with: wanted.partition.sortedMembers, ipOverIB: wanted.partition.ipOverIB,
                qos: wanted.uncommonQoS)
        } else {
            try await add(entry, to: wanted)
        }
        if let qos = entry.wanted?.qos, entry.changesQoS(to: qos) {
            if case .afterRestart = try await client.setQoS(of: entry.pkey, to: qos) { afterRestart.insert(entry.pkey) }
        }
        if let problem = entry.impossibility { failures[entry.pkey] = problem }
    }

    /// How many members the request that makes a partition has at most; the others follow.
    private static let mostCreated = 500

    /// With one PUT, which takes all that a partition has but mixed `index0`.
    private func create(_ wanted: PartitionState) async throws(UFMError) {
        let partition = wanted.partition
        let members = partition.sortedMembers
        guard let index0 = members.first?.index0 else {
            _ = try await client.createEmpty(
                wanted.pkey, ipOverIB: partition.ipOverIB, index0: false, qos: wanted.uncommonQoS,
                partitionName: partition.name)
            return
        }
        let first = Array(members.filter { $0.index0 == index0 }.prefix(Self.mostCreated))
        try await client.replaceMembers(
            of: wanted.pkey, with: first, ipOverIB: partition.ipOverIB, qos: wanted.uncommonQoS,
            partitionName: partition.name)
        let there = Set(first)
        try await client.addMembers(
            members.filter { !there.contains($0) }, to: wanted.pkey, ipOverIB: partition.ipOverIB)
    }

    private func add(_ entry: ImportPlan.Entry, to wanted: PartitionState) async throws(UFMError) {
        var members = entry.difference.added + entry.difference.changed
        // The flag travels with members only: one who is right already brings it.
        if members.isEmpty, entry.changesIPOverIB { members = Array(wanted.partition.sortedMembers.prefix(1)) }
        try await client.addMembers(members, to: entry.pkey, ipOverIB: wanted.partition.ipOverIB)
    }
}

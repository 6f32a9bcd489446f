package import Fabric
package import Planning
package import UFMClient

/// Whether a step may be sent now, asked before each one: what the gate is to the daemon. Nothing forbids any today.
package struct WriteCheck: Sendable {
    /// Why a step must not be sent; nil where it may.
    package let objection: @Sendable (PlanStep) -> String?

    package init(objection: @escaping @Sendable (PlanStep) -> String?) {
        self.objection = objection
    }

    package static let none = WriteCheck { _ in nil }
}

/// Performs an import, partition by partition; one that fails does not keep the others from going on.
///
/// All that takes away comes before all that gives, as the planner orders it. Where a port could not be taken from one
/// partition, it is not given to the other.
package struct ImportRun: Sendable {
    /// Why a partition is not as the file has it.
    package enum Failure: Sendable {
        case refused(UFMError)
        /// Nothing was added, since this port could not be removed from another partition.
        case portStays(GUID, in: PKey)
        /// What no request can change.
        case impossible(Planner.Obstacle)
        /// The check objected.
        case forbidden(String)
        /// UFM took the change and does not show it; this is what is left to do.
        case notShown(ImportPlan.Entry)
        /// It was sent, and cannot be read back.
        case unreadable(UFMError)
    }

    /// How far a run has come.
    package struct Progress: Sendable {
        package let isTakingAway: Bool
        package let done: Int
        package let total: Int
    }

    private let client: UFMClient
    private let writer: PartitionWriter
    private let plan: ImportPlan
    private let check: WriteCheck
    /// GUIDs that could not be taken away, and from where.
    private var stuck: [GUID: PKey] = [:]
    /// What went wrong, by partition.
    package private(set) var failures: [PKey: Failure] = [:]
    /// Partitions whose quality of service UFM puts in place with its next restart.
    package private(set) var afterRestart: Set<PKey> = []

    package init(_ plan: ImportPlan, client: UFMClient, check: WriteCheck = .none) {
        self.plan = plan
        self.client = client
        self.check = check
        writer = PartitionWriter(client)
    }

    package mutating func perform(progress: (Progress) -> Void = { _ in }) async {
        let entries = Dictionary(plan.changes.map { ($0.pkey, $0) }, uniquingKeysWith: { first, _ in first })
        for (index, taking) in plan.order.leaving.enumerated() {
            progress(Progress(isTakingAway: true, done: index, total: plan.order.leaving.count))
            await attempt(taking)
            guard failures[taking.pkey] != nil else { continue }
            for guid in entries[taking.pkey]?.difference.unexpected ?? [] { stuck[guid] = taking.pkey }
        }
        for (index, giving) in plan.order.joining.enumerated() where failures[giving.pkey] == nil {
            progress(Progress(isTakingAway: false, done: index, total: plan.order.joining.count))
            let arriving = entries[giving.pkey]?.difference.missing ?? []
            if let port = arriving.first(where: { stuck[$0.guid] != nil }), let origin = stuck[port.guid] {
                failures[giving.pkey] = .portStays(port.guid, in: origin)
            } else {
                await attempt(giving)
            }
        }
        for (pkey, obstacle) in plan.obstacles where failures[pkey] == nil { failures[pkey] = .impossible(obstacle) }
    }

    private mutating func attempt(_ entry: StepOrder.Entry) async {
        if let objection = entry.steps.lazy.compactMap(check.objection).first {
            failures[entry.pkey] = .forbidden(objection)
            return
        }
        do throws(UFMError) {
            if try await writer.perform(entry.steps).isAfterRestart { afterRestart.insert(entry.pkey) }
        } catch {
            failures[entry.pkey] = .refused(error)
        }
    }

    /// Reads everything back: what UFM shows decides, not what it answered.
    package mutating func verify() async {
        var missing: [PKey: Failure] = [:]
        await ReadBack.untilTrue { () async in
            do throws(UFMError) {
                missing = notShown(in: try await client.writablePartitions())
                return missing.isEmpty
            } catch {
                for entry in plan.changes { missing[entry.pkey] = .unreadable(error) }
                return false
            }
        }
        failures.merge(missing) { told, _ in told }
    }

    private func notShown(in partitions: [PKey: Partition]) -> [PKey: Failure] {
        var problems: [PKey: Failure] = [:]
        for entry in plan.changes where failures[entry.pkey] == nil {
            var wanted = entry.wanted
            if afterRestart.contains(entry.pkey) { wanted?.qos = nil }
            let left = ImportPlan.Entry(entry.pkey, current: partitions[entry.pkey], wanted: wanted)
            let isDone = wanted == nil ? left.current == nil : left.action == .unchanged
            if !isDone { problems[entry.pkey] = .notShown(left) }
        }
        return problems
    }
}

extension UFMClient {
    /// Every partition that may be written, with its quality of service.
    package func writablePartitions() async throws(UFMError) -> [PKey: Partition] {
        var partitions: [PKey: Partition] = [:]
        for partition in try await fullSnapshot().partitions.values {
            if let pkey = PKey(partition.number) { partitions[pkey] = partition }
        }
        return partitions
    }
}

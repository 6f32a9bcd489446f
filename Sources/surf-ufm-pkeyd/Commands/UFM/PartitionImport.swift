import Adapters
import Fabric
import UFMClient

/// `--import`: makes UFM's partitions those of a file, and says for each how it went.
struct PartitionImport {
    let client: UFMClient
    let isDryRun: Bool
    let prunes: Bool
    let isConfirmed: Bool
    let format: OutputFormat

    func run(_ file: PartitionFile) async throws {
        let plan = ImportPlan(from: try await client.states(), to: file, prunes: prunes)
        try await checkNames(plan)
        if format == .text { show(plan) }
        guard !isDryRun, !plan.changes.isEmpty else {
            if format == .json { try Output.json(ImportDocument(plan, isDryRun: isDryRun)) }
            return
        }
        try confirm(plan)
        var importRun = ImportRun(client: client, plan: plan)
        await importRun.perform()
        try report(plan, await verified(plan, importRun), importRun.afterRestart)
    }

    private func show(_ plan: ImportPlan) {
        for entry in plan.changes { Output.line(entry.words) }
        Output.line("\(plan.changes.count) PKeys to change, \(plan.entries.count - plan.changes.count) unchanged")
    }

    /// Better to know before anything is changed: an older UFM would invent a name.
    private func checkNames(_ plan: ImportPlan) async throws {
        let named = plan.changes.first { entry in
            (entry.current == nil || entry.losesAll) && entry.wanted?.partition.customName != nil
        }
        guard let named, try await !client.takesPartitionNames() else { return }
        throw CommandFailure(
            "PKey \(named.pkey): this UFM takes no names for PKeys (6.22 and later do); nothing was changed: remove "
                + "\"name\" from the file")
    }

    private func confirm(_ plan: ImportPlan) throws {
        guard !isConfirmed, let destruction = plan.destruction else { return }
        guard Confirmation.isPossible else {
            throw CommandFailure("the import would \(destruction): nothing was changed, give --yes for that")
        }
        try Output.flush()
        guard Confirmation.ask("The import will \(destruction).") else { throw CommandFailure("nothing was changed") }
    }

    /// Reads everything back: what UFM shows decides, not what it answered.
    private func verified(_ plan: ImportPlan, _ importRun: ImportRun) async -> [PKey: String] {
        var missing: [PKey: String] = [:]
        await ReadBack.untilTrue { () async in
            do throws(UFMError) {
                missing = problems(plan, importRun, try await client.states())
                return missing.isEmpty
            } catch {
                for entry in plan.changes {
                    missing[entry.pkey] = "it was sent, and cannot be read back: \(ErrorWords.of(error))"
                }
                return false
            }
        }
        return importRun.failures.merging(missing) { told, _ in told }
    }

    /// What of the changes UFM does not show.
    private func problems(
        _ plan: ImportPlan, _ importRun: ImportRun, _ states: [PKey: PartitionState]
    ) -> [PKey: String] {
        var problems: [PKey: String] = [:]
        for entry in plan.changes where importRun.failures[entry.pkey] == nil {
            var wanted = entry.wanted
            if importRun.afterRestart.contains(entry.pkey) { wanted?.qos = nil }
            let left = ImportPlan.Entry(entry.pkey, current: states[entry.pkey], wanted: wanted)
            let isDone = wanted == nil ? left.current == nil : left.action == .unchanged
            if !isDone { problems[entry.pkey] = "UFM took the change and does not show it (\(left.words))" }
        }
        return problems
    }

    private func report(_ plan: ImportPlan, _ failures: [PKey: String], _ afterRestart: Set<PKey>) throws {
        switch format {
        case .json: try Output.json(ImportDocument(plan, failures: failures, afterRestart: afterRestart))
        case .text:
            for entry in plan.changes {
                if let failure = failures[entry.pkey] {
                    Output.line("PKey \(entry.pkey): failed: \(failure)")
                } else {
                    let note = afterRestart.contains(entry.pkey) ? "; its QoS comes with UFM's next restart" : ""
                    Output.line("PKey \(entry.pkey): \(entry.action.past)\(note)")
                }
            }
        }
        guard !failures.isEmpty else { return }
        let names = failures.keys.sorted().prefix(10).map(\.description).joined(separator: ", ")
        throw CommandFailure(
            "\(failures.count) of \(plan.changes.count) PKeys failed: \(names)\(failures.count > 10 ? ", …" : "")")
    }
}

extension ImportPlan.Entry.Action {
    fileprivate var past: String {
        switch self {
        case .create: "created"
        case .change: "changed"
        case .delete: "deleted"
        case .unchanged: "unchanged"
        }
    }
}

import Administration
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
        let plan = ImportPlan(
            from: try await client.writablePartitions(), to: file.partitions, prunes: prunes,
            limits: client.configuration.limits)
        try await checkNames(plan)
        if format == .text { show(plan) }
        guard !isDryRun, !plan.changes.isEmpty else {
            if format == .json { try Output.json(ImportDocument(plan, isDryRun: isDryRun)) }
            return
        }
        try confirm(plan)
        var importRun = ImportRun(plan, client: client)
        await perform(&importRun)
        await importRun.verify()
        try report(plan, importRun.failures.mapValues(\.words), importRun.afterRestart)
    }

    private func show(_ plan: ImportPlan) {
        for entry in plan.changes { Output.line(entry.words) }
        Output.line("\(plan.changes.count) PKeys to change, \(plan.entries.count - plan.changes.count) unchanged")
    }

    /// Better to know before anything is changed: an older UFM would invent a name.
    private func checkNames(_ plan: ImportPlan) async throws {
        guard let pkey = plan.firstToBeNamed, try await !client.takesPartitionNames() else { return }
        throw CommandFailure(
            "PKey \(pkey): this UFM takes no names for PKeys (6.22 and later do); nothing was changed: remove "
                + "\"name\" from the file")
    }

    private func confirm(_ plan: ImportPlan) throws {
        guard !isConfirmed, let destruction = plan.destruction?.words else { return }
        guard Confirmation.isPossible else {
            throw CommandFailure("the import would \(destruction): nothing was changed, give --yes for that")
        }
        try Output.flush()
        guard Confirmation.ask("The import will \(destruction).") else { throw CommandFailure("nothing was changed") }
    }

    private func perform(_ importRun: inout ImportRun) async {
        let line = ProgressLine()
        defer { line.clear() }
        await importRun.perform { progress in
            line.show(
                "\(progress.isTakingAway ? "taking away" : "giving"): \(progress.done) of \(progress.total) PKeys")
        }
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

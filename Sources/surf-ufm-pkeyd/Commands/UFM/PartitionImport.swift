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
        let plan = ImportPlan(from: try await client.snapshot(), to: file, prunes: prunes)
        try await checkNames(plan)
        if format == .text { show(plan) }
        guard !isDryRun, !plan.changes.isEmpty else {
            if format == .json { try Output.json(ImportDocument(plan, isDryRun: isDryRun, failures: [:])) }
            return
        }
        try confirm(plan)
        var runner = ImportRun(client: client, plan: plan)
        await runner.perform()
        var failures = runner.failures
        try await verify(plan, &failures)
        try report(plan, failures)
    }

    private func show(_ plan: ImportPlan) {
        for entry in plan.changes { Output.line(entry.words) }
        Output.line("\(plan.changes.count) PKeys to change, \(plan.entries.count - plan.changes.count) unchanged")
    }

    /// A name can be given only where UFM takes one; better to know before anything is changed.
    private func checkNames(_ plan: ImportPlan) async throws {
        guard
            let entry = plan.changes.first(where: {
                $0.current == nil && $0.wanted?.customName != nil || $0.changesName
            })
        else { return }
        throw CommandFailure("PKey \(entry.pkey): its name cannot be set; nothing was changed")
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
    private func verify(_ plan: ImportPlan, _ failures: inout [PKey: String]) async throws {
        let snapshot = try await client.snapshot()
        for entry in plan.changes where failures[entry.pkey] == nil {
            let left = ImportPlan.Entry(entry.pkey, current: snapshot[entry.pkey], wanted: entry.wanted)
            let isDone = entry.wanted == nil ? left.current == nil : left.action == .unchanged
            if !isDone { failures[entry.pkey] = "UFM took the change and does not show it (\(left.words))" }
        }
    }

    private func report(_ plan: ImportPlan, _ failures: [PKey: String]) throws {
        switch format {
        case .json: try Output.json(ImportDocument(plan, isDryRun: false, failures: failures))
        case .text:
            for entry in plan.changes {
                if let failure = failures[entry.pkey] {
                    Output.line("PKey \(entry.pkey): failed: \(failure)")
                } else {
                    Output.line("PKey \(entry.pkey): \(entry.action.past)")
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

/// An import as JSON: `{"changes":2,"dry_run":false,"failed":0,"partitions":[{"action":"create",…}],"unchanged":5}`.
private struct ImportDocument: Encodable {
    struct EntryDocument: Encodable {
        let pkey: String
        let action: String
        let added: [MemberDocument]
        let removed: [String]
        let changed: [MemberDocument]
        /// Only where something was tried: whether UFM has it now.
        let done: Bool?
        let error: String?
    }

    let operation = "import"
    let dry_run: Bool
    let failed: Int
    let unchanged: Int
    /// Those to be changed, in ascending order of PKey.
    let partitions: [EntryDocument]

    init(_ plan: ImportPlan, isDryRun: Bool, failures: [PKey: String]) {
        dry_run = isDryRun
        failed = failures.count
        unchanged = plan.entries.count - plan.changes.count
        partitions = plan.changes.map { entry in
            EntryDocument(
                pkey: entry.pkey.description, action: entry.action.rawValue,
                added: entry.difference.added.map(MemberDocument.init),
                removed: entry.difference.removed.map(\.description),
                changed: entry.difference.changed.map(MemberDocument.init),
                done: isDryRun ? nil : failures[entry.pkey] == nil, error: failures[entry.pkey])
        }
    }
}

import Administration
import Fabric
import Planning

/// An import as JSON: `{"dry_run":false,"failed":0,"operation":"import","partitions":[{"action":"create",…}],"unchanged":5}`.
struct ImportDocument: Encodable {
    struct EntryDocument: Encodable {
        let pkey: String
        let action: String
        let added: [MemberDocument]
        let removed: [String]
        let changed: [MemberDocument]
        /// Only where something was tried: whether UFM has it now.
        let done: Bool?
        let error: String?
        /// True where UFM puts the quality of service in place with its next restart.
        let qos_after_restart: Bool?
    }

    let operation = "import"
    let dry_run: Bool
    let failed: Int
    let unchanged: Int
    /// Those to be changed, in ascending order of PKey.
    let partitions: [EntryDocument]

    init(
        _ plan: ImportPlan, isDryRun: Bool = false, failures: [PKey: String] = [:], afterRestart: Set<PKey> = []
    ) {
        dry_run = isDryRun
        failed = failures.count
        unchanged = plan.entries.count - plan.changes.count
        partitions = plan.changes.map { entry in
            EntryDocument(
                pkey: entry.pkey.description, action: entry.action.rawValue,
                added: entry.difference.missing.map(MemberDocument.init),
                removed: entry.difference.unexpected.map(\.description),
                changed: entry.difference.misflagged.map(MemberDocument.init),
                done: isDryRun ? nil : failures[entry.pkey] == nil, error: failures[entry.pkey],
                qos_after_restart: afterRestart.contains(entry.pkey) ? true : nil)
        }
    }
}

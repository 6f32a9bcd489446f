import Fabric
import Glibc
import KeyHistory
import Ledger
import Reconciler
import Text

/// `--approve-deletes`: lets deletions go on that are held back because they came many at once.
struct DeletionApproval {
    let ledger: any InspectableLedger
    let format: OutputFormat
    let isConfirmed: Bool

    private struct Document: Encodable {
        let approved: [String]
        /// What changed between the showing and the approval, and was left alone.
        let changed_meanwhile: [String]
    }

    func run() async throws {
        let guarded = try await ledger.entries().filter { $0.value.record.state == .guarded }
            .sorted { $0.key < $1.key }
        if guarded.isEmpty, format == .text { return Output.line("No deletion waits for an approval") }
        if format == .text { show(guarded) }
        if !isConfirmed, !guarded.isEmpty {
            try Output.flush()
            guard isatty(STDIN_FILENO) == 1 else {
                throw CommandFailure("\(guarded.count) deletions wait: nothing is approved without --yes")
            }
            guard Confirmation.ask("Approve the deletion of these \(guarded.count) partitions?") else {
                throw CommandFailure("nothing was approved")
            }
        }
        var approved: [PKey] = []
        var changed: [PKey] = []
        for (pkey, shown) in guarded {
            if try await ledger.approve(shown, of: pkey) { approved.append(pkey) } else { changed.append(pkey) }
        }
        guard format == .text else {
            return try Output.json(
                Document(approved: approved.map(\.description), changed_meanwhile: changed.map(\.description)))
        }
        Output.line("Approved the deletion of \(approved.count) partitions")
        if !changed.isEmpty {
            let list = changed.map(\.description).joined(separator: ", ")
            Output.line("Left alone, since they changed meanwhile: \(list)")
        }
    }

    private func show(_ guarded: [(key: PKey, value: LedgerEntry)]) {
        var table = Table(header: ["PKEY", "REVISION", "KEY"])
        for (pkey, entry) in guarded {
            let words = entry.record.error.map { "\(entry.record.key): \($0)" } ?? entry.record.key.description
            table.append([pkey.description, entry.record.revision.description, Terminal.line(words)])
        }
        for line in table.lines { Output.line(line) }
    }
}

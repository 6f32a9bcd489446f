import Adapters
import ArgumentParser
import EtcdGateway
import Fabric
import Ledger
import Planning
import Reconciler
import Settings

/// `status`: how far UFM is with the keys in etcd, as the daemon's ledger says.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far UFM is with each PKey; wait for one; approve deletions that are held back.",
        discussion: """
            Read from etcd and the daemon's ledger; UFM is not asked.

              status                          one line per PKey
              status --wait 0x200e            returns when UFM has the newest revision of that key, or its deletion; \
            fails within seconds where there is neither a key nor a record of it
              status --approve-deletes        lets deletions go on that came many at once

            States: synced (UFM has the newest revision), pending (the daemon has yet to take note), claimed (at work), \
            failing (UFM refuses; see the error), held (the value cannot be read), guarded (the deletion waits for an \
            approval), approved, deleting, empty (the key names no GUID: no partition). --pkey-prefix, --managed-range, \
            --fabric and --ledger must be the daemon's.
            """)

    @OptionGroup(title: "etcd connection") var etcd: EtcdOptions
    @OptionGroup(title: "Ledger") var ledger: LedgerOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup var directory: PKeyDirectoryOptions

    @Option(
        help: ArgumentHelp("Wait until UFM has what etcd now says of this PKey.", valueName: "pkey"),
        transform: { text in
            do {
                return try PKey(parsing: text)
            } catch {
                throw ValidationError("\(error)")
            }
        })
    var wait: PKey?
    @Option(help: ArgumentHelp("With --wait: how long (default 60).", valueName: "seconds")) var timeout: UInt32?
    @Flag(help: "Approve the deletions that are guarded, after showing them and asking.") var approveDeletes = false
    @Flag(help: "With --approve-deletes: do not ask.") var yes = false
    @Option(help: "Print for people (text) or for scripts (json).") var output = OutputFormat.text

    func validate() throws {
        if wait != nil, approveDeletes { throw ValidationError("Give one of --wait and --approve-deletes.") }
        if timeout == 0 { throw ValidationError("--timeout 0: expected at least 1 second.") }
        if approveDeletes, !yes, output == .json {
            throw ValidationError("--approve-deletes with --output json cannot ask: give --yes.")
        }
    }

    func run() async throws {
        let connections = try Connections(log: common.toolLog)
        defer { connections.close() }
        Output.endWithReader()
        let credentials = try common.sources()
        let client = try connections.etcd(etcd.inputs, credentials)
        let sources = connections.sources(client, directory)
        let ledger = try connections.ledger(
            self.ledger.ledger, fabric: self.ledger.fabric, client, sources, writing: approveDeletes)
        do {
            if let wait {
                try await self.wait(for: wait, sources, ledger) { connections.close() }
            } else if approveDeletes {
                try await approve(try await GuardedDeletions(in: ledger))
            } else {
                let range = try directory.inputs.managedRange(credentials).told(to: connections.log)
                try StatusPrinter(format: output).print(
                    try await StatusReport(
                        fabric: self.ledger.fabric, range: range, ledger: ledger, sources: sources))
            }
        } catch let failure as Failure {
            throw CommandFailure(failure.message)
        }
        try Output.flush()
    }

    private func wait(
        for pkey: PKey, _ sources: [any KeySource], _ ledger: any InspectableLedger, abort: @Sendable () -> Void
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let seconds = timeout ?? 60
        let wait = PartitionWait(for: pkey, sources: sources, ledger: ledger, clock: clock)
        let end: PartitionWait<ContinuousClock>.End
        do throws(PartitionWait<ContinuousClock>.Problem) {
            end = try await wait.run(timeout: .seconds(Int(seconds)), abort: abort)
        } catch {
            switch error {
            case .refused(let failure): throw failure
            case .timedOut(let state): throw CommandFailure("not within \(seconds) s: \(state)")
            case .unknown:
                try StatusPrinter(format: output).printUnknown(pkey, after: start.duration(to: clock.now))
                try Output.flush()
                throw CommandFailure(
                    "PKey \(pkey) is not known: no key under \(directory.pkeyPrefix) names it, and the ledger of fabric \(self.ledger.fabric) has no record of it"
                )
            case .cancelled: throw CommandFailure("the wait for PKey \(pkey) was cancelled")
            }
        }
        try StatusPrinter(format: output).print(end, of: pkey, after: start.duration(to: clock.now))
    }

    private func approve(_ deletions: GuardedDeletions) async throws {
        let printer = StatusPrinter(format: output)
        printer.print(deletions)
        let count = deletions.shown.count
        if count == 0, output == .text { return }
        if !yes, count > 0 {
            try Output.flush()
            guard Confirmation.isPossible else {
                throw CommandFailure("\(count) deletions wait: nothing is approved without --yes")
            }
            guard Confirmation.ask("Approve the deletion of these \(count) partitions?") else {
                throw CommandFailure("nothing was approved")
            }
        }
        try printer.print(try await deletions.approve())
    }
}

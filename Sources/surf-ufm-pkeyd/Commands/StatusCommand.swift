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
            Read from etcd and the daemon's ledger; UFM is not asked. --pkey-prefix, --managed-range, --fabric and \
            --ledger must be the daemon's. --wait fails within seconds where there is neither a key nor a record of it.
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
    @Flag(
        help:
            "Say in one line, with figures and an exit code, how it stands: 0 well, 1 in trouble, 2 no daemon runs, 3 not known."
    )
    var health = false
    @Flag(help: "Approve the deletions that are guarded, after showing them and asking.") var approveDeletes = false
    @Option(
        help: ArgumentHelp(
            "Have the daemon take over partitions that are in conflict, after showing them and asking: those of these PKeys, or all. Members that etcd does not name are removed from them.",
            valueName: "pkey|all"),
        transform: { text in
            if text == "all" { return nil }
            do {
                return try PKey(parsing: text)
            } catch {
                throw ValidationError("\(error)")
            }
        })
    var adopt: [PKey?] = []
    @Flag(
        help:
            "Have the daemon go on with another UFM, or a wider managed range, than the ledger says, after showing it and asking."
    )
    var confirm = false
    @Flag(help: "With --approve-deletes, --adopt or --confirm: do not ask.") var yes = false
    @Option(help: "Print for people (text) or for scripts (json).") var output = OutputFormat.text

    func validate() throws {
        if [wait != nil, health, approveDeletes, !adopt.isEmpty, confirm].count(where: \.self) > 1 {
            throw ValidationError("Give one of --wait, --health, --approve-deletes, --adopt and --confirm.")
        }
        if timeout == 0 { throw ValidationError("--timeout 0: expected at least 1 second.") }
        if approveDeletes || !adopt.isEmpty || confirm, !yes, output == .json {
            let option = approveDeletes ? "--approve-deletes" : confirm ? "--confirm" : "--adopt"
            throw ValidationError("\(option) with --output json cannot ask: give --yes.")
        }
    }

    func run() async throws {
        guard health else { return try await look() }
        let found: HealthReport
        do {
            found = try await readHealth()
        } catch {
            try HealthPrinter(format: output).print(unknown: ErrorWords.sentence(error))
            throw ExitCode(HealthReport.Level.unknown.rawValue)
        }
        try HealthPrinter(format: output).print(found)
        if found.level != .well { throw ExitCode(found.level.rawValue) }
    }

    private func readHealth() async throws -> HealthReport {
        let connections = try Connections(log: common.toolLog)
        defer { connections.close() }
        let stores = try connections.stores(etcd.inputs, try common.sources(), directory, ledger.inputs)
        do {
            let world = try await stores.world(try await stores.standing(etcd.etcdApi), writing: false)
            let presence = try await Presence(world.heartbeats, world.ledger)
            return HealthReport(
                presence, inWords: StatusPrinter.words(.success(presence)), try await world.ledger.contents())
        } catch let failure as Failure {
            throw CommandFailure(failure.message)
        }
    }

    private func look() async throws {
        let connections = try Connections(log: common.toolLog)
        defer { connections.close() }
        Output.endWithReader()
        let credentials = try common.sources()
        let stores = try connections.stores(etcd.inputs, credentials, directory, self.ledger.inputs)
        do {
            let world = try await stores.world(
                try await stores.standing(etcd.etcdApi), writing: false)
            let (sources, ledger) = (world.sources, world.ledger)
            if let wait {
                try await self.wait(for: wait, sources, ledger) { connections.close() }
            } else if confirm {
                let about = try await ledger.about().about
                try await confirm(about, Telling(world.instructions, clock: ContinuousClock()))
            } else if approveDeletes || !adopt.isEmpty {
                let telling = Telling(world.instructions, clock: ContinuousClock())
                let stored = try await ledger.contents()
                if approveDeletes {
                    if let directory = try await stores.lostDirectory(world) { try await restore(directory) }
                    try await approve(GuardedDeletions(stored), telling)
                } else {
                    let pkeys = adopt.contains(nil) ? nil : Set(adopt.compactMap(\.self))
                    try await adopt(StandingConflicts(stored, of: pkeys), pkeys, telling)
                }
            } else {
                let range = try directory.inputs.managedRange(credentials).told(to: connections.log)
                try StatusPrinter(format: output).print(
                    try await StatusReport(
                        fabric: self.ledger.fabric, range: range, ledger: ledger, sources: sources),
                    in: world.store, await presence(world))
            }
        } catch let failure as Failure {
            throw CommandFailure(failure.message)
        }
        try Output.flush()
    }

    /// Whether a daemon runs; what is in the way of knowing that is in the way of nothing else.
    private func presence(_ world: Stores.World) async -> Result<Presence, Failure> {
        do throws(Failure) {
            return .success(try await Presence(world.heartbeats, world.ledger))
        } catch {
            return .failure(error)
        }
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
            case .conflict(let words):
                throw CommandFailure("\(words). If the partition is ours all the same: status --adopt \(pkey)")
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

    /// Makes the directory again that must not be missing, so that its keys count as deleted.
    private func restore(_ directory: LostDirectory) async throws {
        let words =
            "etcd's v2 store has no directory \(directory.name), where the keys of \(directory.count) partitions have been"
        if output == .text { Output.line(words) }
        try ask(
            "Make it again, empty, so that all these keys count as deleted?",
            unable: "\(words): nothing is approved without --yes", refused: "nothing was approved")
        try await directory.makeAgain()
        if output == .text {
            Output.line(
                "Made \(directory.name) again. Deletions that the daemon holds back for it are approved by the same command"
            )
        }
    }

    private func approve(
        _ deletions: GuardedDeletions, _ telling: Telling<ContinuousClock>
    ) async throws {
        let printer = StatusPrinter(format: output)
        printer.print(deletions)
        let count = deletions.shown.count
        guard count > 0 else {
            if output == .json { try printer.print(InstructionOutcome(), of: deletions.approval) }
            return
        }
        try ask(
            "Approve the deletion of these \(count) partitions?",
            unable: "\(count) deletions wait: nothing is approved without --yes", refused: "nothing was approved")
        try await tell(deletions.approval, telling)
    }

    private func adopt(
        _ conflicts: StandingConflicts, _ pkeys: Set<PKey>?, _ telling: Telling<ContinuousClock>
    ) async throws {
        let printer = StatusPrinter(format: output)
        printer.print(conflicts)
        let missing = (pkeys ?? []).subtracting(conflicts.shown.map(\.pkey)).sorted()
        if !missing.isEmpty {
            throw CommandFailure(
                "\(missing.map(\.description).joined(separator: ", ")): in no conflict; nothing was adopted")
        }
        let count = conflicts.shown.count
        guard count > 0 else {
            if output == .json { try printer.print(InstructionOutcome(), of: conflicts.adoption) }
            return
        }
        try ask(
            "Take over these \(count) partitions? What etcd does not name is removed from them.",
            unable: "\(count) partitions are in conflict: nothing is adopted without --yes",
            refused: "nothing was adopted"
        )
        try await tell(conflicts.adoption, telling)
    }

    /// Lets the daemon go on with what it has put down as waiting.
    private func confirm(_ about: About, _ telling: Telling<ContinuousClock>) async throws {
        let printer = StatusPrinter(format: output)
        guard let after = about.waiting else {
            printer.printNothingToConfirm()
            return
        }
        let what = Instruction.What.confirm(.init(before: about.footing, after: after))
        printer.print(before: about.footing, after: after)
        try ask(
            "Is that what is meant?", unable: "a change waits: nothing is confirmed without --yes",
            refused: "nothing was confirmed")
        try await tell(what, telling)
    }

    private func ask(_ question: String, unable: String, refused: String) throws {
        guard !yes else { return }
        try Output.flush()
        guard Confirmation.isPossible else { throw CommandFailure(unable) }
        guard Confirmation.ask(question) else { throw CommandFailure(refused) }
    }

    /// Tells the daemon, and says what it answers.
    private func tell(_ what: Instruction.What, _ telling: Telling<ContinuousClock>) async throws {
        let outcome: InstructionOutcome
        do throws(Telling<ContinuousClock>.Problem) {
            outcome = try await telling(what)
        } catch {
            switch error {
            case .failed(let failure): throw failure
            case .nobody:
                throw CommandFailure("no daemon of fabric \(ledger.fabric) took it within 5 s: nothing was done")
            case .unanswered:
                throw CommandFailure("a daemon has taken it and has not answered within 30 s: see its log, and status")
            }
        }
        try StatusPrinter(format: output).print(outcome, of: what)
        if let problem = outcome.problem { throw CommandFailure(problem) }
    }
}

import ArgumentParser
import Glibc
import Logging
import Settings
import Telemetry
import Text

/// `monitor`: the daemon.
struct MonitorCommand: AsyncParsableCommand, EndedInGoodOrder {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Watch etcd and keep UFM's partitions as it says (the default).",
        discussion: """
            Changes in etcd are applied at once. Both sides are read again at the poll interval, and what has drifted is \
            repaired. Partitions that are neither in etcd nor in the ledger \
            (/surf-ufm-pkeyd/FABRIC/partitions/ in etcd) are reported and never touched. Deletions that come many at once \
            wait for `status --approve-deletes`.
            """)

    @OptionGroup(title: "etcd connection") var etcd: EtcdOptions
    @OptionGroup(title: "UFM connection") var ufm: UFMDaemonOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Log") var logging: LogOptions

    @Option(help: ArgumentHelp("How often both sides are read again.", valueName: "seconds"))
    var pollInterval: UInt32 = 30
    @Option(
        help: ArgumentHelp(
            "How many partitions are worked on at once; one each whose ports leave or join comes on top.",
            valueName: "count"))
    var ufmConcurrency = 4
    @OptionGroup(title: "What is to be done") var reconcile: ReconcileOptions
    @OptionGroup(title: "Ledger") var ledger: LedgerOptions
    @Option(
        help: ArgumentHelp(
            "A directory in which the daemon keeps etcd's cluster id and how far it was told (default: $STATE_DIRECTORY, else none).",
            valueName: "directory"), completion: .directory)
    var stateDir: String?
    @Option(
        help: ArgumentHelp(
            "The id of the etcd cluster that is meant, as `etcd --status` shows it (default: the one that is known from before, else the one that most endpoints are of). Another one is followed only when this says so.",
            valueName: "hex"))
    var etcdClusterId: String?
    @OptionGroup(title: "Who may look") var listening: ListenOptions
    @Flag(help: "Do once what is to be done, then end: exit code 1 if something could not be done.")
    var once = false
    @Flag(help: "Change nothing in UFM and etcd; tell what would be changed.") var dryRun = false

    func validate() throws {
        if pollInterval == 0 { throw ValidationError("--poll-interval 0: expected at least 1 second.") }
        if let id = etcdClusterId, Self.cluster(id) == nil {
            throw ValidationError("--etcd-cluster-id \(id): expected up to 16 hexadecimal digits.")
        }
        guard (1...64).contains(ufmConcurrency) else {
            throw ValidationError("--ufm-concurrency \(ufmConcurrency): expected 1 to 64.")
        }
    }

    private var inputs: DaemonInputs {
        var engine = reconcile.inputs
        engine.resyncInterval = .seconds(Int(pollInterval))
        engine.concurrency = ufmConcurrency
        engine.runsOnce = once
        var inputs = DaemonInputs(
            configDirectory: common.configDir, etcd: etcd.inputs, ufm: ufm.inputs, engine: engine,
            stateDirectory: stateDir)
        inputs.etcdCluster = etcdClusterId.flatMap(Self.cluster)
        return inputs
    }

    private static func cluster(_ text: String) -> UInt64? {
        Hex.value(of: text.utf8, prefix: .optional, maximumDigits: 16)
    }

    var takesSignals: Bool { true }

    func run() async throws {
        FileDescriptorOutput.standardError.style = logging.style(on: STDERR_FILENO)
        let (detail, audit) = (LogDetail(common.debug), try logging.audit.file())
        let recent = listening.listen.isEmpty ? nil : RecentLines()
        let log = ProgramLog.daemon(detail, logging.style(on: STDOUT_FILENO), audit: audit, recent: recent)
        log.info("Starting SURF UFM PKey Daemon in monitor mode", metadata: ["version": "\(programVersion)"])
        let invocation = Invocation.current
        for warning in invocation?.file?.warnings ?? [] { log.warning("\(warning)") }
        let daemon = Daemon(
            inputs: inputs, directory: reconcile.directory, ledger: ledger.inputs, api: etcd.etcdApi,
            isDryRun: dryRun, reread: { [inputs] in try Self.reread(invocation, log) ?? inputs }, log: log,
            detail: detail,
            audit: audit, listening: listening.inputs, recent: recent)
        try await daemon.run()
    }

    /// What the same command line means with `ufm.yaml` as it is now; nil where nobody has kept the command line.
    private static func reread(_ invocation: Invocation?, _ log: Logger) throws -> DaemonInputs? {
        guard let invocation else { return nil }
        let (command, now) = try CommandLineCheck.parse(invocation.words)
        let changes = now.file?.differences(from: invocation.file) ?? invocation.file?.differences(from: nil) ?? []
        let waiting = changes.filter { !RenewableOptions.contains("--" + $0) }
        if !waiting.isEmpty {
            log.warning(
                "ufm.yaml: what it says now of \(waiting.joined(separator: ", ")) counts from the next start on")
        }
        return (command as? MonitorCommand)?.inputs
    }
}

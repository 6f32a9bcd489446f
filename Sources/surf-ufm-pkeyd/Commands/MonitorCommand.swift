import Adapters
import ArgumentParser
import EtcdGateway
import Ledger
import Logging
import Planning
import Reconciler
import Transport
import UFMClient
import UnixSignals

/// `monitor`: the daemon.
struct MonitorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Watch etcd and keep UFM's partitions as it says (the default).",
        discussion: """
            Changes in etcd are applied at once. Both sides are read again at the poll interval, and what has drifted is \
            repaired. Partitions that are neither in etcd nor in the ledger \
            (/surf-ufm-pkeyd/FABRIC/partitions/ in etcd) are reported and never touched. Deletions that come many at once \
            wait for `status --approve-deletes`. SIGINT and SIGTERM end it; SIGHUP makes it read the passwords again.
            """)

    @OptionGroup(title: "etcd connection") var etcd: EtcdOptions
    @OptionGroup(title: "UFM connection") var ufm: UFMDaemonOptions
    @OptionGroup var common: CommonOptions

    @Option(help: ArgumentHelp("How often both sides are read again.", valueName: "seconds"))
    var pollInterval: UInt32 = 30
    @Option(help: ArgumentHelp("How many partitions are changed at once.", valueName: "count"))
    var ufmConcurrency = 4
    @OptionGroup(title: "What is to be done") var reconcile: ReconcileOptions
    @OptionGroup(title: "Ledger") var ledger: LedgerOptions
    @Flag(help: "Do once what is to be done, then end: exit code 1 if something could not be done.")
    var once = false
    @Flag(help: "Change nothing in UFM and etcd; tell what would be changed.") var dryRun = false

    func validate() throws {
        if pollInterval == 0 { throw ValidationError("--poll-interval 0: expected at least 1 second.") }
        guard (1...64).contains(ufmConcurrency) else {
            throw ValidationError("--ufm-concurrency \(ufmConcurrency): expected 1 to 64.")
        }
    }

    func run() async throws {
        let log = common.daemonLog()
        log.info("Starting SURF UFM PKey Daemon in monitor mode", metadata: ["version": "\(programVersion)"])
        // Before anything can take long: from here on a signal ends the daemon in good order.
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)

        let http = try HTTPClient()
        defer { http.shutdown() }
        let etcdClient = try EtcdClient(try etcd.resolve(common, log: log), transport: http)
        let ufmConfiguration = try ufm.resolve(common, log: log)
        let ufmClient = UFMClient(configuration: ufmConfiguration, transport: http)
        log.info("etcd: \(etcdClient.configuration.endpoints.map(\.url).joined(separator: ", "))")
        log.info("UFM: \(ufmConfiguration.hosts.joined(separator: ", "))")

        var configuration = try reconcile.resolve(common, log: log)
        configuration.resyncInterval = .seconds(Int(pollInterval))
        configuration.concurrency = ufmConcurrency
        configuration.runsOnce = once
        configuration.fabricName =
            "\(ufmConfiguration.scheme.rawValue)://\(ufmConfiguration.hosts.joined(separator: ","))"
        if configuration.limits.range != .everything { log.info("Managed range: \(configuration.limits.range)") }
        let ufmFabric = UFMFabric(ufmClient)
        let ledger = try ledger.open(etcdClient, writing: !dryRun)
        let loop = ReconcilerLoop(
            configuration, source: EtcdSource(etcdClient, prefix: configuration.prefix),
            fabric: dryRun ? DryRunFabric(ufmFabric, log: log) : ufmFabric,
            ledger: dryRun ? DryRunLedger(ledger) : ledger, log: log)
        log.info("Performing initial PKey scan...")
        if !once { log.info("Starting monitoring loop (poll interval: \(pollInterval)s)") }
        let end = await loop.run {
            for await signal in signals {
                guard signal == .sighup else {
                    log.info("\(signal) received: finishing what is under way")
                    return
                }
                readCredentialsAgain(etcdClient, ufmFabric, http, log)
            }
        }
        if let problem = end.problem { throw CommandFailure(problem) }
        log.info("PKey monitor stopped")
    }

    /// What SIGHUP asks for. Certificates need nothing: each new connection reads its files.
    private func readCredentialsAgain(
        _ etcdClient: EtcdClient, _ ufmFabric: UFMFabric, _ http: HTTPClient, _ log: Logger
    ) {
        do {
            if let login = try etcd.resolve(common, log: log).login { etcdClient.renew(login: login) }
            ufmFabric.renew(UFMClient(configuration: try ufm.resolve(common, log: log), transport: http))
            log.info("SIGHUP received: passwords have been read again")
        } catch {
            log.error("SIGHUP received: the old passwords stay in use: \(ErrorWords.of(error) ?? "\(error)")")
        }
    }
}

import Adapters
import ArgumentParser
import EtcdGateway
import Fabric
import Logging
import Planning
import Reconciler
import Settings
import UFMClient

/// `plan`: what `monitor` would do now, as data; nothing is changed.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what UFM has that etcd does not want, and the other way round. Changes nothing.",
        discussion: """
            etcd, the ledger and UFM are read once. Exit codes: 0 in step, 2 there is drift, 1 failed.
            """)

    @OptionGroup(title: "etcd connection") var etcd: EtcdOptions
    @OptionGroup(title: "UFM connection") var ufm: UFMDaemonOptions
    @OptionGroup(title: "What is to be done") var reconcile: ReconcileOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Ledger") var ledger: LedgerOptions
    @Flag(help: "Show partitions that are in step as well.") var all = false
    @Option(help: "Print for people (text) or for scripts (json).") var output = OutputFormat.text

    func run() async throws {
        let connections = try Connections(log: common.toolLog)
        defer { connections.close() }
        let credentials = try common.sources()
        var configuration = try reconcile.inputs.resolve(credentials).told(to: connections.log)
        let etcdClient = try connections.etcd(etcd.inputs, credentials)
        let sources = connections.sources(etcdClient, reconcile.directory)
        configuration.sources = sources.map(\.id)
        let ufmFabric = connections.fabric(try connections.ufm(ufm.inputs, credentials))
        let ledger = try connections.ledger(
            ledger.ledger, fabric: ledger.fabric, etcdClient, sources, writing: false)
        let survey: Survey
        do throws(Failure) {
            survey = try await Survey(configuration, sources: sources, ledger: ledger, fabric: ufmFabric)
        } catch {
            throw CommandFailure(error.message)
        }
        for warning in survey.warnings { connections.log.warning("\(warning)") }
        try PlanPrinter(format: output, showsAll: all).print(survey.plan)
        if survey.plan.hasDrift { throw ExitCode(2) }
    }
}

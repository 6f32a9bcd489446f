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
        let stores = try connections.stores(etcd.inputs, credentials, reconcile.directory, ledger.inputs)
        let ufmFabric = connections.fabric(try connections.ufm(ufm.inputs, credentials))
        let world: Stores.World
        do {
            world = try await stores.world(try await stores.standing(etcd.etcdApi), writing: false)
        } catch let failure as Failure {
            throw CommandFailure(failure.message)
        }
        configuration.sources = world.sources.map(\.id)
        let survey: Survey
        do throws(Failure) {
            survey = try await Survey(
                configuration, sources: world.sources, ledger: world.ledger, fabric: ufmFabric)
        } catch {
            throw CommandFailure(error.message)
        }
        for warning in survey.warnings { connections.log.warning("\(warning)") }
        try PlanPrinter(format: output, showsAll: all).print(survey.plan)
        if survey.plan.hasDrift { throw ExitCode(2) }
    }
}

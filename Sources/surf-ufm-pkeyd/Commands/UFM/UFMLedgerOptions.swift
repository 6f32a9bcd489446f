import ArgumentParser
import EtcdGateway
import Fabric
import Ledger
import Reconciler

/// Which partitions the daemon manages: what its ledger in etcd says.
struct UFMLedgerOptions: ParsableArguments {
    @Flag(help: "With --list or --get-pkey: read the daemon's ledger in etcd, and say which PKeys it manages.")
    var managed = false
    @Option(
        help: ArgumentHelp("With --managed: name of this fabric in the ledger (default: default).", valueName: "name"))
    var fabric: String?
    @OptionGroup var etcd: EtcdOptions

    /// The ledger; nil where nobody asks for it.
    func records(
        _ common: CommonOptions, _ connections: Connections
    ) async throws -> [PKey: LedgerRecord]? {
        guard managed else { return nil }
        let client = try connections.etcd(etcd.inputs, try common.sources())
        do throws(Failure) {
            return try await connections.ledgerInEtcd(client, fabric: fabric ?? "default").records().records
                .mapValues(\.record)
        } catch {
            throw CommandFailure("the ledger in etcd cannot be read: \(error.message)")
        }
    }
}

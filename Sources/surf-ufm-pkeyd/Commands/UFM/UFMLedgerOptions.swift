import ArgumentParser
import EtcdGateway
import Fabric
import Ledger
import Reconciler
import Settings

/// Which partitions the daemon manages: what its ledger says.
struct UFMLedgerOptions: ParsableArguments {
    @Flag(help: "With --list or --get-pkey: read the daemon's ledger, and say which PKeys it manages.")
    var managed = false
    @Option(
        help: ArgumentHelp("With --managed: name of this fabric in the ledger (default: default).", valueName: "name"))
    var fabric: String?
    @Option(
        help: ArgumentHelp(
            "With --managed: where the daemon's ledger is kept, as for `monitor` (default: etcd).",
            valueName: "etcd|file[:path]"),
        transform: { try LedgerPlace(parsing: $0) })
    var ledger: LedgerPlace?
    @OptionGroup var etcd: EtcdOptions

    /// The ledger; nil where nobody asks for it.
    func records(
        _ common: CommonOptions, _ connections: Connections
    ) async throws -> [PKey: LedgerRecord]? {
        guard managed else { return nil }
        let fabric = fabric ?? "default"
        let known: any InspectableLedger
        var place = ""
        switch ledger ?? .etcd {
        case .etcd:
            let client = try connections.etcd(etcd.inputs, try common.sources())
            known = connections.ledgerInEtcd(client, fabric: fabric)
            place = " in etcd"
        case .file(let path): known = try connections.ledgerInFile(path, fabric: fabric, writing: false)
        }
        do throws(Failure) {
            return try await known.records().records.mapValues(\.record)
        } catch {
            throw CommandFailure("the ledger\(place) cannot be read: \(error.message)")
        }
    }
}

import ArgumentParser
import Settings

/// Where the ledger is kept, and which one it is: the options of the `monitor`, `plan` and `status` modes.
struct LedgerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Name of this fabric in the ledger; one for each UFM.", valueName: "name"))
    var fabric = "default"
    @Option(
        help: ArgumentHelp(
            "Where the ledger is kept: in etcd (default), or in a local file where the etcd user may only read: the one given, or ledger.json in $STATE_DIRECTORY, else in /var/lib/surf-ufm-pkeyd.",
            valueName: "etcd|file[:path]"),
        transform: { try LedgerPlace(parsing: $0) })
    var ledger = LedgerPlace.etcd

    func validate() throws {
        guard !fabric.isEmpty, fabric.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else { throw ValidationError("--fabric \(fabric): expected letters, digits, '-', '_' and '.'.") }
    }
}

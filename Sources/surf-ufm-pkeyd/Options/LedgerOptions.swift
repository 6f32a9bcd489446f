import ArgumentParser
import Settings

/// Where the ledger is kept, and which one it is: the options of the `monitor`, `plan` and `status` modes.
struct LedgerOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Name of this fabric in the ledger; one for each UFM.", valueName: "name"))
    var fabric = "default"
    @Option(
        help: ArgumentHelp(
            "Where the ledger is kept: in etcd's v3 store, or in a local file where the etcd user may only read: the one given, or ledger.json in $STATE_DIRECTORY, else in /var/lib/surf-ufm-pkeyd (default: etcd; a file where the keys are in a v2 store with passwords and the v3 store has none).",
            valueName: "etcd|file[:path]"),
        transform: { try LedgerPlace(parsing: $0) })
    var ledger: LedgerPlace?
    @Option(
        help: ArgumentHelp(
            "The user of etcd's v3 store that keeps the ledger, where that is another one than --etcd-user.",
            valueName: "user"))
    var ledgerEtcdUser: String?
    @Option(help: ArgumentHelp("The file of that user's password.", valueName: "file"))
    var ledgerEtcdPasswordFile: String?
    @Flag(
        help:
            "Keep the ledger in a v3 store that asks for no password, although the v2 store with the keys does: everybody who reaches etcd's port can forge it."
    )
    var ledgerUnprotected = false

    func validate() throws {
        if (ledgerEtcdUser == nil) != (ledgerEtcdPasswordFile == nil) {
            throw ValidationError("--ledger-etcd-user and --ledger-etcd-password-file go together.")
        }
        guard !fabric.isEmpty, fabric.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) })
        else { throw ValidationError("--fabric \(fabric): expected letters, digits, '-', '_' and '.'.") }
    }

    var inputs: LedgerInputs {
        LedgerInputs(
            place: ledger, user: ledgerEtcdUser, passwordFile: ledgerEtcdPasswordFile,
            isUnprotected: ledgerUnprotected, fabric: fabric)
    }
}

import ArgumentParser
import Planning
import Settings

/// Where pcocc's PKeys are in etcd, and which of them are ours to manage.
struct PKeyDirectoryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where pcocc writes its PKeys in etcd.", valueName: "prefix"))
    var pkeyPrefix = "/pcocc/global/opensm/pkeys/"
    @Option(
        help: ArgumentHelp(
            "The PKeys that may be touched (default: those of the InfiniBand networks in networks.yaml, or all).",
            valueName: "0x…-0x…,…"),
        transform: ManagedRange.init(parsing:))
    var managedRange: ManagedRange?

    func validate() throws {
        guard pkeyPrefix.hasSuffix("/"), pkeyPrefix.count > 1 else {
            throw ValidationError("--pkey-prefix \(pkeyPrefix): expected a directory with a closing slash.")
        }
    }

    var inputs: PKeyDirectoryInputs { PKeyDirectoryInputs(range: managedRange) }
}

import ArgumentParser
import Planning
import Settings

/// What is wanted of UFM, and how far we may go: the options of the `monitor` and `plan` modes.
struct ReconcileOptions: ParsableArguments {
    @OptionGroup var directory: PKeyDirectoryOptions
    @Option(help: "Which new members get the PKey at index 0 of their table: all, vf or none.")
    var index0 = Index0Policy.all
    @Flag(inversion: .prefixedNo, help: "Whether new partitions carry IP over InfiniBand.")
    var ipOverIb = false
    @Flag(help: "Give these flags to members and partitions that are there already, too.")
    var enforceFlags = false
    @Option(
        help: ArgumentHelp(
            "sync: all that etcd says. upsert-only: no partition is deleted. report: nothing is changed, only told.",
            valueName: "policy"))
    var policy = Policy.sync
    @Option(
        help: ArgumentHelp(
            "Hold deletions of 5 or more partitions at once that are more than so many percent of ours, or off (default: 20).",
            valueName: "percent|off"),
        transform: DeletionGuard.Threshold.init(parsing:))
    var deleteGuard = DeletionGuard.Threshold()

    var inputs: EngineInputs {
        var inputs = EngineInputs(
            directory: directory.inputs, flags: FlagPolicy(index0: index0, ipOverIB: ipOverIb))
        inputs.enforcesFlags = enforceFlags
        inputs.deleteGuard = deleteGuard
        inputs.policy = policy
        return inputs
    }
}

extension Policy: ExpressibleByArgument {}

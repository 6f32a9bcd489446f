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

    @Option(
        help: ArgumentHelp(
            "all: take over every partition that etcd asks for, whoever made it, as the predecessor did; members that etcd does not name are removed (default: only what is ours beyond doubt).",
            valueName: "all"))
    var adopt: Adopted?

    var inputs: EngineInputs {
        var inputs = EngineInputs(
            directory: directory.inputs, flags: FlagPolicy(index0: index0, ipOverIB: ipOverIb))
        inputs.enforcesFlags = enforceFlags
        inputs.deleteGuard = deleteGuard
        inputs.adoptsAll = adopt == .all
        inputs.policy = policy
        return inputs
    }
}

/// What is taken over though nobody knows that it is ours.
enum Adopted: String, ExpressibleByArgument, CaseIterable {
    case all
}

extension Policy: ExpressibleByArgument {}

import ArgumentParser
import Logging
import Planning
import Reconciler

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

    /// What the engine is to know, as far as these options say it.
    func resolve(_ common: CommonOptions, log: Logger) throws -> EngineConfiguration {
        var configuration = EngineConfiguration(
            prefix: directory.pkeyPrefix, flags: FlagPolicy(index0: index0, ipOverIB: ipOverIb))
        configuration.enforcesFlags = enforceFlags
        configuration.deleteGuard = deleteGuard
        configuration.limits = Limits(policy: policy, range: try directory.range(common, log: log))
        return configuration
    }
}

extension Policy: ExpressibleByArgument {}

extension DeletionGuard.Threshold {
    /// Reads `20` or `20%`, or `off`.
    init(parsing text: String) throws {
        if text == "off" {
            self.init(share: 1, least: .max)
            return
        }
        guard let percent = Int(text.hasSuffix("%") ? text.dropLast() : text[...]), (0...100).contains(percent) else {
            throw ValidationError("expected 0 to 100 percent, or off")
        }
        self.init(share: Double(percent) / 100)
    }
}

import ArgumentParser
import Fabric
import Logging
import Planning
import Reconciler

/// What is wanted of UFM, and how far we may go: the options of the `monitor` and `plan` modes.
struct ReconcileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Where pcocc writes its PKeys in etcd.", valueName: "prefix"))
    var pkeyPrefix = "/pcocc/global/opensm/pkeys/"
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
            "The PKeys that may be touched (default: those of the InfiniBand networks in networks.yaml, or all).",
            valueName: "0x…-0x…,…"),
        transform: ManagedRange.init(parsing:))
    var managedRange: ManagedRange?
    @Option(
        help: ArgumentHelp(
            "Hold deletions of 5 or more partitions at once that are more than so many percent of ours, or off.",
            valueName: "percent|off"),
        transform: DeletionGuard.Threshold.init(parsing:))
    var deleteGuard = DeletionGuard.Threshold()

    func validate() throws {
        guard pkeyPrefix.hasSuffix("/"), pkeyPrefix.count > 1 else {
            throw ValidationError("--pkey-prefix \(pkeyPrefix): expected a directory with a closing slash.")
        }
    }

    /// What the engine is to know, as far as these options say it.
    func resolve(_ common: CommonOptions, log: Logger) throws -> EngineConfiguration {
        var configuration = EngineConfiguration(
            prefix: pkeyPrefix, flags: FlagPolicy(index0: index0, ipOverIB: ipOverIb))
        configuration.enforcesFlags = enforceFlags
        configuration.deleteGuard = deleteGuard
        configuration.limits = Limits(policy: policy, range: try range(common, log))
        return configuration
    }

    private func range(_ common: CommonOptions, _ log: Logger) throws -> ManagedRange {
        if let managedRange { return managedRange }
        guard let networks = try NetworksFileSettings.load(from: common.directory()) else { return .everything }
        for warning in networks.warnings { log.warning("\(warning)") }
        guard !networks.ranges.isEmpty else { return .everything }
        let range = ManagedRange(networks.ranges)
        log.debug("managed range \(range), from \(networks.path)")
        return range
    }
}

extension Policy: ExpressibleByArgument {}

extension ManagedRange {
    /// Reads `0x2000-0x3000`, or several of these with commas between.
    init(parsing text: String) throws {
        let ranges = try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count == 2 else {
                throw ValidationError("expected FIRST-LAST, as in 0x2000-0x3000, found '\(part)'")
            }
            let (first, last) = (try PKey(parsing: ends[0]), try PKey(parsing: ends[1]))
            guard first <= last else { throw ValidationError("\(part): the first PKey is above the last") }
            return first...last
        }
        self.init(ranges)
    }
}

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

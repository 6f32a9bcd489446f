import ArgumentParser
import Fabric
import Logging
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

    /// The range of the option, else of `networks.yaml`, else everything.
    func range(_ common: CommonOptions, log: Logger) throws -> ManagedRange {
        if let managedRange { return managedRange }
        guard let networks = try NetworksFileSettings.load(from: common.directory()) else { return .everything }
        for warning in networks.warnings { log.warning("\(warning)") }
        guard !networks.ranges.isEmpty else { return .everything }
        let range = ManagedRange(networks.ranges)
        log.debug("managed range \(range), from \(networks.path)")
        return range
    }
}

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

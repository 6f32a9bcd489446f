import ArgumentParser
import Fabric
import Settings

/// Which members an operation on one PKey is about, and their flags.
struct UFMMemberOptions: ParsableArguments {
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "GUIDs, separated by commas or blanks, or @FILE with them in it. With --list and without GUIDs: show members.",
            valueName: "guid,guid,…"),
        transform: GUIDArgument.init(argument:))
    var guids: [GUIDArgument] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("GUIDs that are to be full members; as --guids.", valueName: "guid,guid,…"),
        transform: GUIDArgument.init(argument:))
    var full: [GUIDArgument] = []
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("GUIDs that are to be limited members; as --guids.", valueName: "guid,guid,…"),
        transform: GUIDArgument.init(argument:))
    var limited: [GUIDArgument] = []
    @Option(help: ArgumentHelp("Membership of the GUIDs of --guids: full or limited.", valueName: "membership"))
    var membership = Membership.full
    @Flag(inversion: .prefixedNo, help: "Whether the PKey goes to index 0 of the ports' PKey tables.")
    var index0 = true
    @Flag(
        inversion: .prefixedNo,
        help: "Whether the partition carries IP over InfiniBand. Without either, one that exists keeps what it has.")
    var ipOverIb: Bool?
    @Flag(help: "Remove the GUIDs instead of adding them.") var removeGuids = false
    @Flag(help: "Make the GUIDs the only members: others are removed.") var setGuids = false

    /// `--guids` without a GUID.
    var showsMembers: Bool { !guids.isEmpty && guids.allSatisfy(\.isEmpty) }
    private var namesGUIDs: Bool { !(guids + full + limited).allSatisfy(\.isEmpty) }

    func validate(for operation: UFMOperation) throws {
        guard case .members = operation else {
            if !guids.isEmpty, !showsMembers { throw ValidationError("--guids with GUIDs goes with --pkey.") }
            return
        }
        if removeGuids, setGuids { throw ValidationError("Give one of --remove-guids and --set-guids.") }
        for (name, list) in [("--guids", guids), ("--full", full), ("--limited", limited)]
        where !list.isEmpty && list.allSatisfy(\.isEmpty) {
            throw ValidationError("\(name): no GUID is given; --pkey needs \(name) GUID,GUID,….")
        }
        guard namesGUIDs else { throw ValidationError("--pkey needs --guids GUID,GUID,….") }
        if removeGuids, !full.isEmpty || !limited.isEmpty {
            throw ValidationError("--full and --limited go without --remove-guids; give the GUIDs with --guids.")
        }
    }

    /// The GUIDs of `--guids`, ascending.
    func loadGUIDs() throws -> [GUID] { try GUIDArgument.load(guids) }

    /// The members of the three lists, ascending.
    func loadMembers() throws -> [Member] {
        try MemberLists(guids: guids, full: full, limited: limited, membership: membership, index0: index0).load()
    }
}

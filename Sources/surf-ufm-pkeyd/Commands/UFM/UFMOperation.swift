import ArgumentParser
import Fabric

/// What a `ufm` command is to do.
enum UFMOperation {
    case list
    case get(PartitionNumber)
    case create(PKey)
    case delete(PKey)
    case members(PKey)
    case find(GUID)
    case export(to: String)
    case importFile(String)
    case ping

    var changesPartitions: Bool {
        switch self {
        case .create, .delete, .members, .importFile: true
        case .list, .get, .find, .export, .ping: false
        }
    }
}

/// The options that say what to do, of which exactly one is given.
struct UFMOperationOptions: ParsableArguments {
    @Flag(help: "List all PKeys; with --guids, their members too.") var list = false
    @Option(
        help: ArgumentHelp("Show one PKey with its members.", valueName: "pkey"),
        transform: PartitionNumber.init(parsing:))
    var getPkey: PartitionNumber?
    @Option(help: ArgumentHelp("Create an empty PKey.", valueName: "pkey"), transform: PKey.init(parsing:))
    var createPkey: PKey?
    @Option(
        help: ArgumentHelp("Delete a PKey, members and all; on a terminal, after asking.", valueName: "pkey"),
        transform: PKey.init(parsing:))
    var deletePkey: PKey?
    @Option(
        help: ArgumentHelp(
            "Add GUIDs to a PKey, remove them, or set them; needs --guids, --full or --limited.", valueName: "pkey"),
        transform: PKey.init(parsing:))
    var pkey: PKey?
    @Option(help: ArgumentHelp("Show every PKey that a port is in.", valueName: "guid"), transform: GUID.init(parsing:))
    var findGuid: GUID?
    @Option(
        help: ArgumentHelp("Write all PKeys with their members as JSON; - for standard output.", valueName: "file"),
        completion: .file())
    var export: String?
    @Option(
        name: .customLong("import"),
        help: ArgumentHelp(
            "Make UFM's PKeys as a file of --export says, by the changes that it takes; - for standard input.",
            valueName: "file"), completion: .file())
    var importPath: String?
    @Flag(help: "Show UFM's version and certificate, how long it takes to answer, and how we log in.") var ping = false

    /// The operation; throws unless exactly one is given.
    func one() throws -> UFMOperation {
        let given: [UFMOperation?] = [
            list ? .list : nil, getPkey.map { .get($0) }, createPkey.map { .create($0) },
            deletePkey.map { .delete($0) },
            pkey.map { .members($0) }, findGuid.map { .find($0) }, export.map { .export(to: $0) },
            importPath.map { .importFile($0) }, ping ? .ping : nil,
        ]
        let operations = given.compactMap(\.self)
        guard operations.count == 1, let operation = operations.first else {
            throw ValidationError(
                "Give exactly one of --list, --get-pkey, --create-pkey, --delete-pkey, --pkey, --find-guid, --export, "
                    + "--import and --ping.")
        }
        return operation
    }
}

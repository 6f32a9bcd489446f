import ArgumentParser
import Fabric
import Logging
import Transport
import UFMClient

/// `ufm`: looks at and changes partitions.
struct UFMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ufm",
        abstract: "List, create and delete partitions in UFM, and add or remove their members.",
        discussion: """
            Exactly one of --list, --get-pkey, --create-pkey, --delete-pkey and --pkey. 0x0 and the default partition \
            0x7fff are never created, changed or deleted.
            """)

    @OptionGroup(title: "UFM connection") var connection: UFMToolOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "List all PKeys.") var list = false
    @Option(
        help: ArgumentHelp("Show one PKey with its members.", valueName: "pkey"),
        transform: PartitionNumber.init(parsing:))
    var getPkey: PartitionNumber?
    @Option(help: ArgumentHelp("Create an empty PKey.", valueName: "pkey"), transform: PKey.init(parsing:))
    var createPkey: PKey?
    @Option(help: ArgumentHelp("Delete a PKey, members and all.", valueName: "pkey"), transform: PKey.init(parsing:))
    var deletePkey: PKey?
    @Option(
        help: ArgumentHelp("Add GUIDs to a PKey, or remove them; needs --guids.", valueName: "pkey"),
        transform: PKey.init(parsing:))
    var pkey: PKey?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("GUIDs, separated by commas or blanks.", valueName: "guid,guid,…"),
        transform: { text in try text.split(separator: ",").map(GUID.init(parsing:)) })
    var guids: [[GUID]] = []
    @Option(help: ArgumentHelp("Membership of added GUIDs: full or limited.", valueName: "membership"))
    var membership = Membership.full
    @Flag(inversion: .prefixedNo, help: "Whether the PKey goes to index 0 of the ports' PKey tables.")
    var index0 = true
    @Flag(
        inversion: .prefixedNo,
        help: "Whether the partition carries IP over InfiniBand. Without either, one that exists keeps what it has.")
    var ipOverIb: Bool?
    @Flag(help: "Remove the GUIDs instead of adding them.") var removeGuids = false
    @Option(help: "Print for people (text) or for scripts (json).") var output = OutputFormat.text

    func validate() throws {
        let operations =
            (list ? 1 : 0) + [createPkey, deletePkey, pkey].compactMap(\.self).count + (getPkey == nil ? 0 : 1)
        guard operations == 1 else {
            throw ValidationError(
                "Give exactly one of --list, --get-pkey, --create-pkey, --delete-pkey and --pkey.")
        }
        if pkey != nil, guids.allSatisfy(\.isEmpty) { throw ValidationError("--pkey needs --guids GUID,GUID,….") }
        if pkey == nil, !guids.isEmpty { throw ValidationError("--guids goes with --pkey.") }
        if pkey == nil, removeGuids { throw ValidationError("--remove-guids goes with --pkey.") }
    }

    func run() async throws {
        let log = common.toolLog()
        let http = try HTTPClient()
        defer { http.shutdown() }
        let client = UFMClient(configuration: try connection.resolve(common, log: log), transport: http)
        log.debug("UFM: \(client.configuration.hosts.joined(separator: ", "))")
        if list {
            try PartitionPrinter(output).print(try await client.snapshot())
        } else if let getPkey {
            guard let partition = try await client.partition(getPkey) else {
                throw CommandFailure("PKey \(getPkey) not found in UFM")
            }
            try PartitionPrinter(output).print(partition)
        } else if let createPkey {
            try await create(createPkey, client)
        } else if let deletePkey {
            guard case .deleted = try await client.deletePartition(deletePkey) else {
                throw CommandFailure("PKey \(deletePkey) not found in UFM")
            }
            Output.line("Successfully deleted PKey \(deletePkey)")
        } else if let pkey {
            try await changeMembers(of: pkey, client)
        }
    }

    private func create(_ pkey: PKey, _ client: UFMClient) async throws {
        guard case .created = try await client.createEmpty(pkey, ipOverIB: ipOverIb ?? false, index0: index0) else {
            throw CommandFailure("PKey \(pkey) already exists in UFM; it was left as it is")
        }
        Output.line("Successfully created PKey \(pkey)")
    }

    private func changeMembers(of pkey: PKey, _ client: UFMClient) async throws {
        let guids = Set(guids.joined()).sorted()
        if removeGuids {
            // To the reconciler a partition that is not there is one without these members; here it is a typing error.
            guard try await client.partition(pkey.number) != nil else {
                throw CommandFailure("PKey \(pkey) not found in UFM")
            }
            try await client.removeMembers(guids, from: pkey)
            Output.line("Successfully removed \(guids.count) GUIDs from PKey \(pkey)")
        } else {
            let members = guids.map { Member(guid: $0, membership: membership, index0: index0) }
            var ipOverIB = ipOverIb
            // Every addition sets the flag of the whole partition.
            if ipOverIB == nil { ipOverIB = try await client.partition(pkey.number)?.ipOverIB }
            try await client.addMembers(members, to: pkey, ipOverIB: ipOverIB ?? false)
            Output.line("Successfully added \(guids.count) GUIDs to PKey \(pkey)")
        }
    }
}

import Administration
import ArgumentParser
import Fabric
import Logging
import UFMClient

/// `ufm`: looks at and changes partitions.
struct UFMCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ufm",
        abstract: "List, create, change, delete, export and import partitions in UFM.",
        discussion: """
            Exactly one of --list, --get-pkey, --create-pkey, --delete-pkey, --pkey, --find-guid, --export, --import and \
            --ping. 0x0 and the default partition 0x7fff are never created, changed or deleted.

            On a terminal, --delete-pkey asks before it deletes a PKey that has members. --import asks before it \
            removes or deletes anything, and without a terminal it needs --yes for that.
            """)

    @OptionGroup(title: "UFM connection") var connection: UFMToolOptions
    @OptionGroup var common: CommonOptions
    @OptionGroup(title: "Log") var audit: AuditOptions
    @OptionGroup(title: "What to do") var operations: UFMOperationOptions
    @OptionGroup(title: "Members") var members: UFMMemberOptions

    @Flag(help: "With --import: show what would be done, and change nothing.") var dryRun = false
    @Flag(help: "With --import: delete the PKeys that are not in the file.") var prune = false
    @Flag(help: "With --delete-pkey or --import: do not ask.") var yes = false
    @Option(help: "Print for people (text) or for scripts (json).") var output = OutputFormat.text
    @OptionGroup(title: "The daemon's ledger") var ledger: UFMLedgerOptions

    func validate() throws {
        let operation = try operations.one()
        try members.validate(for: operation)
        if case .export("") = operation { throw ValidationError("--export: the name of the file is empty.") }
        if case .importFile("") = operation { throw ValidationError("--import: the name of the file is empty.") }
    }

    func run() async throws {
        let connections = try Connections(log: common.toolLog)
        defer { connections.close() }
        Output.endWithReader()
        let operation = try operations.one()
        // A file that cannot be used is found out before anybody is asked for a password.
        var file: PartitionFile?
        if case .importFile(let path) = operation { file = try PartitionFile.read(path) }
        var following = try connections.ufm(connection.inputs, try common.sources())
        if operation.changesPartitions, !dryRun, let file = try audit.file() { ChangeTrail(file).follow(&following) }
        let client = following
        connections.log.debug("UFM: \(client.configuration.hosts.joined(separator: ", "))")
        switch operation {
        case .list:
            let printer = PartitionPrinter(output, ledger: try await ledger.records(common, connections))
            let snapshot = try await client.snapshot()
            try members.showsMembers ? printer.printMembers(snapshot) : printer.print(snapshot)
        case .get(let number): try await show(number, client, connections)
        case .create(let pkey): try await create(pkey, client)
        case .delete(let pkey):
            try await PartitionDeletion(client: client, isConfirmed: yes, format: output).run(pkey)
        case .members(let pkey): try await MemberCommand(client: client, options: members, format: output).run(on: pkey)
        case .find(let guid): try await find(guid, client)
        case .export(let path): try await PartitionExport(client: client, format: output).run(path)
        case .importFile:
            guard let file else { return }
            let run = PartitionImport(
                client: client, isDryRun: dryRun, prunes: prune, isConfirmed: yes, format: output)
            try await run.run(file)
        case .ping: try await UFMPing(client: client, format: output).run()
        }
        try Output.flush()
    }

    private func show(
        _ number: PartitionNumber, _ client: UFMClient, _ connections: Connections
    ) async throws {
        guard let partition = try await client.details(number) else {
            throw CommandFailure("PKey \(number) not found in UFM")
        }
        try PartitionPrinter(output, ledger: try await ledger.records(common, connections)).print(partition)
    }

    private func create(_ pkey: PKey, _ client: UFMClient) async throws {
        let ipOverIB = members.ipOverIb ?? false
        guard try await PartitionEditor(client).create(pkey, ipOverIB: ipOverIB, index0: members.index0) else {
            throw CommandFailure("PKey \(pkey) already exists in UFM; it was left as it is")
        }
        try ChangeDocument("create", pkey).print(output, or: "Successfully created PKey \(pkey)")
    }

    private func find(_ guid: GUID, _ client: UFMClient) async throws {
        let partitions = try await client.snapshot().sortedPartitions.filter { $0.members[guid] != nil }
        // UFM has every port in its default partition and lists none of them there.
        guard !partitions.isEmpty else {
            throw CommandFailure("GUID \(guid) is not in any PKey that UFM lists members of")
        }
        try PartitionPrinter(output).print(partitions, of: guid)
    }
}

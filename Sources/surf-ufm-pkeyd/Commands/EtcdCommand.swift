import ArgumentParser
import EtcdGateway
import Logging
import Settings

/// `etcd`: looks at and changes keys.
struct EtcdCommand: AsyncParsableCommand, EndedInGoodOrder {
    static let configuration = CommandConfiguration(
        commandName: "etcd",
        abstract: "List, watch, read, write and delete keys in etcd.",
        discussion: """
            Exactly one of --list, --get, --put, --delete, --watch and --status. Servers, user and password come from \
            the options, then from batch.yaml and etcd-password in the configuration directory.

            --output json prints one JSON document, and with --watch one document per line. A key or value that is not \
            UTF-8 text is given as key_base64 or value_base64.
            """)

    @OptionGroup(title: "etcd connection") var connection: EtcdOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "List keys.") var list = false
    @Option(help: ArgumentHelp("Print the value of a key.", valueName: "key")) var get: String?
    @Option(help: ArgumentHelp("Set a key; needs --value.", valueName: "key")) var put: String?
    @Option(help: ArgumentHelp("Delete a key.", valueName: "key")) var delete: String?
    @Flag(help: "Print changes as they happen, of the keys with the prefix given behind it, until interrupted.")
    var watch = false
    @Argument(help: ArgumentHelp("With --watch: only keys that start so.", valueName: "prefix")) var watchPrefix:
        String?
    @Flag(help: "Show every endpoint: version, leader, revision, database size, latency, alarms.") var status = false

    @OptionGroup(title: "Reading") var reading: EtcdReadingOptions
    @Option(help: "With --put: the value.") var value: String?
    @Option(help: ArgumentHelp("With --put: the key's time to live.", valueName: "seconds")) var ttl: Int64?
    @Flag(help: "With --delete or --prefix: delete all keys that start so, after asking.") var recursive = false
    @Flag(help: "With --recursive: do not ask.") var yes = false
    @Option(help: "Print for people (text) or for scripts (json).") var output = OutputFormat.text

    /// `--recursive --prefix P` alone is a deletion too.
    private var deletesPrefix: String? {
        guard recursive else { return nil }
        return delete ?? (list || watch || get != nil || put != nil || status ? nil : reading.prefix)
    }

    private var operationCount: Int {
        [list, get != nil, put != nil, delete != nil || deletesPrefix != nil, watch, status].count { $0 }
    }

    func validate() throws {
        guard operationCount == 1 else {
            throw ValidationError(
                "Give exactly one of --list, --get KEY, --put KEY, --delete KEY, --watch [PREFIX] and --status.")
        }
        if put != nil, value == nil { throw ValidationError("--put needs --value VALUE.") }
        if let ttl, !(1...9_000_000_000).contains(ttl) {
            throw ValidationError("--ttl \(ttl): expected 1 to 9000000000 seconds.")
        }
        if recursive, deletesPrefix == nil {
            throw ValidationError("--recursive goes with --delete, or with --prefix and nothing else to do.")
        }
        if recursive, delete != nil, reading.prefix != nil {
            throw ValidationError("Give the prefix once: behind --delete or behind --prefix.")
        }
        if deletesPrefix == "", delete == nil {
            throw ValidationError("--prefix: an empty prefix would delete every key.")
        }
        if watchPrefix != nil, watch, reading.prefix != nil {
            throw ValidationError("Give the prefix once: behind --watch or behind --prefix.")
        }
        if watchPrefix != nil, !watch { throw ValidationError("\(watchPrefix ?? ""): a prefix goes with --watch.") }
        for (name, key) in [("--get", get), ("--put", put), ("--delete", delete)] where key == "" {
            throw ValidationError("\(name): the key is empty.")
        }
        try reading.checkValues()
        if connection.etcdApi == .v2 { try checkV2() }
    }

    /// What v2 has nothing for is refused, and not left out.
    private func checkV2() throws {
        if reading.atRevision != nil {
            throw ValidationError("--at-revision: etcd's v2 store keeps no keys as they were.")
        }
        if reading.fromRevision != nil {
            throw ValidationError("--from-revision: changes in etcd's v2 store are shown from now on.")
        }
        if status { throw ValidationError("--status shows the members, which have no store: leave --etcd-api v2 out.") }
    }

    var takesSignals: Bool { watch }

    func run() async throws {
        let connections = try Connections(log: common.toolLog)
        defer { connections.close() }
        Output.endWithReader()
        if connection.etcdApi == .v2 {
            try await runOnV2(connections)
            return try Output.flush()
        }
        let client = try connections.etcd(connection.inputs, try common.sources())
        let log = connections.log
        log.debug("etcd endpoints: \(client.configuration.endpoints.map { $0.url }.joined(separator: ", "))")
        if list {
            try await EtcdLister(client: client, options: reading, format: output).run()
        } else if let get {
            try await EtcdReader(client: client, options: reading, format: output).run(get)
        } else if let put, let value {
            try await set(put, to: value, client)
        } else if let deletesPrefix {
            try await EtcdPrefixDeletion(client: client, isConfirmed: yes, format: output).run(deletesPrefix)
        } else if let delete {
            try await remove(delete, client)
        } else if watch {
            let prefix = watchPrefix ?? reading.prefix ?? ""
            let watcher = EtcdWatcher(client: client, options: reading, format: output, log: log) {
                connections.close()
            }
            try await watcher.run(prefix)
        } else {
            try await EtcdStatus(client: client, format: output).run()
        }
        try Output.flush()
    }

    private func runOnV2(_ connections: Connections) async throws {
        let tool = EtcdV2Tool(
            client: try connections.etcdV2(connection.inputs, try common.sources()), options: reading, format: output)
        if list {
            try await tool.list()
        } else if let get {
            try await tool.get(get)
        } else if let put, let value {
            try await tool.put(put, value, timeToLive: ttl)
        } else if let deletesPrefix {
            try await tool.deleteAll(deletesPrefix, isConfirmed: yes)
        } else if let delete {
            try await tool.delete(delete)
        } else {
            try await tool.watch(watchPrefix ?? reading.prefix ?? "", connections.log) { connections.close() }
        }
    }

    private func set(_ key: String, to value: String, _ client: EtcdClient) async throws {
        guard let ttl else {
            try await client.put(Array(key.utf8), Array(value.utf8))
            return try KeyChangeDocument.put(key).print(output, or: "Successfully set key '\(key)' to '\(value)'")
        }
        let lease = try await client.put(Array(key.utf8), Array(value.utf8), forSeconds: ttl)
        try KeyChangeDocument.put(key, ttl: lease.timeToLive).print(
            output, or: "Successfully set key '\(key)' to '\(value)' with TTL \(lease.timeToLive)s")
    }

    private func remove(_ key: String, _ client: EtcdClient) async throws {
        guard try await client.delete(.single(Array(key.utf8))) > 0 else {
            throw CommandFailure("Key '\(key)' not found")
        }
        try KeyChangeDocument.delete(key).print(output, or: "Successfully deleted key '\(key)'")
    }
}

import ArgumentParser
import EtcdGateway
import FoundationEssentials
import Logging
import Transport

/// `etcd`: looks at and changes keys.
struct EtcdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "etcd",
        abstract: "List, read, write and delete keys in etcd.",
        discussion: """
            Exactly one of --list, --get, --put and --delete. Servers, user and password come from the options, then \
            from batch.yaml and etcd-password in the configuration directory.
            """)

    @OptionGroup(title: "etcd connection") var connection: EtcdOptions
    @OptionGroup var common: CommonOptions

    @Flag(help: "List keys.") var list = false
    @Option(help: ArgumentHelp("Print the value of a key.", valueName: "key")) var get: String?
    @Option(help: ArgumentHelp("Set a key; needs --value.", valueName: "key")) var put: String?
    @Option(help: ArgumentHelp("Delete a key.", valueName: "key")) var delete: String?

    @Option(help: "With --list: only keys that start so.") var prefix: String?
    @Option(help: "With --put: the value.") var value: String?
    @Option(help: ArgumentHelp("With --put: the key's time to live.", valueName: "seconds")) var ttl: Int64?
    @Option(help: "Print for people (text) or for scripts (json).") var output = OutputFormat.text

    private var operationCount: Int {
        (list ? 1 : 0) + [get, put, delete].compactMap(\.self).count
    }

    func validate() throws {
        guard operationCount == 1 else {
            throw ValidationError("Give exactly one of --list, --get KEY, --put KEY and --delete KEY.")
        }
        if put != nil, value == nil { throw ValidationError("--put needs --value VALUE.") }
        if put == nil, value != nil { throw ValidationError("--value goes with --put.") }
        if put == nil, ttl != nil { throw ValidationError("--ttl goes with --put.") }
        if let ttl, !(1...9_000_000_000).contains(ttl) {
            throw ValidationError("--ttl \(ttl): expected 1 to 9000000000 seconds.")
        }
        if !list, prefix != nil { throw ValidationError("--prefix goes with --list.") }
        for (name, key) in [("--get", get), ("--put", put), ("--delete", delete)] where key == "" {
            throw ValidationError("\(name): the key is empty.")
        }
    }

    func run() async throws {
        let log = common.toolLog()
        let http = try HTTPClient()
        defer { http.shutdown() }
        let client = try EtcdClient(try connection.resolve(common, log: log), transport: http)
        log.debug("etcd endpoints: \(client.configuration.endpoints.map { $0.url }.joined(separator: ", "))")
        if list {
            try await printKeys(client)
        } else if let get {
            try await printValue(of: get, client)
        } else if let put, let value {
            try await set(put, to: value, client)
        } else if let delete {
            try await remove(delete, client)
        }
    }

    private func printKeys(_ client: EtcdClient) async throws {
        let range = KeyRange.prefix(Array((prefix ?? "").utf8))
        if output == .json {
            let keys = try await client.list(range, keysOnly: true).keyValues.map { safeText($0.key) }
            return try Output.json(keys)
        }
        var isEmpty = true
        _ = try await client.pages(of: range, keysOnly: true) { keyValues in
            if isEmpty, !keyValues.isEmpty {
                Output.line("Keys in etcd cluster" + (prefix.map { " (prefix: \($0))" } ?? "") + ":")
                isEmpty = false
            }
            for keyValue in keyValues { Output.line("  " + safeText(keyValue.key)) }
        }
        if isEmpty {
            Output.line(prefix.map { "No keys found with prefix: \($0)" } ?? "No keys found")
        }
    }

    private struct Found: Encodable {
        let key: String
        let value: String
        let revision: Int64
    }

    private func printValue(of key: String, _ client: EtcdClient) async throws {
        guard let found = try await client.get(Array(key.utf8)) else { throw CommandFailure("Key '\(key)' not found") }
        if output == .json {
            let text = safeText(found.value)
            return try Output.json(Found(key: key, value: text, revision: found.modRevision))
        }
        Output.line("Key: \(key)")
        Output.line("Value: \(safeText(found.value))")
    }

    private func set(_ key: String, to value: String, _ client: EtcdClient) async throws {
        guard let ttl else {
            try await client.put(Array(key.utf8), Array(value.utf8))
            return Output.line("Successfully set key '\(key)' to '\(value)'")
        }
        let lease = try await client.grantLease(seconds: ttl)
        do {
            try await client.put(Array(key.utf8), Array(value.utf8), lease: lease.id)
        } catch {
            // A lease without its key would only take up room until it ends.
            try? await client.revokeLease(lease.id)
            throw error
        }
        Output.line("Successfully set key '\(key)' to '\(value)' with TTL \(lease.timeToLive)s")
    }

    private func remove(_ key: String, _ client: EtcdClient) async throws {
        guard try await client.delete(.single(Array(key.utf8))) > 0 else {
            throw CommandFailure("Key '\(key)' not found")
        }
        Output.line("Successfully deleted key '\(key)'")
    }
}

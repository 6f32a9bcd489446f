import EtcdGateway
import EtcdV2
import Glibc
import KeyHistory
import Logging
import Surroundings
import Text
import UnixSignals

/// The `etcd` mode on keys of the v2 store, where pcocc up to 0.7.5 writes.
///
/// There keys are in directories: a prefix names the directory up to its last slash, and what is behind it begins names.
struct EtcdV2Tool {
    let client: EtcdV2Client
    let options: EtcdReadingOptions
    let format: OutputFormat

    private struct DirectoryDocument: Encodable {
        let key: String
        let directory = true
        let revision: Int64

        private enum CodingKeys: String, CodingKey {
            case key, directory, revision
        }
    }

    /// A key of v2, with the time that it has left where it has one.
    private struct Document: Encodable {
        let document: KeyDocument
        let seconds_left: Int64?

        private enum CodingKeys: String, CodingKey {
            case seconds_left
        }

        func encode(to encoder: any Encoder) throws {
            try document.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(seconds_left, forKey: .seconds_left)
        }
    }

    // MARK: Reading

    func list() async throws {
        let prefix = options.prefix ?? "/"
        let found = try await nodes(prefix)
        let keys = found.nodes.flatMap(\.keys)
        if options.count {
            struct Count: Encodable {
                let count: Int
                let revision: Int64
            }
            if format == .json { return try Output.json(Count(count: keys.count, revision: found.index)) }
            return Output.line(String(keys.count))
        }
        var rows = found.nodes.flatMap(Self.flattened).sorted { $0.key < $1.key }
        if options.keysOnly { rows = rows.filter { !$0.isDirectory } }
        if let limit = options.limit { rows = Array(rows.prefix(Int(clamping: limit))) }
        if format == .json {
            var separator = "[\n"
            for node in rows {
                Output.text(separator + (try compact(node, withValue: false)))
                separator = ",\n"
            }
            return Output.line(rows.isEmpty ? "[]" : "\n]")
        }
        guard !rows.isEmpty else {
            if !options.keysOnly { Output.line("No keys found with prefix: \(prefix)") }
            return
        }
        if !options.keysOnly { Output.line("Keys in etcd's v2 store (prefix: \(prefix)):") }
        for node in rows {
            let name = Terminal.line(Array(node.key.utf8))
            guard !options.keysOnly else {
                Output.line(name)
                continue
            }
            Output.line("  " + name + (node.isDirectory ? "/ (directory)" : ""))
            guard !node.isDirectory else { continue }
            if options.lease, let left = node.timeToLive { Output.line("    Time to live: \(left) s left") }
            if options.decode { KeyWords.decoded(node.keyValue).forEach { Output.line("    " + $0) } }
        }
    }

    func get(_ key: String) async throws {
        guard let node = try await client.get(key) else { throw CommandFailure("Key '\(key)' not found") }
        guard !node.isDirectory else { throw CommandFailure("'\(key)' is a directory: give --list --prefix '\(key)/'") }
        if format == .json { return try Output.json(document(node, withValue: true)) }
        Output.line("Key: \(Terminal.line(Array(node.key.utf8)))")
        Output.line("Value: \(Terminal.text(Array((node.value ?? "").utf8)))")
        if options.lease { Output.line("Time to live: \(node.timeToLive.map { "\($0) s left" } ?? "none")") }
        if options.decode { KeyWords.decoded(node.keyValue).forEach { Output.line($0) } }
    }

    // MARK: Changing

    func put(_ key: String, _ value: String, timeToLive: Int64?) async throws {
        try await client.set(key, to: value, timeToLive: timeToLive)
        let time = timeToLive.map { " with TTL \($0)s" } ?? ""
        try KeyChangeDocument.put(key, ttl: timeToLive).print(
            format, or: "Successfully set key '\(key)' to '\(value)'\(time)")
    }

    func delete(_ key: String) async throws {
        // Asked first: the optimiser of Swift 6.3 crashes on a typed error that is caught here.
        guard try await client.get(key) != nil else { throw CommandFailure("Key '\(key)' not found") }
        try await client.delete(key)
        try KeyChangeDocument.delete(key).print(format, or: "Successfully deleted key '\(key)'")
    }

    /// Deletes a directory with all that is in it, after saying how much that is.
    func deleteAll(_ prefix: String, isConfirmed: Bool) async throws {
        guard prefix.hasSuffix("/"), prefix.count > 1 else {
            throw CommandFailure(
                "--recursive: in etcd's v2 store only a directory can be deleted with what is in it: give it with its closing slash"
            )
        }
        let count = try await nodes(prefix).nodes.flatMap(\.keys).count
        guard count > 0 else { throw CommandFailure("No keys found with prefix: \(prefix)") }
        if !isConfirmed {
            guard Confirmation.isPossible else {
                throw CommandFailure("\(count) keys start with \(prefix): nothing is deleted without --yes")
            }
            guard Confirmation.ask("Delete the directory \(prefix) with \(count) keys?") else {
                throw CommandFailure("nothing was deleted")
            }
        }
        try await client.delete(String(prefix.dropLast()), isRecursive: true)
        try KeyChangeDocument.delete(prefix: prefix, count: count).print(
            format, or: "Successfully deleted \(count) keys with prefix '\(prefix)'")
    }

    // MARK: Watching

    /// - Parameter abort: ends all transfers.
    func watch(_ prefix: String, _ log: Logger, abort: @escaping @Sendable () -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        EndingSignals.letGo(but: [SIGINT, SIGTERM])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals { return }
            }
            group.addTask { try await follow(prefix.isEmpty ? "/" : prefix, log) }
            defer {
                group.cancelAll()
                abort()
            }
            try await group.next()
        }
    }

    private func follow(_ prefix: String, _ log: Logger) async throws {
        let lists = V2Lists(client, V2DirectoryName(Self.directory(of: prefix)))
        try await V2Follower<ContinuousClock>(lists).run { (event) async throws(EtcdError) in
            do {
                try take(event, prefix, log)
            } catch {
                throw EtcdError(.cancelled, "\(error)")
            }
        }
    }

    private var printer: ChangePrinter { ChangePrinter(format: format, decodes: options.decode, version: "index") }

    private func take(_ event: FollowerEvent, _ prefix: String, _ log: Logger) throws {
        switch event {
        case .changed(_, let changes):
            for change in changes where change.key.hasPrefix(KeyName(prefix)) {
                try printer.show(change)
            }
            try Output.flush()
        case .listed(_, .start), .progress: break
        case .listed(_, let reason):
            log.warning("changes may be missing: everything was read anew (\(reason.rawValue))")
        case .lost(let error): log.warning("\(ErrorWords.of(error)); trying again")
        case .restored(_, let told): log.warning("etcd is watched again, from index \(told + 1) on")
        }
    }

    // MARK: Directories

    private func nodes(_ prefix: String) async throws(EtcdError) -> (nodes: [V2Node], index: Int64) {
        let listing = try await client.list(Self.directory(of: prefix))
        let index = listing.point.revision.number
        guard case .node(let node) = listing.content, node.isDirectory else { return ([], index) }
        let name = KeyName(prefix.hasPrefix("/") ? prefix : "/" + prefix)
        return (node.nodes.filter { KeyName($0.key).hasPrefix(name) }, index)
    }

    /// The directory that a prefix lies in: `/a/` of `/a/0x2`.
    private static func directory(of prefix: String) -> String {
        let parts = prefix.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return parts.joined(separator: "/") + "/"
    }

    private static func flattened(_ node: V2Node) -> [V2Node] { [node] + node.nodes.flatMap(flattened) }

    private func compact(_ node: V2Node, withValue: Bool) throws -> String {
        node.isDirectory
            ? try Output.compactJSON(DirectoryDocument(key: node.key, revision: node.modifiedIndex))
            : try Output.compactJSON(document(node, withValue: withValue))
    }

    private func document(_ node: V2Node, withValue: Bool) -> Document {
        Document(
            document: KeyDocument(node.keyValue, withValue: withValue, decode: options.decode),
            seconds_left: options.lease ? node.timeToLive : nil)
    }
}

extension V2Node {
    fileprivate var keyValue: KeyValue {
        KeyValue(
            key: Array(key.utf8), value: Array((value ?? "").utf8), createRevision: createdIndex,
            modRevision: modifiedIndex)
    }
}

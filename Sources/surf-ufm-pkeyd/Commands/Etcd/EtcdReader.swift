import EtcdGateway
import Text

/// `--get`: one key with its value.
struct EtcdReader {
    let client: EtcdClient
    let options: EtcdReadingOptions
    let format: OutputFormat

    func run(_ key: String) async throws {
        let range = KeyRange.single(Array(key.utf8))
        let page = try await client.range(range, revision: options.atRevision ?? 0)
        guard let found = page.keyValues.first else { throw CommandFailure("Key '\(key)' not found") }
        if format == .json {
            var document = KeyDocument(found, withValue: true, decode: options.decode)
            if options.lease { try await document.addLease(found, client) }
            return try Output.json(document)
        }
        Output.line("Key: \(Terminal.line(found.key))")
        Output.line("Value: \(Terminal.text(found.value))")
        if options.lease {
            Output.line("Lease: \(try await LeaseWords.of(found, client) ?? "none")")
        }
        if options.decode { DecodedValuePrinter.lines(found).forEach { Output.line($0) } }
    }
}

/// A key's lease in words.
enum LeaseWords {
    /// `694d9a8f2b1c3e07, 57 s of 60 s left`, the id as `etcdctl lease` takes it; nil without a lease.
    static func of(_ keyValue: KeyValue, _ client: EtcdClient) async throws(EtcdError) -> String? {
        guard keyValue.lease != 0 else { return nil }
        let id = id(keyValue.lease)
        guard let time = try await client.timeToLive(of: keyValue.lease) else { return "\(id), ended" }
        return "\(id), \(time.left) s of \(time.granted) s left"
    }

    /// A lease as etcdctl names it, for `etcdctl lease revoke`.
    static func id(_ lease: Int64) -> String { Hex.digits(lease) }
}

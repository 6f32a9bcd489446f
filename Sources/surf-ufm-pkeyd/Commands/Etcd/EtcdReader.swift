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
            Output.line("Lease: \(try await KeyWords.lease(found, client) ?? "none")")
        }
        if options.decode { KeyWords.decoded(found).forEach { Output.line($0) } }
    }
}

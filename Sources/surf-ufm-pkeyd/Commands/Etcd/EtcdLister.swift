import EtcdGateway
import Text

/// `--list`: keys page by page, so that a long list needs no more memory than a short one.
struct EtcdLister {
    let client: EtcdClient
    let options: EtcdReadingOptions
    let format: OutputFormat

    private struct Count: Encodable {
        let count: Int64
        let revision: Int64
    }

    func run() async throws {
        let range = KeyRange.prefix(Array((options.prefix ?? "").utf8))
        if options.count {
            let page = try await client.range(range, revision: options.atRevision ?? 0, countOnly: true)
            let revision = options.atRevision ?? page.header.revision
            if format == .json { return try Output.json(Count(count: page.count, revision: revision)) }
            return Output.line(String(page.count))
        }
        format == .json ? try await printJSON(range) : try await printText(range)
    }

    private func pages(of range: KeyRange, _ receive: ([KeyValue]) async throws -> Void) async throws {
        // Values are read only where something is made of them.
        let keysOnly = !options.decode
        var failure: (any Error)?
        _ = try await client.pages(
            of: range, keysOnly: keysOnly, revision: options.atRevision ?? 0, limit: options.limit ?? 0
        ) { (page) throws(EtcdError) in
            do {
                try await receive(page)
            } catch {
                failure = error
                throw error as? EtcdError ?? EtcdError(.cancelled, "\(error)")
            }
        }
        if let failure { throw failure }
    }

    private func printText(_ range: KeyRange) async throws {
        let prefix = options.prefix
        // Once and not for each of many keys: an option is looked up each time that it is read.
        let (keysOnly, lease, decode) = (options.keysOnly, options.lease, options.decode)
        var isEmpty = true
        try await pages(of: range) { page in
            if isEmpty, !page.isEmpty, !keysOnly {
                Output.line("Keys in etcd cluster" + (prefix.map { " (prefix: \($0))" } ?? "") + ":")
            }
            isEmpty = isEmpty && page.isEmpty
            for keyValue in page {
                Output.line((keysOnly ? "" : "  ") + Terminal.line(keyValue.key))
                if lease, let words = try await KeyWords.lease(keyValue, client) {
                    Output.line("    Lease: \(words)")
                }
                if decode { KeyWords.decoded(keyValue).forEach { Output.line("    " + $0) } }
            }
        }
        if isEmpty, !keysOnly {
            Output.line(prefix.map { "No keys found with prefix: \($0)" } ?? "No keys found")
        }
    }

    private func printJSON(_ range: KeyRange) async throws {
        var separator = "[\n"
        try await pages(of: range) { page in
            for keyValue in page {
                var document = KeyDocument(keyValue, withValue: false, decode: options.decode)
                if options.lease { try await document.addLease(keyValue, client) }
                Output.text(separator + (try Output.compactJSON(document)))
                separator = ",\n"
            }
        }
        Output.line(separator == "[\n" ? "[]" : "\n]")
    }
}

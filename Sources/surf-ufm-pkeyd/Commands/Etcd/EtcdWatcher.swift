import EtcdGateway
import UnixSignals

/// `--watch`: changes as they happen, resumed where a connection breaks, until interrupted.
struct EtcdWatcher {
    let client: EtcdClient
    let options: EtcdReadingOptions
    let format: OutputFormat

    func run(_ prefix: String) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let range = KeyRange.prefix(Array(prefix.utf8))
        // From "now" on: the revision that the store has now is told already.
        let known: Int64 =
            if let from = options.fromRevision {
                from - 1
            } else {
                try await client.range(range, limit: 1, countOnly: true).header.revision
            }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals { return }
            }
            group.addTask { try await follow(range, known) }
            // Whichever ends first: a signal in good order, the watch with an error.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func follow(_ range: KeyRange, _ known: Int64) async throws {
        var known = known
        var attempts = 0
        while !Task.isCancelled {
            do throws(EtcdError) {
                var updates = try await client.watch(range, from: known + 1).makeAsyncIterator()
                while let update = try await updates.next() {
                    attempts = 0
                    guard case .revision(let revision, let changes) = update, revision > known else { continue }
                    known = revision
                    for change in changes { show(change) }
                }
                return
            } catch {
                // Where the cut left off is known, so trying again loses nothing; what waiting does not mend is thrown.
                guard error.isOutage, attempts < 10 else { throw error }
                attempts += 1
                await client.leave(after: error)
                try? await Task.sleep(for: .milliseconds(100) * attempts)
            }
        }
    }

    private func show(_ change: KeyChange) {
        let keyValue = KeyValue(
            key: change.key, value: change.value ?? [], createRevision: 0, modRevision: change.modRevision)
        let decodes = options.decode && change.value != nil
        if format == .json {
            var document = KeyDocument(keyValue, withValue: change.value != nil, decode: decodes)
            document.event = change.value == nil ? "delete" : "put"
            if let line = try? Output.compactJSON(document) { Output.line(line) }
        } else {
            let event = change.value == nil ? "DELETE" : "PUT"
            Output.line("\(event) \(safeText(change.key)) (revision \(change.modRevision))")
            if let value = change.value, !decodes { Output.line("  " + safeText(value)) }
            if decodes { DecodedValuePrinter.lines(keyValue).forEach { Output.line("  " + $0) } }
        }
        Output.flush()
    }
}

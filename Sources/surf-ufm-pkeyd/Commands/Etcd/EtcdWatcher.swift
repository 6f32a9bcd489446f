import Adapters
import EtcdGateway
import Ledger
import Logging
import Text
import UnixSignals

/// `--watch`: changes as they happen, resumed where a connection breaks, until interrupted.
struct EtcdWatcher {
    let client: EtcdClient
    let options: EtcdReadingOptions
    let format: OutputFormat
    let log: Logger
    /// Aborts all transfers: an authentication belongs to all its callers, and does not end when one of them is cancelled.
    let abort: @Sendable () -> Void

    func run(_ prefix: String) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in signals { return }
            }
            group.addTask { try await follow(KeyRange.prefix(Array(prefix.utf8))) }
            // Whichever ends first: a signal in good order, the watch with an error.
            defer {
                group.cancelAll()
                abort()
            }
            try await group.next()
        }
    }

    private func follow(_ range: KeyRange) async throws {
        let now = try await revision(range)
        // From "now" on: the revision that the store has now is told already.
        let bookmark = WatchBookmark(told: options.fromRevision.map { $0 - 1 } ?? now, seen: now)
        while !Task.isCancelled {
            do {
                return try await watch(range, bookmark)
            } catch let error as EtcdError {
                try await recover(from: error, bookmark)
            }
        }
    }

    /// Reads a watch until it ends, is shown to be dead, or the task is cancelled.
    private func watch(_ range: KeyRange, _ bookmark: WatchBookmark) async throws {
        let watch = try await client.watch(range, from: bookmark.start)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await read(watch, range, bookmark) }
            group.addTask {
                let end = await client.prove(watch, of: range, clock: ContinuousClock(), told: { bookmark.known }) {
                    (proof) throws(EtcdError) in try bookmark.judge(proof)
                }
                if let end { throw end }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func read(_ watch: EtcdWatch, _ range: KeyRange, _ bookmark: WatchBookmark) async throws {
        var updates = watch.makeAsyncIterator()
        while let update = try await updates.next() {
            switch update {
            case .created(let header):
                try await confirm(header, range, bookmark)
            case .revision(let revision, let changes):
                guard revision > bookmark.told else { continue }
                for change in changes { try show(change) }
                try Output.flush()
                bookmark.tell(revision)
            case .progress(let revision):
                bookmark.tell(revision)
            }
        }
    }

    private func confirm(_ header: ResponseHeader, _ range: KeyRange, _ bookmark: WatchBookmark) async throws {
        // A member that lags behind, or a store that lost its history: only a linearizable read can tell.
        if header.revision < bookmark.seen {
            let now = try await revision(range)
            guard now >= bookmark.seen else {
                throw CommandFailure(
                    "the revision of etcd went back from \(bookmark.seen) to \(now): its data were lost or replaced")
            }
        }
        if bookmark.stands(at: header.revision) > 1 {
            log.warning("etcd is watched again, from revision \(bookmark.told + 1) on")
        }
    }

    /// Returns when trying again may help; where the cut left off is known, so that loses nothing.
    private func recover(from error: EtcdError, _ bookmark: WatchBookmark) async throws {
        if error.kind == .compacted, bookmark.stepsOverCompaction() { return }
        // Older gateways report an outdated token as a missing permission.
        let isRefusal = error.kind == .permissionDenied || error.kind == .staleToken
        guard error.isOutage || (isRefusal && bookmark.failures < 3) else { throw error }
        let failures = bookmark.failed()
        if failures == 2 { log.warning("\(ErrorWords.of(error)); trying again") }
        await client.leave(after: error)
        try? await Task.sleep(for: min(.milliseconds(100) * failures, .seconds(2)))
    }

    private func revision(_ range: KeyRange) async throws(EtcdError) -> Int64 {
        try await client.range(range, limit: 1, countOnly: true).header.revision
    }

    private func show(_ change: KeyChange) throws {
        let keyValue = KeyValue(
            key: change.key, value: change.value ?? [], createRevision: 0, modRevision: change.modRevision)
        let decodes = options.decode && change.value != nil
        if format == .json {
            var document = KeyDocument(keyValue, withValue: change.value != nil, decode: decodes)
            document.event = change.value == nil ? "delete" : "put"
            return Output.line(try Output.compactJSON(document))
        }
        let event = change.value == nil ? "DELETE" : "PUT"
        Output.line("\(event) \(Terminal.line(change.key)) (revision \(change.modRevision))")
        if let value = change.value, !decodes { Output.line("  " + Terminal.text(value).replacing("\n", with: "\n  ")) }
        if decodes { DecodedValuePrinter.lines(keyValue).forEach { Output.line("  " + $0) } }
    }
}

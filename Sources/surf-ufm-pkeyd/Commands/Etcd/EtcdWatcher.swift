import EtcdGateway
import Logging
import UnixSignals

/// `--watch`: changes as they happen, resumed where a connection breaks, until interrupted.
struct EtcdWatcher {
    let client: EtcdClient
    let options: EtcdReadingOptions
    let format: OutputFormat
    let log: Logger
    /// Aborts all transfers: an authentication belongs to all its callers, and does not end when one of them is cancelled.
    let abort: @Sendable () -> Void

    /// Where a watch stands.
    private struct Position {
        /// All changes up to this revision have been told.
        var told: Int64
        /// The highest revision that the store has shown.
        var seen: Int64
        /// The revision before the one that comes next has been compacted.
        var isCompacted = false
        var failures = 0

        /// Newer versions of etcd are mute on an idle store when asked for what is not there yet. So a watch begins at a
        /// revision that is known, and what was told already is dropped.
        var start: Int64 { isCompacted ? told + 1 : max(1, min(told, seen)) }

        mutating func told(_ revision: Int64) {
            guard revision > told else { return }
            told = revision
            seen = max(seen, revision)
            isCompacted = false
        }
    }

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
        var position = Position(told: options.fromRevision.map { $0 - 1 } ?? now, seen: now)
        while !Task.isCancelled {
            do {
                return try await watch(range, &position)
            } catch let error as EtcdError {
                try await recover(from: error, &position)
            }
        }
    }

    private func watch(_ range: KeyRange, _ position: inout Position) async throws {
        var updates = try await client.watch(range, from: position.start).makeAsyncIterator()
        while let update = try await updates.next() {
            switch update {
            case .created(let header):
                try await confirm(header, range, &position)
            case .revision(let revision, let changes):
                guard revision > position.told else { continue }
                for change in changes { try show(change) }
                try Output.flush()
                position.told(revision)
            case .progress(let revision):
                position.told(revision)
            }
        }
    }

    private func confirm(_ header: ResponseHeader, _ range: KeyRange, _ position: inout Position) async throws {
        // A member that lags behind, or a store that lost its history: only a linearizable read can tell.
        if header.revision < position.seen {
            let now = try await revision(range)
            guard now >= position.seen else {
                throw CommandFailure(
                    "the revision of etcd went back from \(position.seen) to \(now): its data were lost or replaced")
            }
        }
        position.seen = max(position.seen, header.revision)
        if position.failures > 1 { log.warning("etcd is watched again, from revision \(position.told + 1) on") }
        position.failures = 0
    }

    /// Returns when trying again may help; where the cut left off is known, so that loses nothing.
    private func recover(from error: EtcdError, _ position: inout Position) async throws {
        if error.kind == .compacted, !position.isCompacted, position.start <= position.told {
            position.isCompacted = true
            return
        }
        // Older gateways report an outdated token as a missing permission.
        let isRefusal = error.kind == .permissionDenied || error.kind == .staleToken
        guard error.isOutage || (isRefusal && position.failures < 3) else { throw error }
        position.failures += 1
        if position.failures == 2 { log.warning("\(ErrorWords.of(error)); trying again") }
        await client.leave(after: error)
        try? await Task.sleep(for: min(.milliseconds(100) * position.failures, .seconds(2)))
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
        Output.line("\(event) \(safeLine(change.key)) (revision \(change.modRevision))")
        if let value = change.value, !decodes { Output.line("  " + safeText(value).replacing("\n", with: "\n  ")) }
        if decodes { DecodedValuePrinter.lines(keyValue).forEach { Output.line("  " + $0) } }
    }
}

import Adapters
import EtcdGateway
import Glibc
import KeyHistory
import Ledger
import Logging
import Surroundings
import Synchronization
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

    private var printer: ChangePrinter { ChangePrinter(format: format, decodes: options.decode, version: "revision") }

    func run(_ prefix: String) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        EndingSignals.letGo(but: [SIGINT, SIGTERM])
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
        let start = options.fromRevision.map(FollowerStart.revision) ?? .now
        // What stands in the way of the output, which no trying again mends.
        let failure = Mutex<(any Error)?>(nil)
        do throws(EtcdError) {
            try await Follower(client, range, from: start, onCompaction: .fail).run {
                (event) async throws(EtcdError) in
                do {
                    try take(event)
                } catch {
                    failure.withLock { $0 = error }
                    throw EtcdError(.cancelled, "\(error)")
                }
            }
        } catch let error where error.kind == .wentBack {
            throw CommandFailure(error.message)
        } catch {
            throw failure.withLock { $0 } ?? error
        }
    }

    private func take(_ event: FollowerEvent) throws {
        switch event {
        case .changed(_, let changes):
            for change in changes { try printer.show(change) }
            try Output.flush()
        case .lost(let error): log.warning("\(ErrorWords.of(error)); trying again")
        case .restored(_, let told): log.warning("etcd is watched again, from revision \(told + 1) on")
        case .progress, .listed: break
        }
    }
}

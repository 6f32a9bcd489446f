import Fabric
import KeyHistory
import Ledger
import Reconciler

/// `--wait`: returns when UFM has the newest revision of a PKey, driven by watches and not by polling.
struct PartitionWait {
    let pkey: PKey
    let sources: [any KeySource]
    let ledger: any InspectableLedger
    let timeout: Duration
    let format: OutputFormat
    /// Aborts all transfers: an authentication belongs to all its callers, and does not end when one of them is cancelled.
    let abort: @Sendable () -> Void

    private enum Event: Sendable {
        case source(SourceID, SourceEvent)
        case ledger(Result<LedgerEntry?, Failure>)
        case refused(Failure)
        case timedOut
    }

    private struct Document: Encodable {
        let pkey: String
        let state: String
        let revision: Int64?
        let waited_ms: Int64
    }

    func run() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        let revision = try await wait()
        let waited = Int64(start.duration(to: clock.now) / .milliseconds(1))
        if format == .json {
            let state = revision == nil ? "gone" : "synced"
            return try Output.json(
                Document(pkey: pkey.description, state: state, revision: revision, waited_ms: waited))
        }
        let result = revision.map { "UFM has revision \($0) of PKey \(pkey)" } ?? "PKey \(pkey) is gone from UFM"
        Output.line("\(result), after \(waited) ms")
    }

    /// The revision that UFM has; nil for a partition that is gone.
    private func wait() async throws(CommandFailure) -> Int64? {
        let (events, mailbox) = AsyncStream.makeStream(of: Event.self)
        let result = await withTaskGroup(of: Void.self, returning: Result<Int64?, CommandFailure>.self) { group in
            for source in sources {
                group.addTask {
                    do throws(Failure) {
                        try await source.follow { mailbox.yield(.source(source.id, $0)) }
                    } catch {
                        mailbox.yield(.refused(error))
                    }
                }
            }
            group.addTask {
                do throws(Failure) {
                    try await ledger.follow(pkey) { mailbox.yield(.ledger($0)) }
                } catch {
                    mailbox.yield(.refused(error))
                }
            }
            group.addTask {
                try? await Task.sleep(for: timeout)
                mailbox.yield(.timedOut)
            }
            let result = await judge(events, mailbox)
            group.cancelAll()
            abort()
            return result
        }
        return try result.get()
    }

    private func judge(
        _ events: AsyncStream<Event>, _ mailbox: AsyncStream<Event>.Continuation
    ) async -> Result<Int64?, CommandFailure> {
        var state = WaitState(pkey, of: sources.map(\.id))
        for await event in events {
            var verdict: WaitState.Verdict?
            switch event {
            case .source(let source, let event): verdict = state.take(event, from: source)
            case .ledger(let told): verdict = state.take(told)
            case .refused(let failure): return .failure(CommandFailure(failure.message))
            case .timedOut:
                return .failure(
                    CommandFailure("not within \(timeout.components.seconds) s: \(state.words)"))
            }
            if verdict == .goneIfConfirmed { verdict = await confirm(&state, mailbox) }
            switch verdict {
            case .synced(let revision): return .success(revision.number)
            case .goneIfConfirmed: return .success(nil)
            case nil: continue
            }
        }
        return .failure(CommandFailure("the wait for PKey \(pkey) was cancelled"))
    }

    private func confirm(
        _ state: inout WaitState, _ mailbox: AsyncStream<Event>.Continuation
    ) async -> WaitState.Verdict? {
        do throws(Failure) {
            return state.take(.success(try await ledger.entry(of: pkey)))
        } catch {
            _ = state.take(.failure(error))
            // No change need follow that would bring us here again.
            try? await Task.sleep(for: .milliseconds(500))
            mailbox.yield(.ledger(.success(nil)))
            return nil
        }
    }
}

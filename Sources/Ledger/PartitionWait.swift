package import Fabric
package import KeyHistory
package import Reconciler

/// Waits until UFM has the newest revision of a PKey, driven by watches and not by polling.
package struct PartitionWait<C: Clock<Duration>>: Sendable {
    /// Why a wait ended without what it was for.
    package enum Problem: Error, Hashable {
        /// etcd or the ledger can be read no longer, or could not from the beginning.
        case refused(Failure)
        /// The time was over; the words say how far it had come.
        case timedOut(state: String)
        /// There is nothing to wait for: neither a key nor a record nor a tombstone, and none came in the first seconds.
        case unknown
        /// UFM has the partition, and it is not ours: waiting does not help, in words.
        case conflict(String)
        case cancelled
    }

    /// What a wait ends with.
    package enum End: Hashable, Sendable {
        /// UFM has this revision of the key.
        case synced(revision: KeyVersion)
        /// The key and the partition are gone; the record may stay until that is beyond doubt.
        case gone
    }

    private enum Event: Sendable {
        case source(SourceID, SourceEvent)
        case ledger(Result<LedgerEntry?, Failure>)
        case conflict(Result<ConflictNote?, Failure>)
        case refused(Failure)
        case timedOut
        /// What is not there by now is not late.
        case graceOver
    }

    /// How long a key that was just written may not be told: a member that lags may have answered.
    private static var grace: Duration { .seconds(2) }

    private let pkey: PKey
    private let sources: [any KeySource]
    private let ledger: any InspectableLedger
    private let clock: C

    package init(for pkey: PKey, sources: [any KeySource], ledger: any InspectableLedger, clock: C) {
        self.pkey = pkey
        self.sources = sources
        self.ledger = ledger
        self.clock = clock
    }

    /// - Parameter abort: aborts all transfers: an authentication belongs to all its callers, and does not end when one of
    ///   them is cancelled.
    package func run(
        timeout: Duration, abort: @Sendable () -> Void = {}
    ) async throws(Problem) -> End {
        let (events, mailbox) = AsyncStream.makeStream(of: Event.self)
        let result = await withTaskGroup(of: Void.self, returning: Result<End, Problem>.self) { group in
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
                do throws(Failure) {
                    try await ledger.followConflict(over: pkey) { mailbox.yield(.conflict($0)) }
                } catch {
                    mailbox.yield(.refused(error))
                }
            }
            group.addTask {
                try? await clock.sleep(for: timeout)
                mailbox.yield(.timedOut)
            }
            group.addTask {
                try? await clock.sleep(for: Self.grace)
                mailbox.yield(.graceOver)
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
    ) async -> Result<End, Problem> {
        var state = WaitState(pkey, of: sources.map(\.id))
        var isGraceOver = false
        for await event in events {
            var verdict: WaitState.Verdict?
            switch event {
            case .source(let source, let event): verdict = state.take(event, from: source)
            case .ledger(let told):
                verdict = state.take(told)
                if case .success(let entry?) = told, verdict == nil { await note(entry, &state) }
            case .conflict(let told): verdict = state.take(conflict: told)
            case .refused(let failure): return .failure(.refused(failure))
            case .timedOut: return .failure(.timedOut(state: state.words))
            case .graceOver:
                isGraceOver = true
                verdict = state.verdict
            }
            if verdict == .unknownIfConfirmed, !isGraceOver { continue }
            switch verdict {
            case .goneIfConfirmed, .unknownIfConfirmed: verdict = await confirm(&state, mailbox)
            case .synced, .conflict, nil: break
            }
            switch verdict {
            case .synced(let revision): return .success(.synced(revision: revision))
            case .goneIfConfirmed: return .success(.gone)
            case .unknownIfConfirmed: return .failure(.unknown)
            case .conflict: return .failure(.conflict(state.words))
            case nil: continue
            }
        }
        return .failure(.cancelled)
    }

    /// What the partition waits for is only told, and decides nothing.
    private func note(_ entry: LedgerEntry, _ state: inout WaitState) async {
        guard entry.record.state == .claimed, let notes = try? await ledger.notes(of: [pkey: entry]) else { return }
        state.take(notes[pkey])
    }

    private func confirm(
        _ state: inout WaitState, _ mailbox: AsyncStream<Event>.Continuation
    ) async -> WaitState.Verdict? {
        do throws(Failure) {
            let verdict = state.take(.success(try await ledger.entry(of: pkey)))
            guard verdict == .unknownIfConfirmed, try await ledger.hasTombstone(pkey) else { return verdict }
            return state.takeTombstone()
        } catch {
            _ = state.take(.failure(error))
            // No change need follow that would bring us here again.
            try? await clock.sleep(for: .milliseconds(500))
            mailbox.yield(.ledger(.success(nil)))
            return nil
        }
    }
}

internal import Fabric
internal import KeyHistory
internal import Planning

/// What the engine makes of complete reads and of the source's changes.
extension Engine {
    mutating func take(_ event: SourceEvent, from source: SourceID, now: Duration, _ actions: inout Actions) {
        switch event {
        case .listed(let list, let reason):
            let isFirst = !desired.isListed(source)
            let outcome = desired.take(list, .afresh, from: source)
            actions.say(
                .debug, "\(source.name) listed (\(reason)): \(list.entries.count) keys at revision \(list.revision)")
            take(outcome, isListed: true, now: now, &actions)
            // The store may have been restored or wiped, and the ledger with it.
            if !isFirst { readLedger(&actions) }
            beginIfReady(now: now, &actions)
        case .changed(let point, let changes):
            take(desired.take(changes, at: point, from: source), isListed: false, now: now, &actions)
        case .progress(let point): desired.reach(point, in: source)
        case .lost(let failure):
            actions.say(.error, "\(source.name) cannot be read; trying until it can: \(failure.message)")
        case .restored(let duration):
            actions.say(.info, "\(source.name) is read again, after \(duration.inWords)")
        }
    }

    /// Says and queues what an update of desired state changed.
    private mutating func take(_ outcome: DesiredState.Outcome, isListed: Bool, now: Duration, _ actions: inout Actions)
    {
        for warning in outcome.warnings { actions.say(.warning, warning) }
        guard isReady else { return }
        judgeDeletions(among: outcome.changed, isListed: isListed, now: now, &actions)
        let wanted = desired.pkeys
        let new = outcome.changed.filter { wanted.contains($0) && !isOwned($0) }.sorted()
        let deleted = outcome.changed.filter { !wanted.contains($0) && isOwned($0) }.sorted()
        if !new.isEmpty { actions.say(.info, "Found \(new.count) new PKey(s): \(new.inWords)") }
        if !deleted.isEmpty { actions.say(.info, "Found \(deleted.count) deleted PKey(s): \(deleted.inWords)") }
        for pkey in outcome.changed.sorted() { ask(pkey, .fresh, now: now) }
    }

    mutating func takeResyncList(
        _ asked: Epoch, _ result: Result<KeySnapshot, Failure>, now: Duration, _ actions: inout Actions
    ) {
        guard desired.epochs.contains(asked) else { return }
        switch result {
        case .success(let list):
            let outcome = desired.take(list, .besideWatch, from: asked.source)
            guard outcome.verdict == .ours else {
                let newest = desired.newest(of: asked.source)
                return actions.say(.debug, "a list of revision \(list.revision) is older than \(newest): not used")
            }
            take(outcome, isListed: true, now: now, &actions)
        case .failure(let failure):
            actions.say(.debug, "resync: \(failure.message)")
        }
    }

    mutating func takeLedger(
        _ result: Result<[PKey: LedgerRecord], Failure>, now: Duration, _ actions: inout Actions
    ) {
        switch result {
        case .success(let records):
            actions.say(ledgerOutage.answered(now: now))
            let isFirst = !ledger.isKnown
            let before = ledger.pkeys
            ledger.read(records)
            sayLostRecords(before.subtracting(ledger.pkeys), of: before.count, &actions)
            // Verdicts end with ownership: after a wipe, what nobody puts back would hold other deletions for ever.
            for pkey in deletionGuard.judged where records[pkey] == nil && !isOwned(pkey) { deletionGuard.forget(pkey) }
            if isFirst { beginIfReady(now: now, &actions) } else { review(now: now, &actions) }
        case .failure(let failure):
            ledger.readingFailed()
            guard Meaning(of: failure, by: .ledger) == .outage || ledger.isKnown else {
                return finish(.failed(failure), &actions)
            }
            actions.say(ledgerOutage.failed(failure, now: now))
        }
    }

    /// Records go only by our own releases: if others are gone, so may much else in etcd be.
    private func sayLostRecords(_ lost: Set<PKey>, of count: Int, _ actions: inout Actions) {
        guard !lost.isEmpty else { return }
        actions.say(
            .error,
            "\(lost.count) of \(count) ledger records are gone from \(desired.name): what they owned stays as it is in UFM: "
                + "\(lost.sorted().inWords); is \(desired.name) what it should be?")
    }

    mutating func takeFabric(_ result: Result<FabricSnapshot, Failure>, now: Duration, _ actions: inout Actions) {
        switch result {
        case .success(let snapshot):
            let isFirst = !fabric.isKnown
            actions.say(ufm.answered(now: now))
            if isFirst { actions.say(.info, "Successfully authenticated with UFM at \(configuration.fabricName)") }
            let duration = fabric.read(snapshot, now: now)
            resync.fabricWasRead(in: duration, now: now)
            guard !isFirst else { return beginIfReady(now: now, &actions) }
            noteDrift(&actions)
            review(now: now, &actions)
            sayUnmanaged(&actions)
        case .failure(let failure):
            fabric.readingFailed()
            // Credentials that were never good will not become so by waiting; good ones may be back after a change.
            guard Meaning(of: failure, by: .fabric) == .outage || ufm.wasEverUp else {
                return finish(.failed(failure), &actions)
            }
            actions.say(ufm.failed(failure, now: now))
        }
    }

    private mutating func sayUnmanaged(_ actions: inout Actions) {
        guard isReady else { return }
        for message in report.messages(
            fabric.numbers, managed: desired.pkeys.union(ledger.pkeys), by: desired.name)
        {
            actions.say(message)
        }
        sayHeldBack(&actions)
    }

    /// Starts the work once all sides are known.
    private mutating func beginIfReady(now: Duration, _ actions: inout Actions) {
        guard isReady else { return }
        sayUnmanaged(&actions)
        noteDrift(&actions)
        review(now: now, &actions)
        actions.say(
            .debug,
            "\(desired.pkeys.count) PKeys in \(desired.name), \(ledger.pkeys.count) in the ledger, \(queue.depth) to do"
        )
    }
}

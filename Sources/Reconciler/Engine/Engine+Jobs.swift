internal import Fabric
internal import KeyHistory
internal import Planning

/// The runs over single partitions.
extension Engine {
    mutating func startJobs(now: Duration, _ actions: inout Actions) {
        guard isReady, !isStopping, !ufm.isDown, !ledgerOutage.isDown else { return }
        while jobs.count < configuration.concurrency, let pkey = queue.next(now: now) {
            fabric.jobStarted(pkey)
            batchClaims[pkey] = nil
            let job = Job(
                intent: intent(of: pkey), revision: desired.revision(of: pkey), key: desired.key(of: pkey),
                keys: desired.revisionsOfKeys(of: pkey), since: waitingSince[pkey] ?? now)
            jobs[pkey] = job
            if case .held(let reason) = job.intent {
                if let record = holdRecord(pkey, reason) {
                    act(pkey, .recordingHold(record), .amend(record), &actions)
                } else {
                    end(pkey, .succeeded, now: now)
                }
            } else if fabric.partition(pkey) == nil {
                act(pkey, .reading, .read, &actions)
            } else {
                plan(pkey, now: now, &actions)
            }
        }
    }

    mutating func take(_ answer: EngineEvent.Answer, of pkey: PKey, now: Duration, _ actions: inout Actions) {
        guard let job = jobs[pkey] else { return }
        switch (job.phase, answer) {
        case (.reading, .read(.success(let partition))):
            fabric.read(partition, of: pkey)
            plan(pkey, now: now, &actions)
        case (.claiming, .claimed(.success(true))):
            ledger[pkey] = LedgerRecord(.claimed, key: job.key, revision: job.revision)
            writeNext(pkey, now: now, &actions)
        case (.authorising, .authorised(.success(true))):
            ledger[pkey]?.state = .deleting
            writeNext(pkey, now: now, &actions)
        case (.authorising, .authorised(.success(false))):
            actions.say(.warning, "PKey \(pkey) is not deleted: its key or our ledger record changed meanwhile")
            lookAgain(pkey, now: now, &actions)
        case (.claiming, .claimed(.success(false))), (.recording, .claimed(.success(false))):
            lookAgain(pkey, now: now, &actions)
        case (.writing(let step), .written(.success)):
            fabric.applied(step)
            jobs[pkey]?.steps.removeFirst()
            jobs[pkey]?.hasWritten = true
            sayWritten(step, &actions)
            writeNext(pkey, now: now, &actions)
        case (.verifying, .read(.success(let partition))):
            fabric.read(partition, of: pkey)
            verify(pkey, partition, now: now, &actions)
        case (.recording, .claimed(.success(true))):
            ledger[pkey] = LedgerRecord(.synced, key: job.key, revision: job.revision)
            sayInStep(pkey, job, now: now, &actions)
            end(pkey, .succeeded, now: now)
        case (.releasing, .released(.success)):
            ledger[pkey] = nil
            if job.hasWritten {
                actions.say(.info, "Successfully removed PKey \(pkey) from UFM", figures(job, now: now))
            }
            end(pkey, .succeeded, now: now)
        case (.recordingFailure, .amended(let result)):
            if case .success(let hadRecord) = result {
                if hadRecord { ledger[pkey]?.state = .failing } else { ledger[pkey] = nil }
            }
            end(pkey, .failed, now: now)
        case (.recordingHold(let record), .amended(.success(let hadRecord))):
            ledger[pkey] = hadRecord ? record : nil
            end(pkey, .succeeded, now: now)
        case (_, .read(.failure(let failure))), (_, .written(.failure(let failure))):
            fabric.isUncertain(of: pkey)
            guard Meaning(of: failure, by: .fabric) == .rejection else {
                // Told once for the server and not once for each PKey.
                actions.say(ufm.failed(failure, now: now))
                return end(pkey, .failed, now: now)
            }
            fail(pkey, failure, inLedger: true, now: now, &actions)
        case (.releasing, .released(.failure(let failure))):
            // The record may be gone. Without one in mind, whatever comes next claims before it writes.
            ledger[pkey] = nil
            failInLedger(pkey, failure, now: now, &actions)
        case (_, .claimed(.failure(let failure))), (_, .amended(.failure(let failure))),
            (_, .authorised(.failure(let failure))):
            failInLedger(pkey, failure, now: now, &actions)
        default:
            // An answer that no phase waits for cannot come; the run starts over rather than guess.
            fabric.isUncertain(of: pkey)
            end(pkey, .failed, now: now)
        }
    }

    // MARK: The way through a run

    private mutating func plan(_ pkey: PKey, now: Duration, _ actions: inout Actions) {
        guard let job = jobs[pkey], let actual = fabric.partition(pkey) else {
            return end(pkey, .succeeded, now: now)
        }
        let steps = planner.steps(for: pkey, intent: job.intent, actual: actual, isOwned: isOwned(pkey))
        jobs[pkey]?.steps = steps
        guard let first = steps.first else { return conclude(pkey, now: now, &actions) }
        sayPlanned(pkey, steps, actual: actual, &actions)
        if case .delete = first {
            let known = ledger[pkey].flatMap { $0.key.isEmpty ? nil : $0.key }
            let record = LedgerRecord(.deleting, key: known ?? job.key, revision: job.revision)
            var expected = job.keys
            if expected[record.key] == nil { expected[record.key] = .absent }
            act(pkey, .authorising, .authoriseDeletion(record, expecting: expected), &actions)
        } else if !isOwned(pkey) {
            let record = LedgerRecord(.claimed, key: job.key, revision: job.revision)
            act(pkey, .claiming, .claim(record), &actions)
        } else {
            writeNext(pkey, now: now, &actions)
        }
    }

    private mutating func writeNext(_ pkey: PKey, now: Duration, _ actions: inout Actions) {
        guard let job = jobs[pkey] else { return }
        guard let step = job.steps.first else { return act(pkey, .verifying, .read, &actions) }
        // Something newer is wanted, or we are to stop: what was done is known, the rest belongs to another run.
        let isOutdated = desired.revision(of: pkey) != job.revision || intent(of: pkey) != job.intent
        guard !isOutdated, !isStopping || job.hasWritten else {
            queue.add(pkey, .fresh)
            return end(pkey, .succeeded, now: now)
        }
        act(pkey, .writing(step), .write(step), &actions)
    }

    private mutating func verify(_ pkey: PKey, _ actual: Partition?, now: Duration, _ actions: inout Actions) {
        guard let job = jobs[pkey] else { return }
        let steps = planner.steps(for: pkey, intent: job.intent, actual: actual, isOwned: true)
        guard steps.isEmpty else {
            let failure = Failure(
                .notShown, "UFM accepted the change of PKey \(pkey) but does not show it", at: .partition(pkey))
            return fail(pkey, failure, inLedger: true, now: now, &actions)
        }
        conclude(pkey, now: now, &actions)
    }

    /// The fabric is right; brings the ledger in line.
    private mutating func conclude(_ pkey: PKey, now: Duration, _ actions: inout Actions) {
        guard let job = jobs[pkey] else { return }
        switch job.intent {
        case .present:
            let record = LedgerRecord(.synced, key: job.key, revision: job.revision)
            guard ledger[pkey] != record else { return end(pkey, .succeeded, now: now) }
            act(pkey, .recording, .claim(record), &actions)
        case .absent where isOwned(pkey):
            act(pkey, .releasing, .release, &actions)
        case .absent, .held:
            end(pkey, .succeeded, now: now)
        }
    }

    private mutating func fail(
        _ pkey: PKey, _ failure: Failure, inLedger: Bool, now: Duration, _ actions: inout Actions
    ) {
        if toldFailures.updateValue(failure.message, forKey: pkey) != failure.message {
            actions.say(.error, "PKey \(pkey) is not in step; trying again: \(failure.message)")
        }
        if let job = jobs[pkey], inLedger, isOwned(pkey), ledger[pkey]?.state != .deleting {
            let record = LedgerRecord(.failing, key: job.key, revision: job.revision, error: failure.message)
            return act(pkey, .recordingFailure, .amend(record), &actions)
        }
        end(pkey, .failed, now: now)
    }

    private mutating func failInLedger(
        _ pkey: PKey, _ failure: Failure, now: Duration, _ actions: inout Actions
    ) {
        guard Meaning(of: failure, by: .ledger) != .outage else {
            // Told once for the store and not once for each PKey.
            actions.say(ledgerOutage.failed(failure, now: now))
            return end(pkey, .failed, now: now)
        }
        fail(pkey, failure, inLedger: false, now: now, &actions)
    }

    /// etcd stands otherwise than we believed: reads it again, and takes the partition for not ours until that is done.
    private mutating func lookAgain(_ pkey: PKey, now: Duration, _ actions: inout Actions) {
        ledger[pkey] = nil
        listSources(&actions)
        readLedger(&actions)
        end(pkey, .failed, now: now)
    }

    private mutating func end(_ pkey: PKey, _ outcome: KeyQueue<PKey>.Outcome, now: Duration) {
        jobs[pkey] = nil
        guard outcome == .succeeded else {
            // One that is given up is not asked for again.
            return queue.finished(pkey, givesUp(pkey) ? .succeeded : .failed, now: now)
        }
        queue.finished(pkey, .succeeded, now: now)
        attempts[pkey] = nil
        toldFailures[pkey] = nil
        // What was asked for while this run was under way keeps waiting.
        if !needsWork(pkey) { waitingSince[pkey] = nil }
    }

    private mutating func act(
        _ pkey: PKey, _ phase: Job.Phase, _ action: EngineAction.PartitionAction, _ actions: inout Actions
    ) {
        jobs[pkey]?.phase = phase
        actions.list.append(.onPartition(pkey, action))
    }
}

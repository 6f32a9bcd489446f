internal import Fabric
internal import KeyHistory
internal import Reconciler

/// How long it took from the word of a key to that of the ledger that UFM has it. Pure: it sees what the loop sees.
struct SyncTimes: Sendable {
    /// A change that is not in UFM yet.
    private struct Change {
        let revision: KeyVersion
        /// When it was told.
        let told: Duration
        /// When its source had last told or proved that there was nothing newer: the key was written after that.
        let proven: Duration
    }

    private(set) var sinceEvent = Histogram()
    private(set) var sinceKey = Histogram()
    /// How many changes, of which kind, and lists were told.
    private(set) var events = (set: 0, deleted: 0, listed: 0)
    /// When a source last told everything, as of the turn before.
    private var proven: [SourceID: Duration] = [:]
    private var changes: [PKey: Change] = [:]
    /// The records that are being written of partitions that UFM has.
    private var recording: [PKey: KeyVersion] = [:]

    /// - Parameter proofs: when each source was last proven to have told everything.
    mutating func see(_ turn: LoopTurn, _ proofs: [String: Duration] = [:]) {
        let now = turn.status.at
        for (source, time) in proofs {
            for id in proven.keys where id.name == source { proven[id] = max(proven[id] ?? time, time) }
        }
        switch turn.event {
        case .source(let source, .changed(_, let changes)):
            for change in changes { take(change, of: source, now: now) }
        case .source(_, .listed): events.listed += 1
        case .answered(let pkey, _, .ledger(let answer)):
            guard let revision = recording.removeValue(forKey: pkey), case .success(.written) = answer else { break }
            synced(pkey, revision, now: now)
        default: break
        }
        for source in turn.status.sources { proven[source.id] = source.lastEvent }
        for action in turn.actions {
            guard case .write(let write, let pkey, _, _) = action, let record = write.record else { continue }
            if record.state == .synced { recording[pkey] = record.revision }
            // Of what is gone the record says no newer revision than that of the key that was.
            if record.isSeenGone { recording[pkey] = KeyVersion(KeyVersion.numbers.upperBound) }
        }
    }

    private mutating func take(_ change: KeyChange, of source: SourceID, now: Duration) {
        if change.value == nil { events.deleted += 1 } else { events.set += 1 }
        guard let name = change.key.text(behind: source.prefix), let pkey = try? PKey(named: name) else { return }
        // One that was overtaken by another has waited since it came.
        if let waiting = changes[pkey], change.value != nil {
            changes[pkey] = Change(revision: change.revision, told: waiting.told, proven: waiting.proven)
        } else {
            changes[pkey] = Change(revision: change.revision, told: now, proven: proven[source] ?? now)
        }
    }

    private mutating func synced(_ pkey: PKey, _ revision: KeyVersion, now: Duration) {
        guard let change = changes[pkey], revision >= change.revision else { return }
        changes[pkey] = nil
        sinceEvent.add(now - change.told)
        sinceKey.add(now - change.proven)
    }
}

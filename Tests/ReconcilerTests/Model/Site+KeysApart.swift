import Fabric
import KeyHistory
import Reconciler

/// A ledger that is not in the store of the keys, as where these are in etcd's v2 store, which tells less than v3 does.
///
/// What v3 compares in one transaction with what it writes is asked of a list of the keys: before the record is written, or,
/// where a deletion is authorised, after that. What the watch itself has told is not even asked for when a partition is claimed.
/// And a directory that is missing is no empty one: where keys were once it is a failure to say so.
extension Site {
    /// What came of the comparison of keys that a request waits for.
    enum Comparison {
        case stands
        case differs
        /// Whoever was asked does not know.
        case unknown(Failure)
    }

    /// What a request of a daemon is told of its keys before anything is written; nil where they are not compared before.
    mutating func compareApart(_ request: Request, _ index: Int) -> Comparison? {
        guard powers.has(.keysApart), !request.isWrittenFirst, !request.keys.isEmpty else { return nil }
        bite(.keysApart)
        let told = daemons[index].hearsay
        if request.isClaim, request.keys.allSatisfy({ told[$0.key] == $0.value }) { return .stands }
        return compare(request, index)
    }

    /// What becomes of an answer when it comes: where the record was written first, the keys are compared only then.
    mutating func comparedAfter(_ call: Call, _ reply: Reply, _ index: Int) -> Reply {
        guard powers.has(.keysApart), call.request.isWrittenFirst, case .ledger(let answer) = reply, answer != .refused
        else { return reply }
        bite(.keysApart)
        switch compare(call.request, index) {
        case .stands: return reply
        case .differs: return .ledger(.refused)
        case .unknown(let failure): return .failed(Failure(failure.cause, failure.message, outcome: .unknown))
        }
    }

    /// Keys beside a list that shows the store as it is.
    private mutating func compare(_ request: Request, _ index: Int) -> Comparison {
        if faults, powers.has(.etcdOutages), once(in: 2 * rarity) {
            return .unknown(Failure(.timedOut, "no list of the keys"))
        }
        if let failure = missingDirectory(index) { return .unknown(failure) }
        guard store.revision >= daemons[index].follower.position else {
            return .unknown(Failure(.history, "a list is behind what the watch has told"))
        }
        let holds = request.keys.allSatisfy { key, state in
            store.holds(.key(key.description, at: state.version.number))
                && state.value.map { store.holds(.value(key.description, $0)) } ?? true
        }
        return holds ? .stands : .differs
    }

    /// Why there is no list: the directory is missing, and must not be.
    func missingDirectory(_ index: Int) -> Failure? {
        guard powers.has(.keysApart), !store.hasDirectory else { return nil }
        let hadKeys = !daemons[index].witness.names.isEmpty || !store.records.isEmpty || floor != nil
        return hadKeys ? Failure(.history, "there is no directory of the keys") : nil
    }

    /// How long a request takes whose keys are compared apart, or a list that is made when it is time; nil for all others.
    mutating func timesApart(_ action: EngineAction, _ request: Request) -> (delay: Instant, pause: Instant)? {
        guard powers.has(.keysApart), once(in: 3) else { return nil }
        if case .listSource(let asked) = action { return asked.avoiding == nil ? (draw(0...10_000) * 1_000, 200) : nil }
        guard !request.keys.isEmpty else { return nil }
        let long = draw(10...2_000) * 1_000
        return request.isWrittenFirst ? (draw(200...15_000), long) : (long, draw(200...10_000))
    }

    /// Takes note of what the watch itself tells.
    mutating func overhear(_ event: EngineEvent, _ index: Int) {
        guard powers.has(.keysApart), case .source(_, let event) = event else { return }
        switch event {
        case .listed, .lost: daemons[index].hearsay = [:]
        case .changed(_, let changes):
            for change in changes {
                daemons[index].hearsay[change.key] = change.value.map { KeyState(change.revision, $0) }
            }
        case .progress, .restored: break
        }
    }
}

extension Request {
    /// Whether the record is written before the keys are compared.
    var isWrittenFirst: Bool {
        switch self {
        case .authorise, .takeBack: true
        case .list, .readLedger, .claim, .amend, .dispute, .release, .ping, .confirm, .readFabric, .readPartition,
            .write:
            false
        }
    }

    fileprivate var isClaim: Bool { if case .claim = self { true } else { false } }

    /// How the keys are to stand for it.
    var keys: [KeyName: KeyState] {
        switch self {
        case .claim(let changes, _), .confirm(let changes):
            changes.values.reduce(into: [:]) { $0.merge($1.keys) { first, _ in first } }
        case .authorise(_, let change, _), .takeBack(_, let change, _), .release(_, let change): change.keys
        case .list, .readLedger, .amend, .dispute, .ping, .readFabric, .readPartition, .write: [:]
        }
    }

    /// The same, for a ledger that knows nothing of keys.
    var withoutKeys: Request {
        func bare(_ change: RecordChange) -> RecordChange { RecordChange(change.record, over: change.version) }
        return switch self {
        case .claim(let changes, let isBatch): .claim(changes.mapValues(bare), isBatch: isBatch)
        case .confirm(let changes): .confirm(changes.mapValues(bare))
        case .authorise(let pkey, let change, let tombstone): .authorise(pkey, bare(change), tombstone)
        case .takeBack(let pkey, let change, let version): .takeBack(pkey, bare(change), version)
        case .release(let pkey, let change): .release(pkey, bare(change))
        case .list, .readLedger, .amend, .dispute, .ping, .readFabric, .readPartition, .write: self
        }
    }
}

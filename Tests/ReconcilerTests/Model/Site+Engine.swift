import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// What the engine asks for and is told, in the model's own terms. The one place that knows its actions and events.
enum Request {
    case list
    case readLedger
    /// Claims, all or none.
    case claim([PKey: LedgerRecord], isBatch: Bool)
    case amend(PKey, LedgerRecord)
    case authorise(PKey, LedgerRecord, expecting: [String: Int64])
    case release(PKey)
    case ping
    /// A second opinion on how keys stand.
    case confirm(PKey, expecting: [String: Int64])
    case readFabric
    case readPartition(PKey)
    case write(PlanStep)

    /// The request of an action; nil for what nobody has to answer.
    init?(_ action: EngineAction) {
        switch action {
        case .remember, .say, .finish, .follow: return nil
        case .pingFabric, .ping: self = .ping
        case .readFabric: self = .readFabric
        case .readLedger: self = .readLedger
        case .listSource: self = .list
        case .claimBatch(let records, _): self = .claim(records, isBatch: true)
        case .read(let pkey, _): self = .readPartition(pkey)
        case .write(let write, let pkey, _, _): self.init(write, pkey)
        }
    }

    private init(_ write: PartitionWrite, _ pkey: PKey) {
        switch write {
        case .step(let step): self = .write(step)
        case .claim(let record): self = .claim([pkey: record], isBatch: false)
        case .amend(let record), .wait(let record, _): self = .amend(pkey, record)
        case .authoriseDeletion(let record, let expected):
            self = .authorise(
                pkey, record,
                expecting: Dictionary(uniqueKeysWithValues: expected.map { ($0.key.description, $0.value.number) }))
        case .release(let proof): self = .release(proof.pkey)
        case .confirm(let expected):
            self = .confirm(
                pkey,
                expecting: Dictionary(uniqueKeysWithValues: expected.map { ($0.key.description, $0.value.number) }))
        }
    }

    /// The partition that is asked for, where it is one.
    var pkey: PKey? {
        switch self {
        case .readPartition(let pkey): pkey
        case .write(let step): step.pkey
        case .list, .readLedger, .claim, .amend, .authorise, .release, .confirm, .ping, .readFabric: nil
        }
    }

    var action: AdapterAnswers.Action {
        switch self {
        case .list: .list
        case .readLedger: .readLedger
        case .claim(_, let isBatch): isBatch ? .claimBatch : .claim
        case .amend: .amend
        case .authorise: .authorise
        case .release: .release
        case .ping: .pingFabric
        case .confirm: .confirm
        case .readFabric: .readFabric
        case .readPartition: .readPartition
        case .write(.create): .createPartition
        // No key asks for a quality of service: it fails when it is judged.
        case .write(.add), .write(.setQoS): .addMembers
        case .write(.remove): .removeMembers
        case .write(.replace): .replaceMembers
        case .write(.delete): .deletePartition
        }
    }
}

/// What comes of a request.
enum Reply {
    case done
    /// Whether the conditions of a transaction held.
    case held(Bool)
    /// A list, of the store as somebody showed it.
    case keys(Store)
    case records([PKey: LedgerRecord])
    case fabric(FabricSnapshot)
    case partition(Partition?)
    /// UFM did not take the step, and there may be a way round.
    case refused(StepRefusal)
    case failed(Failure)
}

extension EngineEvent {
    /// The event that answers an action; nil where such a reply makes no sense.
    init?(_ reply: Reply, to action: EngineAction) {
        switch (action, reply) {
        case (.pingFabric, .done): self = .fabricPinged(.success(()))
        case (.pingFabric, .failed(let failure)): self = .fabricPinged(.failure(failure))
        case (.ping(let pkey, let run), .done): self = .answered(pkey, run, .pinged(.success(())))
        case (.ping(let pkey, let run), .failed(let failure)): self = .answered(pkey, run, .pinged(.failure(failure)))
        case (.readFabric, .fabric(let snapshot)): self = .fabricRead(.success(snapshot))
        case (.readFabric, .failed(let failure)): self = .fabricRead(.failure(failure))
        case (.readLedger(let read), .records(let records)): self = .ledgerRead(read, .success(records))
        case (.readLedger(let read), .failed(let failure)): self = .ledgerRead(read, .failure(failure))
        case (.listSource(let asked), .keys(let store)): self = .sourceListed(asked, .success(store.snapshot))
        case (.listSource(let asked), .failed(let failure)): self = .sourceListed(asked, .failure(failure))
        case (.claimBatch(let records, _), .held(let held)): self = .batchClaimed(records, .success(held))
        case (.claimBatch(let records, _), .failed(let failure)): self = .batchClaimed(records, .failure(failure))
        case (.read(let pkey, let run), .partition(let partition)):
            self = .answered(pkey, run, .read(.success(partition)))
        case (.read(let pkey, let run), .failed(let failure)): self = .answered(pkey, run, .read(.failure(failure)))
        case (.write(let write, let pkey, let run, _), _):
            guard let answer = Answer(reply, to: write) else { return nil }
            self = .answered(pkey, run, answer)
        default: return nil
        }
    }
}

extension EngineEvent.Answer {
    fileprivate init?(_ reply: Reply, to write: PartitionWrite) {
        switch (write, reply) {
        case (.step, .done): self = .written(.success(.done))
        case (.step, .refused(let refusal)): self = .written(.success(.refused(refusal)))
        case (.step, .failed(let failure)): self = .written(.failure(failure))
        case (.claim, .held(let held)), (.amend, .held(let held)), (.wait, .held(let held)),
            (.authoriseDeletion, .held(let held)),
            (.confirm, .held(let held)):
            self = .ledger(.success(held ? .done : .refused))
        // A release names no condition.
        case (.release, .held): self = .ledger(.success(.done))
        case (.claim, .failed(let failure)), (.amend, .failed(let failure)), (.wait, .failed(let failure)),
            (.authoriseDeletion, .failed(let failure)),
            (.release, .failed(let failure)), (.confirm, .failed(let failure)):
            self = .ledger(.failure(failure))
        default: return nil
        }
    }
}

extension Request {
    /// Whether it makes a partition by adding members.
    var makesByAdding: Bool {
        if case .write(.create(let new)) = self { new.way == .adding } else { false }
    }
}

extension StepRefusal {
    /// The refusal that an adapter makes of a kind of answer; nil for what is none.
    init?(_ kind: AdapterAnswers.Kind, of pkey: PKey?) {
        let setback: WriteCourse.Setback
        switch kind {
        case .refusedWhole: setback = .refusedWhole(isNotFound: false, isDoubtful: false)
        case .refusedWholeDone: setback = .refusedWhole(isNotFound: false, isDoubtful: true)
        case .noSuchCall: setback = .noSuchCall
        case .noSuchPartition: setback = .noSuchPartition
        default: return nil
        }
        let outcome: Failure.Outcome = kind == .refusedWholeDone ? .unknown : .nothing
        let failure = Failure(
            .rejected, "\(kind)", at: pkey.map(Failure.Place.partition) ?? .server, outcome: outcome)
        self.init(setback, failure, keepsEmpty: true)
    }
}

extension Failure {
    /// The failure that an adapter makes of a kind of answer; nil for a success.
    init?(_ kind: AdapterAnswers.Kind, of pkey: PKey? = nil) {
        let cause: Cause
        switch kind {
        case .honest, .older, .disagreeing, .otherCluster, .resumed, .lacksOne, .lacksHalf, .lacksAll, .absent,
            .nothingDone, .refusedWhole, .refusedWholeDone, .noSuchCall, .noSuchPartition:
            return nil
        case .unreachable: cause = .unreachable
        case .timedOut, .timedOutLate, .timedOutTwice: cause = .timedOut
        case .connectionLost, .connectionLostDone, .connectionLostHalfDone: cause = .connectionLost
        case .unavailable, .unavailableDone: cause = .unavailable
        case .busy: cause = .busy
        case .noLeader: cause = .noLeader
        case .credentials: cause = .credentials
        case .permission: cause = .permission
        case .rejected, .rejectedSingly: cause = .rejected
        case .serverError, .serverErrorDone: cause = .serverError
        case .full: cause = .full
        case .history: cause = .history
        case .malformed, .malformedDone: cause = .malformed
        case .incomplete: cause = .incomplete
        case .tooLarge: cause = .tooLarge
        }
        let place: Place =
            switch cause {
            case .unreachable, .timedOut, .connectionLost: .endpoint("https://one")
            default: pkey.map(Place.partition) ?? .server
            }
        self.init(
            cause, "\(kind)", at: place, outcome: kind.isOutcomeUnknown ? .unknown : .nothing,
            retryAfter: kind == .busy ? .seconds(86_400) : nil)
    }

    /// Whether whoever is asked does not take us.
    var isRefusal: Bool {
        switch cause {
        case .credentials, .credentialsMissing, .permission, .certificateName: true
        default: false
        }
    }

    /// Whether a follower waits for this to pass, though it has told nothing yet.
    var isWaitedFor: Bool {
        switch cause {
        case .unreachable, .timedOut, .connectionLost, .unavailable, .busy, .noLeader, .history: true
        default: false
        }
    }
}

extension AdapterAnswers.Kind {
    fileprivate var isOutcomeUnknown: Bool {
        switch self {
        case .timedOut, .timedOutLate, .timedOutTwice, .connectionLost, .connectionLostDone, .connectionLostHalfDone,
            .unavailable, .unavailableDone, .serverError, .serverErrorDone, .malformed, .malformedDone:
            true
        default: false
        }
    }
}

/// What the follower of the keys tells.
enum News {
    /// A list of the store as somebody showed it.
    case listed(Store, reason: String)
    case changed(Store.Event, StorePoint)
    /// Nothing new up to this point.
    case progress(StorePoint)
    case lost(Failure)
    case restored(after: Instant)
    /// Refused before anything was told.
    case ended(Failure)

    var event: EngineEvent {
        switch self {
        case .listed(let store, let reason): .source(Site.etcd, .listed(store.snapshot, reason: reason))
        case .changed(let event, let point):
            .source(Site.etcd, .changed(point, event.changes.compactMap { $0.told(at: event.revision) }))
        case .progress(let point): .source(Site.etcd, .progress(point))
        case .lost(let failure): .source(Site.etcd, .lost(failure))
        case .restored(let duration): .source(Site.etcd, .restored(after: .microseconds(duration)))
        case .ended(let failure): .sourceEnded(Site.etcd, failure)
        }
    }
}

extension Store.Change {
    /// The change as the watch of the keys tells it; records are not watched.
    func told(at revision: Int64) -> KeyChange? {
        switch self {
        case .set(let key): .set(key.entry)
        case .deleted(let name, _): .deleted(key: KeyName(name), revision: KeyVersion(revision))
        case .record: nil
        }
    }
}

/// What the ledger in etcd makes of the engine's words.
extension Store {
    /// The records as the ledger reads them: those whose name spells a PKey; what they say that are no records is unknown.
    var ledger: [PKey: LedgerRecord] {
        var found: [PKey: LedgerRecord] = [:]
        for (name, record) in records.sorted(by: { $0.key < $1.key }) {
            guard let pkey = try? PKey(parsing: name) else { continue }
            found[pkey] = record.form == .plain ? record.record : .unreadable
        }
        return found
    }

    /// Carries out a transaction of the ledger.
    ///
    /// - Returns: whether its conditions held; nil for a request that is none.
    mutating func carryOut(_ request: Request) throws(Refusal) -> Bool? {
        switch request {
        case .claim(let records, _):
            try transact(
                if: records.values.map { .key($0.key.description, at: $0.revision.number) },
                set: Dictionary(uniqueKeysWithValues: records.map { ($0.key.description, Record(record: $0.value)) }))
        case .amend(let pkey, let record):
            try transact(if: [.recordExists(pkey.description)], set: [pkey.description: Record(record: record)])
        case .authorise(let pkey, let record, let expected):
            try transact(
                if: [.recordExists(pkey.description)] + expected.map { .key($0.key, at: $0.value) },
                set: [pkey.description: Record(record: record)])
        case .release(let pkey): try transact(if: [], set: [pkey.description: nil])
        // What it writes is the deletion of a key that is not there: it moves nothing.
        case .confirm(_, let expected): expected.allSatisfy { holds(.key($0.key, at: $0.value)) }
        case .list, .readLedger, .ping, .readFabric, .readPartition, .write: nil
        }
    }
}

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
    case claim([PKey: RecordChange], isBatch: Bool)
    case amend(PKey, RecordChange)
    /// What is in the way of taking a partition over, or nothing any more.
    case dispute(PKey, ConflictNote?)
    case authorise(PKey, RecordChange, Tombstone?)
    /// A partition becomes ours again by this writing of its tombstone.
    case takeBack(PKey, RecordChange, RecordVersion)
    case release(PKey, RecordChange)
    case ping
    /// A second opinion on how keys stand, of one partition or of many.
    case confirm([PKey: RecordChange])
    case readFabric
    case readPartition(PKey)
    case write(PlanStep)

    /// The request of an action; nil for what nobody has to answer.
    init?(_ action: EngineAction) {
        switch action {
        case .remember, .clear, .say, .finish, .follow, .take, .carryOut, .answer: return nil
        case .pingFabric, .ping: self = .ping
        case .readFabric: self = .readFabric
        case .readLedger: self = .readLedger
        case .listSource: self = .list
        case .claimBatch(let claims, _):
            self = .claim(
                claims.mapValues { RecordChange($0.record, over: .absent, if: [$0.record.key: $0.key]) }, isBatch: true)
        case .confirmBatch(let expected, _):
            self = .confirm(expected.mapValues { RecordChange(nil, over: $0.version, if: $0.keys) })
        case .read(let pkey, _): self = .readPartition(pkey)
        case .write(let write, let pkey, _, _): self.init(write, pkey)
        }
    }

    private init(_ write: PartitionWrite, _ pkey: PKey) {
        switch write {
        case .step(let step): self = .write(step)
        case .claim(let record, let version, let key):
            self = .claim([pkey: RecordChange(record, over: version, if: [record.key: key])], isBatch: false)
        case .amend(let record, let version), .wait(let record, _, let version):
            self = .amend(pkey, RecordChange(record, over: version))
        case .conflict(let note): self = .dispute(pkey, note)
        case .authoriseDeletion(let record, let version, let keys, let tombstone):
            self = .authorise(pkey, RecordChange(record, over: version, if: keys), tombstone)
        case .takeBack(let record, let tombstone, let keys):
            self = .takeBack(pkey, RecordChange(record, over: .absent, if: keys), tombstone)
        case .release(let proof, let version, let keys):
            self = .release(proof.pkey, RecordChange(nil, over: version, if: keys))
        case .confirm(let version, let keys):
            self = .confirm([pkey: RecordChange(nil, over: version, if: keys)])
        }
    }

    /// The partition that is asked for, where it is one.
    var pkey: PKey? {
        switch self {
        case .readPartition(let pkey): pkey
        case .write(let step): step.pkey
        case .list, .readLedger, .claim, .amend, .dispute, .authorise, .takeBack, .release, .confirm, .ping,
            .readFabric:
            nil
        }
    }

    var action: AdapterAnswers.Action {
        switch self {
        case .list: .list
        case .readLedger: .readLedger
        case .claim(_, let isBatch): isBatch ? .claimBatch : .claim
        case .amend, .dispute: .amend
        case .authorise, .takeBack: .authorise
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

/// What the engine wants of one record, and what must hold for it.
struct RecordChange {
    let record: LedgerRecord?
    let version: RecordVersion
    let keys: [KeyName: KeyState]

    init(_ record: LedgerRecord?, over version: RecordVersion, if keys: [KeyName: KeyState] = [:]) {
        self.record = record
        self.version = version
        self.keys = keys
    }
}

/// What comes of a request.
enum Reply {
    case done
    /// What became of a transaction of the ledger.
    case ledger(LedgerAnswer)
    /// A list, of the store as somebody showed it.
    case keys(Store)
    case records(LedgerContent)
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
        case (.claimBatch(let claims, _), .ledger(let answer)): self = .batchClaimed(claims, .success(answer))
        case (.claimBatch(let claims, _), .failed(let failure)): self = .batchClaimed(claims, .failure(failure))
        case (.confirmBatch(let expected, _), .ledger(let answer)): self = .batchConfirmed(expected, .success(answer))
        case (.confirmBatch(let expected, _), .failed(let failure)):
            self = .batchConfirmed(expected, .failure(failure))
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
        case (.conflict, .ledger(let answer)): self = .ledger(.success(answer))
        case (.conflict, .failed(let failure)): self = .ledger(.failure(failure))
        case (.claim, .ledger(let answer)), (.amend, .ledger(let answer)), (.wait, .ledger(let answer)),
            (.authoriseDeletion, .ledger(let answer)), (.takeBack, .ledger(let answer)),
            (.release, .ledger(let answer)), (.confirm, .ledger(let answer)):
            self = .ledger(.success(answer))
        case (.claim, .failed(let failure)), (.amend, .failed(let failure)), (.wait, .failed(let failure)),
            (.authoriseDeletion, .failed(let failure)), (.takeBack, .failed(let failure)),
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
        case .refusedWhole: setback = .refusedWhole(isDoubtful: false)
        case .refusedWholeDone: setback = .refusedWhole(isDoubtful: true)
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
    /// What the ledger reads: records under the PKey's own spelling, about the PKey's own key; the rest is strange.
    var ledger: LedgerContent {
        var found: [PKey: KeptRecord] = [:]
        var strange: [StrangeRecord] = []
        for (name, record) in records.sorted(by: { $0.key < $1.key }) {
            let (pkey, version) = (try? PKey(parsing: name), RecordVersion(record.revision))
            if let pkey, record.form == .plain, name == pkey.description, record.isAbout(pkey) {
                found[pkey] = KeptRecord(record.record, version)
            } else {
                strange.append(StrangeRecord(name, of: pkey, version, "\(record.form)"))
            }
        }
        return LedgerContent(
            found, strange: strange, conflicts: conflicts, tombstones: tombstones,
            room: isFull ? .none("alarm NOSPACE") : .enough)
    }

    /// Carries out a transaction of the ledger; nil for a request that is none.
    mutating func carryOut(_ request: Request) throws(Refusal) -> LedgerAnswer? {
        switch request {
        case .claim(let changes, _): try carryOut(changes, leaving: changes.mapValues { _ in nil })
        case .amend(let pkey, let change): try carryOut([pkey: change])
        case .dispute(let pkey, let note):
            try self.note(note, on: pkey) ? .written(RecordVersion(revision)) : .refused
        case .authorise(let pkey, let change, let tombstone):
            try carryOut([pkey: change], leaving: tombstone.map { [pkey: $0] } ?? [:], mayGoUnwritten: true)
        case .takeBack(let pkey, let change, let version):
            try carryOut([pkey: change], standing: [.tombstone(pkey, at: version.number)])
        case .release(let pkey, let change): try carryOut([pkey: change])
        // What it writes is the deletion of a key that is not there: it moves nothing.
        case .confirm(let changes):
            try transact(if: changes.flatMap { conditions(of: $1, $0) }, set: [:]) ? .allowed : .refused
        case .list, .readLedger, .ping, .readFabric, .readPartition, .write: nil
        }
    }

    private func conditions(of change: RecordChange, _ pkey: PKey) -> [Condition] {
        var conditions = [Condition.record(pkey.description, at: change.version.number)]
        for (key, state) in change.keys {
            conditions.append(.key(key.description, at: state.version.number))
            if let value = state.value { conditions.append(.value(key.description, value)) }
        }
        return conditions
    }

    private mutating func carryOut(
        _ changes: [PKey: RecordChange], leaving tombstones: [PKey: Tombstone?] = [:], standing: [Condition] = [],
        mayGoUnwritten: Bool = false
    ) throws(Refusal) -> LedgerAnswer {
        let conditions = changes.flatMap { self.conditions(of: $1, $0) } + standing
        if mayGoUnwritten, isFull, !keepsRecordsInFile {
            return try transact(if: conditions, set: ["none": nil]) ? .allowed : .refused
        }
        let records = changes.map { ($0.key.description, $0.value.record.map { Record(record: $0) }) }
        guard try transact(if: conditions, set: Dictionary(uniqueKeysWithValues: records), leaving: tombstones) else {
            return .refused
        }
        return .written(RecordVersion(keepsRecordsInFile ? fileChanges : revision))
    }
}

extension Store.Record {
    /// Whether it is about a key that spells the PKey.
    func isAbout(_ pkey: PKey) -> Bool {
        (try? PKey(parsing: record.key.description.split(separator: "/").last ?? "")) == pkey
    }
}

internal import Fabric
internal import Planning

/// The three servers of which the engine knows: what each has told, and whether it answers. Pure.
struct Sides: Sendable {
    var source: SourceSide
    var ledger = LedgerSide()
    var fabric: FabricSide
    /// What the fabric manager brought back of what we have deleted.
    var revenants = Revenants()
    /// Those that have not answered yet.
    var beginning = Beginning()

    /// What all three have told; nil until each has been read completely. Nothing is planned without it.
    var picture: Picture? {
        guard let desired = source.desired, let records = ledger.records, let known = fabric.knowledge else {
            return nil
        }
        return Picture(
            source: source.name, desired: desired, records: records, bereft: ledger.bereft, strange: ledger.strange,
            conflicts: ledger.conflicts, doubted: ledger.doubted, tombstones: ledger.tombstones, revenants: revenants,
            fabric: known, absences: fabric.absences, guardedSince: ledger.guardedSince)
    }

    /// A request failed that shows a server to be away.
    mutating func failed(_ side: Side, _ failure: Failure, now: Duration) {
        switch side {
        case .ledger: ledger.failed(failure, now: now)
        case .fabric:
            // It is not the list that has trouble.
            _ = fabric.listIsUsable()
            revenants.wentBack(now: now)
            fabric.failed(failure, now: now)
        }
    }
}

/// What is wanted, what is ours and what is there: all three sides at one moment.
struct Picture: Sendable {
    /// What people call those who want it: `etcd`.
    let source: String
    let desired: DesiredState
    let records: [PKey: KeptRecord]
    /// Records that the ledger had in this life, and may have lost.
    let bereft: [PKey: LedgerRecord]
    /// What stands in the ledger's place and is not ours.
    let strange: [PKey: StrangeRecord]
    /// What the ledger says of partitions that are in conflict.
    let conflicts: [PKey: ConflictNote]
    /// PKeys of whose record the ledger may have another than we know.
    let doubted: Set<PKey>
    /// What the ledger keeps of partitions that we have deleted, or are deleting.
    let tombstones: [PKey: KeptTombstone]
    let revenants: Revenants
    let fabric: FabricKnowledge
    let absences: Absences
    /// When the first of the deletions was held back that the ledger has as such.
    let guardedSince: String?

    /// Since when deletions are held, where some of them were so before this life, or before it looked again.
    func since(of held: [PKey]) -> String? {
        held.contains { records[$0]?.record.state == .guarded } ? guardedSince : nil
    }

    /// The PKeys that a source or the ledger knows, or has lost.
    var managed: Set<PKey> {
        desired.pkeys.union(records.keys).union(strange.keys).union(lostRecords).union(conflicts.keys)
            .union(revenants.pkeys)
    }

    /// The PKeys of which key and record are gone with a history of the source.
    var lostRecords: [PKey] { bereft.keys.filter { lostRecord(of: $0) != nil } }

    /// The record of a partition of which key and record are gone with a history of the source: the partition is ours all the
    /// same, and nobody has asked for its end. Whatever was authorised in that history is to be approved in this one.
    func lostRecord(of pkey: PKey) -> LedgerRecord? {
        guard let record = bereft[pkey], records[pkey] == nil, desired.intent(of: pkey) == .absent,
            desired.isLost(pkey)
        else { return nil }
        return LedgerRecord(.claimed, key: record.key, revision: record.revision)
    }

    /// Whether a partition is ours, by its record or by one that was lost.
    func isOurs(_ pkey: PKey) -> Bool { records[pkey] != nil || lostRecord(of: pkey) != nil }

    /// How many partitions are ours, without those that we have deleted.
    var owned: Int { records.values.count { !$0.record.isSeenGone } }

    /// Which of these the sources want without their being ours, and which are ours and no longer wanted.
    func news(among pkeys: [PKey]) -> (new: [PKey], deleted: [PKey]) {
        let wanted = desired.pkeys
        return (
            pkeys.filter { wanted.contains($0) && records[$0]?.record.isSeenGone ?? true },
            pkeys.filter { !wanted.contains($0) && records[$0] != nil }
        )
    }

    /// The first record of a partition, as its key stands.
    func claim(of pkey: PKey, _ admission: Admission, _ leaving: LeavingPorts) -> NewClaim {
        let standing = standing(of: pkey, admission, leaving)
        return NewClaim(standing.record(.claimed), desired.keyStates(of: pkey)[standing.key] ?? .absent)
    }

    /// How it stands with one partition.
    ///
    /// - Parameter leaving: the ports that partitions have still to give up.
    func standing(of pkey: PKey, _ admission: Admission, _ leaving: LeavingPorts) -> Standing {
        let (wanted, kept) = (desired.intent(of: pkey), records[pkey])
        let record = kept?.record
        let (word, revision) = (desired.word(on: pkey), desired.revision(of: pkey))
        var intent =
            strange[pkey] == nil ? admission.intent(of: pkey, wanted: wanted, at: revision) : .held(.record)
        let isGuarded = intent == .held(.deletionGuard)
        if word == .listed, desired.isDisagreeing, intent.isCarriedOut { intent = .held(.membersDisagree) }
        let actual = fabric.partition(pkey)
        var conflict: Conflict?
        if record == nil, case .present(let partition) = intent, let there = actual ?? nil {
            conflict = admission.conflict(over: there, of: pkey, wanted: partition)
            if conflict != nil { intent = .held(.conflict) }
        }
        var waiting: Waiting?
        if case .present(let partition) = intent {
            waiting = leaving.waiting(pkey, for: partition.members.guids, actual: actual ?? nil)
        }
        var givenUp: Set<GUID> = []
        if isGuarded, record != nil, !desired.isListInDoubt, let since = leaving.isGuarded(pkey) {
            // Of one whose key is there, and went back, it keeps those that the key wants.
            let kept = if case .present(let partition) = wanted { Set(partition.members.guids) } else { Set<GUID>() }
            givenUp = fabric.ports(pkey).subtracting(kept).filter { desired.isClaimed($0, from: pkey, since: since) }
        }
        return Standing(
            pkey: pkey, source: source, wanted: wanted, intent: intent, word: word,
            isRefuted: desired.refuted.contains(pkey), key: desired.key(of: pkey),
            revision: revision, record: record, version: kept?.version ?? .absent,
            lostHistory: isGuarded ? record.flatMap { desired.lostHistory(of: $0) } : nil,
            isLost: isGuarded && desired.isLost(pkey), actual: actual, absence: absences[pkey], waiting: waiting,
            givenUp: givenUp, lostRecord: lostRecord(of: pkey), conflict: conflict, noted: conflicts[pkey],
            tombstone: tombstones[pkey], isBack: tombstones[pkey].map { revenants.has(pkey, $0) } ?? false)
    }
}

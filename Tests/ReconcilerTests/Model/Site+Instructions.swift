import Fabric
import KeyHistory
import Planning
import Reconciler

/// What an operator tells a daemon, of what the ledger showed him, and what comes of it.
extension Site {
    /// An operator approves what is held back.
    mutating func approve() {
        if powers.has(.keysApart) { store.makeDirectory() }
        let shown = store.ledger.records.filter { $0.value.record.state == .guarded }.mapValues(\.version)
        guard !shown.isEmpty else { return }
        guard !configuration.runsOnce else { return approveByHand(shown.keys.sorted()) }
        instruct(.approve(shown))
    }

    /// An operator says that partitions which are in conflict are ours.
    mutating func adopt() {
        let shown = store.ledger.conflicts
        guard !shown.isEmpty, !configuration.runsOnce else { return }
        instruct(.adopt(shown))
    }

    /// A single run takes no instructions: one that ran before, and was told, has left the records so.
    private mutating func approveByHand(_ pkeys: [PKey]) {
        for pkey in pkeys {
            guard let record = store.records[pkey.description] else { continue }
            var changed = record
            changed.record = record.record.approved
            _ = try? store.transact(if: [], set: [pkey.description: changed])
            approved.insert(pkey)
            note("approved: the deletion of \(pkey)")
        }
        wakeFollowers()
    }

    private mutating func instruct(_ what: Instruction.What) {
        guard let index = daemons.indices.randomElement(using: &random) else { return }
        var shownLater = false
        if faults, once(in: 4) {
            // Somebody looked some time ago, and has only now made up his mind.
            shownLater = true
            pass(draw(1...20) * 500_000)
        }
        guard daemons.indices.contains(index) else { return }
        let instruction = Instruction("\(steps)", what)
        shownLast = what
        note("an operator tells daemon \(daemons[index].life): \(what)\(shownLater ? ", shown a while ago" : "")")
        tell(.instructed(instruction), index)
    }

    /// The ledger writes what an instruction comes to.
    mutating func carryOut(_ work: InstructionWork) -> [PKey: Result<LedgerAnswer, Failure>] {
        var results: [PKey: Result<LedgerAnswer, Failure>] = [:]
        for (pkey, write) in work.writes.sorted(by: { $0.key < $1.key }) {
            let isLost = faults && powers.has(.etcdOutages) && once(in: 6)
            guard !isLost || Bool.random(using: &random) else {
                results[pkey] = .failure(Failure(.unreachable, "drawn"))
                continue
            }
            let request: Request
            switch write {
            case .approve(let record, let version): request = .amend(pkey, RecordChange(record, over: version))
            case .adopt(let record, let key):
                request = .claim(
                    [pkey: RecordChange(record, over: .absent, if: [record.key: key])], isBatch: false)
            }
            judgeInstructed(pkey, write)
            do throws(Store.Refusal) {
                let answer = try store.carryOut(request) ?? .refused
                if case .written = answer { wrote(pkey, write) }
                results[pkey] =
                    isLost ? .failure(Failure(.timedOut, "drawn", outcome: .unknown)) : .success(answer)
            } catch {
                results[pkey] = .failure(Failure(.full, "etcdserver: mvcc: database space exceeded"))
            }
        }
        wakeFollowers()
        return results
    }

    private mutating func wrote(_ pkey: PKey, _ write: InstructionWork.Write) {
        switch write {
        case .approve: approved.insert(pkey)
        case .adopt:
            orphaned.remove(pkey)
            approved.remove(pkey)
            released.remove(pkey)
            if let slot = Self.slot(pkey) { spoiled[slot] = nil }
        }
        note("instructed: \(pkey) \(write.words)")
    }

    mutating func hear(_ outcome: InstructionOutcome) {
        note(
            "the operator is told: done \(outcome.done), changed \(outcome.changed), \(outcome.problem ?? "no problem")"
        )
    }

    /// What was shown is what is carried out.
    private mutating func judgeInstructed(_ pkey: PKey, _ write: InstructionWork.Write) {
        if case .adopt = write, case .adopt(let shown)? = shownLast, let slot = Self.slot(pkey),
            let index = daemons.indices.first, daemons.count == 1, daemons[index].witness.sights[slot].isFresh,
            let there = daemons[index].witness.sights[slot].partition,
            !(shown[pkey]?.conflict.guids ?? []).allSatisfy({ there.members[$0] != nil })
        {
            fail(.scope, "\(pkey) is taken over with \(PortSet(there)), and others were shown to be in the way")
        }
        guard case .approve(_, let version) = write, let record = store.records[pkey.description],
            record.revision == version.number, record.record.state != .guarded
        else { return }
        fail(.deletion, "\(pkey) is to be approved, and is \(record.record.state)")
    }
}

extension InstructionWork.Write {
    fileprivate var words: String {
        switch self {
        case .approve(let record, let version): "approved @\(record.revision) over \(version.number)"
        case .adopt(let record, _): "adopted for \(record.key)@\(record.revision)"
        }
    }
}

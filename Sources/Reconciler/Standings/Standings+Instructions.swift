internal import Fabric
internal import Planning

/// What people tell the daemon to do.
extension Standings {
    /// What an instruction comes to as things are; nil until all sides are known.
    func work(of instruction: Instruction) -> InstructionWork? {
        guard let picture else { return nil }
        return InstructionWork(instruction) { standing in
            picture.desired.keyStates(of: standing.pkey)[standing.key] ?? .absent
        } standing: { pkey in
            // Where the ledger may say something else by now, nothing is as it was shown.
            sides.ledger.isDoubtful(pkey) ? nil : standing(of: pkey)
        }
    }

    /// The ledger has written what an instruction came to, or has not; gives what is to be answered.
    mutating func carriedOut(
        _ instruction: InstructionWork, _ results: [PKey: Result<LedgerAnswer, Failure>], _ gate: WriteGate,
        _ work: inout Work, _ out: inout Output
    ) -> InstructionOutcome {
        var outcome = InstructionOutcome(changed: instruction.changed)
        for (pkey, write) in instruction.writes.sorted(by: { $0.key < $1.key }) {
            switch results[pkey] {
            case .success(.written(let version)):
                outcome.done.append(pkey)
                instructed(pkey, write, KeptRecord(write.record, version), gate, &work, &out)
            case .success, nil:
                outcome.changed.append(pkey)
                sides.ledger.doubt(pkey)
            case .failure(let failure):
                outcome.problem = failure.message
                if failure.outcome == .unknown { gaveUp(pkey, now: out.now) }
                if Meaning(of: failure, by: .ledger) == .outage { sides.failed(.ledger, failure, now: out.now) }
            }
            indexPorts(of: pkey, gate, &work, &out)
        }
        outcome.changed.sort()
        if let picture, !outcome.done.isEmpty {
            let judgement = judgeDeletions(among: outcome.done, isListed: true, picture, &work, now: out.now)
            out.found(judgement.findings(in: picture))
        }
        for pkey in outcome.done { ask(pkey, isNews: true, &work, now: out.now) }
        return outcome
    }

    private mutating func instructed(
        _ pkey: PKey, _ write: InstructionWork.Write, _ record: KeptRecord, _ gate: WriteGate, _ work: inout Work,
        _ out: inout Output
    ) {
        switch write {
        case .approve: apply(.recorded(record), to: pkey, gate, &work, &out)
        case .adopt:
            claimed(pkey, record, gate, &work, &out)
            out.found(.adopted(pkey))
            apply(.conflicts(nil), to: pkey, gate, &work, &out)
        }
    }
}

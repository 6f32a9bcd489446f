package import Fabric
package import KeyHistory

/// What the engine is told.
package enum EngineEvent: Sendable {
    case started
    case source(SourceID, SourceEvent)
    /// A source refused before it had told anything; it tells nothing until it is followed anew.
    case sourceEnded(SourceID, Failure)
    case fabricPinged(Result<Void, Failure>)
    case fabricRead(Result<FabricSnapshot, Failure>)
    case ledgerRead(LedgerRead, Result<LedgerContent, Failure>)
    case sourceListed(ListRequest, Result<KeySnapshot, Failure>)
    /// The answer to a claim of many; the claims are those of the action.
    case batchClaimed([PKey: NewClaim], Result<LedgerAnswer, Failure>)
    /// The second opinion on many; what was expected is that of the action.
    case batchConfirmed([PKey: Premise], Result<LedgerAnswer, Failure>)
    /// The answer to a request of the run with this number.
    case answered(PKey, RunID, Answer)
    /// Somebody has left an instruction.
    case instructed(Instruction)
    /// It was taken: nobody else carries it out.
    case took(Instruction)
    /// What it came to has been written, or has not.
    case carriedOut(InstructionWork, [PKey: Result<LedgerAnswer, Failure>])
    /// Something outside allows the writing, or forbids it.
    case gate(WriteGate.Change)
    /// Time has passed.
    case timer
    case stop

    package enum Answer: Sendable {
        case pinged(Result<Void, Failure>)
        case read(Result<Partition?, Failure>)
        case written(Result<StepAnswer, Failure>)
        case ledger(Result<LedgerAnswer, Failure>)
    }
}

/// What the engine wants done; every action but `remember`, `clear`, `answer`, `say` and `finish` is answered by one
/// event, and a `take` by one where the instruction was still there.
package enum EngineAction: Sendable {
    /// The fabric manager is asked something cheap: whether it is at work.
    case pingFabric
    case readFabric
    case readLedger(LedgerRead)
    case listSource(ListRequest)
    /// A source that ended before it told anything is followed anew; it answers by what it tells.
    case follow(SourceID)
    /// The same question as ``pingFabric``, for a run whose partition has failed.
    case ping(PKey, RunID)
    case read(PKey, RunID)
    case write(PartitionWrite, PKey, RunID, WritePermit)
    case claimBatch([PKey: NewClaim], WritePermit)
    /// Asks for a second opinion on many partitions at once.
    case confirmBatch([PKey: Premise], WritePermit)
    case take(Instruction)
    case carryOut(InstructionWork, WritePermit)
    /// Whoever left an instruction is told what became of it.
    case answer(String, InstructionOutcome)
    /// A next life is to know how far a source has been told.
    case remember(SourceID, StorePoint)
    /// Tombstones are too old to count for anything, and may go.
    case clear([PKey: RecordVersion], WritePermit)
    case say(Message)
    case finish(EngineEnd)

    /// What it has the log say.
    package var message: Message? { if case .say(let message) = self { message } else { nil } }
}

/// What is to be written about one partition, in the fabric or in the ledger.
package enum PartitionWrite: Hashable, Sendable {
    case step(PlanStep)
    case claim(LedgerRecord, over: RecordVersion, expecting: KeyState)
    case amend(LedgerRecord, over: RecordVersion)
    /// The record of a partition that waits, and what for.
    case wait(LedgerRecord, WaitingNote, over: RecordVersion)
    /// What stands against taking over a partition that has no record; nil where nothing does any more.
    case conflict(ConflictNote?)
    case authoriseDeletion(LedgerRecord, over: RecordVersion, expecting: [KeyName: KeyState], leaving: Tombstone?)
    /// Takes back a partition that we had deleted and that is there again, to delete it.
    case takeBack(LedgerRecord, by: RecordVersion, expecting: [KeyName: KeyState])
    /// Forgets a partition that is gone beyond doubt.
    case release(ProofOfAbsence, over: RecordVersion, expecting: [KeyName: KeyState])
    /// Has the store compare how record and keys stand, by a transaction that no stale member can answer.
    case confirm(over: RecordVersion, expecting: [KeyName: KeyState])

    /// The record that it writes, if it writes one.
    package var record: LedgerRecord? {
        switch self {
        case .claim(let record, _, _), .amend(let record, _), .wait(let record, _, _),
            .authoriseDeletion(let record, _, _, _), .takeBack(let record, _, _):
            record
        case .step, .release, .confirm, .conflict: nil
        }
    }
}

package import Fabric
package import KeyHistory

/// What the engine is told.
package enum EngineEvent: Sendable {
    case started
    case source(SourceID, SourceEvent)
    /// A source refused for good, before it had told anything.
    case sourceEnded(Failure)
    case fabricRead(Result<FabricSnapshot, Failure>)
    case ledgerRead(Result<[PKey: LedgerRecord], Failure>)
    case sourceListed(Epoch, Result<KeySnapshot, Failure>)
    /// The answer to a claim of many; the records are those of the action.
    case batchClaimed([PKey: LedgerRecord], Result<Bool, Failure>)
    /// The answer to an action on one partition.
    case answered(PKey, Answer)
    /// Time has passed.
    case timer
    case stop

    package enum Answer: Sendable {
        case read(Result<Partition?, Failure>)
        case written(Result<Void, Failure>)
        case claimed(Result<Bool, Failure>)
        case amended(Result<Bool, Failure>)
        case authorised(Result<Bool, Failure>)
        case released(Result<Void, Failure>)
    }
}

/// What the engine wants done; every action but `say` and `finish` is answered by one event.
package enum EngineAction: Hashable, Sendable {
    case readFabric
    case readLedger
    case listSource(Epoch)
    case claimBatch([PKey: LedgerRecord])
    case onPartition(PKey, PartitionAction)
    case say(Message)
    case finish(EngineEnd)

    package enum PartitionAction: Hashable, Sendable {
        case read
        case write(PlanStep)
        case claim(LedgerRecord)
        case amend(LedgerRecord)
        case authoriseDeletion(LedgerRecord, expecting: [KeyName: KeyVersion])
        case release
    }
}

/// How it all ended.
package enum EngineEnd: Hashable, Sendable {
    /// It was told to stop, or a single run has done all there was to do.
    case stopped
    /// It could not start, and trying again would not help.
    case failed(Failure)
    /// A single run: these partitions are not what they should be; `reason` is what the first one failed with.
    case notInStep([PKey], reason: String?)
    /// A single run: the deletion of these waits for an approval.
    case heldBack([PKey])

    /// What there is to say where it did not end well, in one line.
    package var problem: String? {
        switch self {
        case .stopped: nil
        case .failed(let failure): failure.message
        case .notInStep(let pkeys, let reason):
            "\(pkeys.count) partitions are not in step: \(pkeys.inWords)" + (reason.map { ": \($0)" } ?? "")
        case .heldBack(let pkeys): "\(pkeys.count) deletions wait for an approval: \(pkeys.inWords)"
        }
    }
}

/// A line for the log.
package struct Message: Hashable, Sendable {
    package enum Level: Sendable {
        case debug, info, warning, error
    }

    package let level: Level
    package let text: String
    /// Figures that go with the text.
    package let metadata: [String: String]

    package init(_ level: Level, _ text: String, _ metadata: [String: String] = [:]) {
        self.level = level
        self.text = text
        self.metadata = metadata
    }
}

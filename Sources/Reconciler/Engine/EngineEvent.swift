package import Fabric
package import Planning

/// What the engine is told.
package enum EngineEvent: Sendable {
    case started
    case source(SourceEvent)
    /// The source refused for good, before it had told anything.
    case sourceEnded(Failure)
    case fabricRead(Result<FabricSnapshot, Failure>)
    case ledgerRead(Result<[PKey: LedgerRecord], Failure>)
    case sourceListed(Result<KeySnapshot, Failure>)
    /// The answer to an action on one partition.
    case answered(PKey, Answer)
    /// Time has passed.
    case timer
    case stop

    package enum Answer: Sendable {
        case read(Result<Partition?, Failure>)
        case written(Result<Void, Failure>)
        case recorded(Result<Void, Failure>)
        case authorised(Result<Bool, Failure>)
    }
}

/// What the engine wants done; every action but `say` and `finish` is answered by one event.
package enum EngineAction: Hashable, Sendable {
    case readFabric
    case readLedger
    case listSource
    case onPartition(PKey, PartitionAction)
    case say(Message)
    case finish(EngineEnd)

    package enum PartitionAction: Hashable, Sendable {
        case read
        case write(PlanStep)
        case record(LedgerRecord)
        case authoriseDeletion(LedgerRecord, expecting: [String: Int64])
        case release
    }
}

/// How a run ended.
package enum EngineEnd: Hashable, Sendable {
    case stopped
    /// It could not start, and trying again would not help.
    case failed(Failure)
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

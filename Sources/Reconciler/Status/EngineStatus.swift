package import Fabric
package import KeyHistory
package import Planning

/// How it stands with everything, taken after each event: what the log, metrics, a status page and a supervisor read.
///
/// Taking one costs the same however many PKeys there are: everything in it is counted as it changes, or made when all PKeys
/// were gone through anyway. Times are those since the engine's start.
package struct EngineStatus: Equatable, Sendable {
    package enum Stage: String, Sendable, CaseIterable {
        /// The source, the ledger and the fabric have not all been read completely yet.
        case starting
        case running
        case stopping
        case ended

        init(_ gate: WriteGate, hasEnded: Bool) {
            if hasEnded {
                self = .ended
            } else if gate.closedBy.contains(.stopping) {
                self = .stopping
            } else {
                self = gate.closedBy.contains(.starting) ? .starting : .running
            }
        }
    }

    package let at: Duration
    package let stage: Stage
    /// Why nothing may be written; empty while all may.
    package let closedBy: Set<WriteGate.Reason>
    /// In the order of precedence.
    package let sources: [Source]
    package let fabric: Server
    package let ledger: Server
    /// How many partitions are ours, by what the ledger says of them.
    package let records: [LedgerRecord.State: Int]
    /// PKeys whose deletion is held back, in ascending order.
    package let guarded: Capped<PKey>
    /// PKeys of partitions that are there and not ours, in ascending order: nothing is done about them.
    package let conflicts: Capped<PKey>
    /// What waits for a run, by its urgency.
    package let queue: [Urgency: QueueLine]
    package let underWay: UnderWay
    /// What was found when everything was gone through, and what was done since the start.
    package let totals: Totals
    /// What was found last.
    package let findings: Findings
    /// How many lines the engine itself had said: between them the findings have their places.
    let lines: Int
}

extension EngineStatus {
    /// One of the sources of what is wanted.
    package struct Source: Equatable, Sendable {
        package let id: SourceID
        /// How far it has told; nil before its first list.
        package internal(set) var told: StorePoint?
        /// When it last told anything.
        package internal(set) var lastEvent: Duration?
        /// How many keys it has that name a PKey which may be managed.
        package internal(set) var keys = 0
        /// How often it began with a list, by the reason (`start`, `compacted`): once, or its history could not be followed.
        package internal(set) var relists: [String: Int] = [:]
        /// Why it cannot be read; nil while it can.
        package internal(set) var outage: Outage?
        /// How long it could not be read, the last time.
        package internal(set) var lastOutage: Duration?
    }

    /// The fabric manager, or the store of the ledger.
    package struct Server: Equatable, Sendable {
        /// Whether it has been read completely once.
        package let isKnown: Bool
        /// Why it does not answer; nil while it does.
        package let outage: Outage?
    }

    /// What is under way.
    package struct UnderWay: Equatable, Sendable {
        static let most = 100

        /// Runs that ask for something: all of them, or those that hold a slot and the first others that come to hand, in
        /// ascending order of PKey.
        package let runs: [Run]
        /// How many ask for something.
        package let busy: Int
        /// How many let time pass before they look again.
        package let resting: Int
    }

    /// A run that is under way.
    package struct Run: Equatable, Sendable {
        package enum Phase: String, Sendable, CaseIterable {
            case reading, confirming, claiming, authorising, writing, verifying, recording, releasing, asking, noting
        }

        package let pkey: PKey
        package let phase: Phase
        /// The class in which it waited.
        package let urgency: Urgency
        /// Whether it was taken before others of its class, or of more urgent ones, because it had waited longest.
        package let isOutOfTurn: Bool
        /// Whether it keeps a slot from others: it writes, or is about to.
        package let holdsSlot: Bool
        /// When it was asked for.
        package let since: Duration

        package init(
            pkey: PKey, phase: Phase, urgency: Urgency, isOutOfTurn: Bool = false, holdsSlot: Bool = true,
            since: Duration
        ) {
            self.pkey = pkey
            self.phase = phase
            self.urgency = urgency
            self.isOutOfTurn = isOutOfTurn
            self.holdsSlot = holdsSlot
            self.since = since
        }
    }

    /// A kind of request to the fabric manager, and what came of it.
    package struct Write: Hashable, Sendable {
        package enum Outcome: String, Sendable, CaseIterable {
            case done
            case failed
            /// It may have been done.
            case unknown
        }

        /// The step's short name: `add`.
        package let step: String
        package let outcome: Outcome

        package init(step: String, outcome: Outcome) {
            self.step = step
            self.outcome = outcome
        }
    }

    /// Whose the partitions of the fabric are, as of its last complete read.
    package struct Inventory: Equatable, Sendable {
        /// All of them, the default partition among them.
        package let total: Int
        /// Those that a source wants or the ledger has, in ascending order.
        package let managed: Capped<PartitionNumber>
        /// Those of nobody, in ascending order, without the default partition, which is nobody's to manage.
        package let unmanaged: Capped<PartitionNumber>
    }

    /// What was counted; nothing of it grows with the fabric.
    package struct Totals: Equatable, Sendable {
        /// All drift that was found since the start.
        package internal(set) var drift = Drift()
        /// The requests to the fabric manager that were answered since the start.
        package internal(set) var writes: [Write: Int] = [:]
        /// When everything was last begun to be read.
        package internal(set) var lastAttempt: Duration?
        /// When everything was last gone through after that, the fabric manager having answered.
        package internal(set) var lastSuccess: Duration?
        /// nil until everything has been read once.
        package internal(set) var inventory: Inventory?
        /// How many partitions are left as they are, by the reason.
        package internal(set) var holds: [HoldReason: Int] = [:]
        /// PKeys that the policy leaves as they are although they differ, in ascending order.
        package internal(set) var leftUndone = Capped<PKey>()
    }
}

/// The first of many, and how many there are: enough to name them, and never more than a status can carry.
package struct Capped<Element: Hashable & Sendable>: Hashable, Sendable {
    package static var most: Int { 100 }

    /// In ascending order.
    package let first: [Element]
    package let count: Int

    /// - Parameter all: in ascending order.
    package init(_ all: [Element] = []) {
        first = Array(all.prefix(Self.most))
        count = all.count
    }

    package var isEmpty: Bool { count == 0 }
}

extension Capped where Element: CustomStringConvertible {
    /// `[0x2000, 0x2001]`; a long list is cut, and its length said.
    package var inWords: String {
        let shown = first.prefix(20).map(\.description).joined(separator: ", ")
        return count > 20 ? "[\(shown), … \(count) in all]" : "[\(shown)]"
    }
}

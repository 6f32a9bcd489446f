internal import Fabric
internal import KeyHistory
internal import Planning

/// One run over one partition: what it set out to do, and which answer it waits for.
struct Job: Sendable {
    enum Phase: Sendable {
        /// Reads the partition, since what we know of it is uncertain.
        case reading
        /// Writes the ledger record that must stand before the first change.
        case claiming
        /// Asks the ledger whether the partition may be deleted.
        case authorising
        case writing(PlanStep)
        /// Reads the partition to see whether the fabric manager took the change.
        case verifying
        /// Writes down in the ledger that the partition is in step.
        case recording
        /// Writes down in the ledger why it is not.
        case recordingFailure
        /// Writes down in the ledger that it is left as it is, and why.
        case recordingHold(LedgerRecord)
        /// Takes a partition that is gone out of the ledger.
        case releasing
    }

    let intent: Intent
    let revision: KeyVersion
    let key: KeyName
    let keys: [KeyName: KeyVersion]
    /// When the run was asked for, for the time it took.
    let since: Duration
    var phase = Phase.reading
    var steps: [PlanStep] = []
    var hasWritten = false
}

internal import Fabric
internal import KeyHistory
internal import Planning

/// What a run is about.
struct Errand: Hashable, Sendable {
    let pkey: PKey
    /// The key that decided over the partition when the run began, or would have; its version, ``KeyVersion/absent`` without one.
    let key: KeyName
    let revision: KeyVersion
    /// When it was asked for, for the time it took.
    let since: Duration

    func record(_ state: LedgerRecord.State, error: String? = nil) -> LedgerRecord {
        LedgerRecord(state, key: key, revision: revision, error: error)
    }
}

/// What a run set out to do, as it was wanted when it began.
struct Goal: Hashable, Sendable {
    let errand: Errand
    let wish: Wish
    /// Every key that could want the partition, with its version, ``KeyVersion/absent`` for one that is not there.
    let keys: [KeyName: KeyVersion]

    var pkey: PKey { errand.pkey }
}

/// What is to be made of a partition.
enum Wish: Hashable, Sendable {
    case present(DesiredPartition)
    case absent
    /// Its deletion is held, and it gives up the ports that somebody has wanted elsewhere since.
    case guarded

    var intent: Intent {
        switch self {
        case .guarded: .held(.deletionGuard)
        case .present(let partition): .present(partition)
        case .absent: .absent
        }
    }
}

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
    /// Every key that could want the partition, as it was told, ``KeyState/absent`` for one that is not there.
    let keys: [KeyName: KeyState]

    var pkey: PKey { errand.pkey }

    /// How the key stands that decides.
    var key: KeyState { keys[errand.key] ?? .absent }

    /// Every key that could want the partition, and the one that its record is of.
    func keys(and recorded: KeyName) -> [KeyName: KeyState] {
        keys.and(recorded)
    }
}

extension [KeyName: KeyState] {
    /// These, and the key that a record is of, which is not there if it is none of them.
    func and(_ recorded: KeyName) -> [KeyName: KeyState] {
        recorded.isEmpty ? self : merging([recorded: .absent]) { known, _ in known }
    }
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

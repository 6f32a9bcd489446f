import Fabric
import TestSupport

/// What this UFM does not do, as long as it is this one.
struct Manners {
    /// What it says of the one request that sets all members; nil where it does as asked.
    var replacing: AdapterAnswers.Kind?
    /// Whether the request that adds members makes a partition.
    var makesByAdding = true
}

/// What lasts for a while, each until its time.
struct Spells {
    /// UFM answers nonsense.
    var startingUntil: Instant = 0
    /// An empty standby answers for UFM.
    var standbyUntil: Instant = 0
    /// UFM's list fails in this way; single partitions are fine.
    var list: (failure: AdapterAnswers.Kind, until: Instant)?
    /// The writes of a partition are refused in this way.
    var refused: (pkey: PKey, failure: AdapterAnswers.Kind, until: Instant)?
    /// Partitions that are there are said not to be.
    var hidden: (pkeys: Set<PKey>, inLists: Bool, singly: Bool, until: Instant)?
    /// Every list of the keys is older than what the watch told.
    var staleUntil: Instant = 0
    /// ``Site/fork`` answers lists: always where it is another cluster, else in turn with the store.
    var fork: (isOtherCluster: Bool, until: Instant)?
    var isForksTurn = false
    /// The store's quota is used up.
    var fullUntil: Instant = 0
}

internal import Fabric
internal import Planning

/// The partitions that are in conflict, as far as that was told. Pure.
struct Conflicts: Sendable {
    private var told: [PKey: Conflict] = [:]
    /// Those that are in conflict, in ascending order.
    private(set) var pkeys = Capped<PKey>()

    /// A partition is in conflict, or is no more; says whether that is news.
    mutating func set(_ conflict: Conflict?, of pkey: PKey) -> Bool {
        guard told[pkey] != conflict else { return false }
        told[pkey] = conflict
        pkeys = Capped(told.keys.sorted())
        return true
    }

    /// Everything was gone through: these are in conflict and no others; gives what is news.
    mutating func take(_ found: [PKey: Conflict]) -> [Finding.What] {
        guard found != told else { return [] }
        let changed = Set(told.keys).union(found.keys).filter { told[$0] != found[$0] }.sorted()
        told = found
        pkeys = Capped(told.keys.sorted())
        return changed.map { .conflict($0, found[$0]) }
    }

    /// All that are in conflict, in ascending order.
    var all: [PKey] { told.keys.sorted() }

    subscript(pkey: PKey) -> Conflict? { told[pkey] }
}

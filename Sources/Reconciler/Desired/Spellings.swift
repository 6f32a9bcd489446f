internal import Fabric
internal import KeyHistory

/// The odd names that were seen of PKeys: `0x0005`, `0x05`. Pure.
///
/// What is written because a partition has no key, or has this one, has to rest on all the names that it may have: one of them
/// may be there and not be known, since the list that showed it was not used.
struct Spellings: Sendable {
    /// So many of one PKey are remembered, those that were seen first: who writes more has more to mend than this.
    static let most = 8

    private var names: [PKey: Set<KeyName>] = [:]

    subscript(pkey: PKey) -> Set<KeyName> { names[pkey] ?? [] }

    mutating func add(_ key: KeyName, of pkey: PKey) {
        guard names[pkey, default: []].count < Self.most else { return }
        names[pkey, default: []].insert(key)
    }
}

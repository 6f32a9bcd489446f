/// What we remember of a store, to say whether a list is of the history that we know. Pure.
///
/// Every list passes through it before it is used, and everything that is told feeds it. It remembers how far it was told,
/// each key's version and value, and for a while which keys were deleted.
package struct History: Sendable {
    /// Whose history a list is of.
    package enum Verdict: Hashable, Sendable {
        /// It goes on from what we know.
        case ours
        /// It contradicts nothing and ends before what we were told: nothing can be learnt from it.
        case old
        /// It contradicts what we know: the store was restored or rolled back, or a member has another history.
        case suspect
        /// It is of a store with another name.
        case otherStore
    }

    private struct Memory: Hashable {
        let revision: KeyVersion
        let valueHash: Int

        init(_ revision: KeyVersion, _ value: [UInt8]) {
            self.revision = revision
            // Seeded by the process; nobody can make two values collide on purpose. All bytes at once and not one by one: each list
            // brings all values.
            var hasher = Hasher()
            value.withUnsafeBytes { hasher.combine(bytes: $0) }
            valueHash = hasher.finalize()
        }

        init(_ entry: KeyEntry) { self.init(entry.revision, entry.value) }
    }

    /// So many deletions at least are remembered, and no more than twice as many.
    static let leastDeletions = 10_000

    /// The last that was told, by a list, a change or a word that nothing changed; nil before anything was. Of a former life
    /// it may be all that is left.
    package private(set) var told: StorePoint?
    private var keys: [KeyName: Memory] = [:]
    /// Whether the keys are all that there were when this was told.
    private var isComplete = false
    /// With what was known to be there no more: the deletion itself, or the first list without the key.
    private var deletions: [KeyName: KeyVersion] = [:]
    /// Those from before the last ``leastDeletions``.
    private var olderDeletions: [KeyName: KeyVersion] = [:]
    /// Of deletions up to here some may have been forgotten.
    private var forgotten = KeyVersion.absent

    /// - Parameter told: where it begins when it does not begin with a list: the floor of a former life, or a revision from
    ///   which on changes are told.
    package init(from told: StorePoint? = nil) {
        self.told = told
    }

    /// How many keys it remembers.
    package var count: Int { keys.count }

    /// The version with which a key was known to be gone since it was last set, if that is remembered.
    package func deletion(of key: KeyName) -> KeyVersion? {
        keys[key] == nil ? deletions[key] ?? olderDeletions[key] : nil
    }

    /// The version at which a key was last known to be set, or to be gone; nil of one that was never heard of, or forgotten.
    package func version(of key: KeyName) -> KeyVersion? { keys[key]?.revision ?? deletion(of: key) }

    // MARK: Lists

    /// Says whose history a list is of; it changes nothing.
    ///
    /// A list at R is ours when each key that we remember from R or before is listed unchanged, and each that is listed
    /// otherwise changed or went after R. Past what was told, a key may have changed since, or be gone; it never goes back to what it
    /// was before we knew it.
    package func judge(_ list: KeySnapshot) -> Verdict {
        guard let told else { return .ours }
        if let known = told.store, let store = list.point.store, known != store { return .otherStore }
        guard !isContradicted(by: list, told: told.revision) else { return .suspect }
        return list.revision < told.revision ? .old : .ours
    }

    private func isContradicted(by list: KeySnapshot, told: KeyVersion) -> Bool {
        let isNewer = list.revision > told
        // How many of the remembered keys must be there, and were found unchanged.
        var found = 0
        for entry in list.entries {
            if let memory = keys[entry.key] {
                if memory.revision <= list.revision {
                    if memory == Memory(entry) {
                        found += 1
                    } else if !(isNewer && entry.revision > max(told, memory.revision)) {
                        return true
                    }
                }
            } else if !(isNewer && entry.revision > told) {
                // It was there at the list's time, and is not now: we must know that it went.
                if let gone = deletion(of: entry.key) {
                    guard gone > list.revision else { return true }
                } else if isComplete, isNewer || list.revision >= forgotten {
                    return true
                }
            }
        }
        // What is absent from a list of later may have gone since.
        return !isNewer && found < keys.values.count(where: { $0.revision <= list.revision })
    }

    /// Takes in a list that is ours: it goes on from what was known.
    ///
    /// What changed after it stays: some of that may have been told already.
    package mutating func take(_ list: KeySnapshot) {
        let known = keys.values.count { $0.revision <= list.revision }
        let told = told?.revision ?? .absent
        var found = 0
        for entry in list.entries {
            if let memory = keys[entry.key] {
                guard memory.revision <= list.revision else { continue }
                found += 1
                // It has been compared, or the list would not be ours: as a rule nearly all.
                if memory.revision == entry.revision, entry.revision <= told { continue }
            } else if let gone = deletion(of: entry.key), gone > list.revision {
                continue
            }
            keys[entry.key] = Memory(entry)
        }
        if found < known {
            let listed = Set(list.entries.map(\.key))
            for (key, memory) in keys where memory.revision <= list.revision && !listed.contains(key) {
                forget(key, with: list.revision)
            }
        }
        if !isComplete { forgotten = list.revision }
        isComplete = true
        reach(list.point)
    }

    /// Begins anew with a list: what was told before is another history's.
    package mutating func begin(with list: KeySnapshot) {
        let store = told?.store
        self = History()
        for entry in list.entries { keys[entry.key] = Memory(entry) }
        isComplete = true
        forgotten = list.revision
        told = StorePoint(store: list.point.store ?? store, revision: list.revision, term: list.point.term)
    }

    // MARK: What is told

    /// What a change says that is not newer than what was told.
    package enum Echo: Hashable, Sendable {
        /// A list told the same before the watch did.
        case heard
        /// Something newer is known of the key.
        case outdated
        /// What was told up to there cannot be true beside it.
        case contradiction
    }

    /// Compares a change with what is known, where everything up to its version had been told before.
    package func echo(of change: KeyChange) -> Echo {
        let memory = keys[change.key]
        if let memory, memory.revision > change.revision { return .outdated }
        guard let value = change.value else { return memory == nil ? .heard : .contradiction }
        guard let memory else { return .outdated }
        return memory == Memory(change.revision, value) ? .heard : .contradiction
    }

    /// Takes note of what one version changed; of all of it, since more may have been told in one version.
    ///
    /// - Parameter isGapless: whether everything before it has been told as well.
    package mutating func take(_ changes: [KeyChange], at point: StorePoint, isGapless: Bool = true) {
        if isGapless { reach(point) }
        for change in changes {
            if let value = change.value {
                keys[change.key] = Memory(change.revision, value)
            } else {
                forget(change.key, with: change.revision)
            }
        }
    }

    /// Forgets which keys went beyond the point up to which everything was told. What was set there is remembered: it may be
    /// told once more, after an older value.
    package mutating func forgetDeletionsAhead() {
        guard let told = told?.revision else { return }
        deletions = deletions.filter { $0.value <= told }
        olderDeletions = olderDeletions.filter { $0.value <= told }
    }

    /// Forgets those of the keys that were set after a list, as if nothing had been told of them.
    package mutating func forget(_ names: Set<KeyName>, after list: KeySnapshot) {
        for key in names where keys[key].map({ $0.revision > list.revision }) ?? false { keys[key] = nil }
    }

    /// Takes note that everything up to a point has been told.
    package mutating func reach(_ point: StorePoint) {
        told = told?.advanced(to: point) ?? point
    }

    private mutating func forget(_ key: KeyName, with revision: KeyVersion) {
        keys[key] = nil
        if deletions.count >= Self.leastDeletions {
            forgotten = max(forgotten, olderDeletions.values.max() ?? .absent)
            olderDeletions = deletions
            deletions = [:]
        }
        deletions[key] = revision
    }
}

/// What we remember of a store, to say whether a list is of the history that we know. Pure.
///
/// Every list passes through it before it is used, and everything that is told feeds it. It remembers how far it was told,
/// each key's version and value, and for a while which keys were deleted.
package struct History: Sendable {
    /// What a list is asked for.
    package enum Occasion: Hashable, Sendable {
        /// It takes the place of all that was known: the first one, and those after a doubt.
        case afresh
        /// It is read beside a watch that goes on.
        case besideWatch
    }

    package enum Verdict: Hashable, Sendable {
        /// It goes on from what we know, and has been taken note of.
        case ours
        /// It is from before what we know: nothing can be learnt from it.
        case old
        /// It contradicts what we know: the store was restored, or is another one.
        case suspect
    }

    private struct Memory: Hashable {
        let revision: KeyVersion
        let valueHash: Int

        init(_ revision: KeyVersion, _ value: [UInt8]) {
            self.revision = revision
            // Seeded by the process; nobody can make two values collide on purpose.
            valueHash = value.hashValue
        }
    }

    /// So many deletions at least are remembered, and no more than twice as many.
    static let leastDeletions = 10_000

    /// The last that was told, by a list, a change or a word that nothing changed; nil before anything was.
    package private(set) var told: StorePoint?
    /// The newest version that a list or a change has told.
    package private(set) var newest = KeyVersion.absent
    private var keys: [KeyName: Memory] = [:]
    private var deletions: [KeyName: KeyVersion] = [:]
    /// Those from before the last ``leastDeletions``.
    private var olderDeletions: [KeyName: KeyVersion] = [:]

    /// - Parameter told: where it begins when it does not begin with a list.
    package init(from told: StorePoint? = nil) {
        self.told = told
    }

    /// How many keys it remembers.
    package var count: Int { keys.count }

    /// The version that deleted a key since it was last set, if that is remembered.
    package func deletion(of key: KeyName) -> KeyVersion? {
        keys[key] == nil ? deletions[key] ?? olderDeletions[key] : nil
    }

    /// Says whose history a list is of, and takes note of one that is ours.
    package mutating func judge(_ list: KeySnapshot, _ occasion: Occasion) -> Verdict {
        switch occasion {
        case .afresh: break
        case .besideWatch: guard list.revision >= newest else { return .old }
        }
        take(list, occasion)
        return .ours
    }

    /// Takes note of what one version changed; of all of it, since more may have been told in one version.
    package mutating func take(_ changes: [KeyChange], at point: StorePoint) {
        reach(point)
        for change in changes {
            newest = max(newest, change.revision)
            if let value = change.value {
                keys[change.key] = Memory(change.revision, value)
            } else {
                keys[change.key] = nil
                forgetOldest()
                deletions[change.key] = change.revision
            }
        }
    }

    /// Takes note that everything up to a point has been told.
    package mutating func reach(_ point: StorePoint) {
        guard let last = told else { return told = point }
        guard point.revision >= last.revision else { return }
        // A word that names no store is one of the store that is told of.
        told = StorePoint(store: point.store ?? last.store, revision: point.revision, term: point.term ?? last.term)
    }

    private mutating func take(_ list: KeySnapshot, _ occasion: Occasion) {
        if occasion == .afresh {
            // What was told before may have been another store's.
            told = nil
            newest = .absent
            deletions = [:]
            olderDeletions = [:]
        }
        keys = [:]
        keys.reserveCapacity(list.entries.count)
        for entry in list.entries { keys[entry.key] = Memory(entry.revision, entry.value) }
        newest = max(newest, list.revision)
        reach(list.point)
    }

    private mutating func forgetOldest() {
        guard deletions.count >= Self.leastDeletions else { return }
        olderDeletions = deletions
        deletions = [:]
    }
}

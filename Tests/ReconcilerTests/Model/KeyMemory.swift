/// The keys as one life was told of them: the model's own reading of whose history a list is.
struct KeyMemory {
    private struct Told: Equatable {
        /// nil of a key that is not there.
        let wish: Wish?
        let revision: Int64
    }

    private var keys: [String: Told] = [:]
    /// Up to where everything has been told; nil before the first list.
    private var reached: Int64?
    /// When the first list was made.
    private var first: Int64 = 0
    /// The last list, which may turn out to be true.
    private var last: Store?

    /// What a list is beside what was told.
    enum Verdict {
        /// It goes on from it.
        case used
        /// It is older, or another cluster's.
        case unused
        case contradiction
    }

    /// Takes a list, if it goes on from what was told.
    mutating func hear(_ list: Store) -> Verdict {
        // What another cluster has is not told of ours.
        guard list.clusterID == Store().clusterID else { return .unused }
        last = list
        guard let reached else {
            first = list.revision
            begin(with: list)
            return .used
        }
        guard !contradicts(list, reached) else { return .contradiction }
        guard list.revision >= reached else { return .unused }
        begin(with: list)
        return .used
    }

    private func contradicts(_ list: Store, _ reached: Int64) -> Bool {
        for (name, key) in list.keys where !(list.revision > reached && key.revision > reached) {
            guard let told = keys[name] else {
                // It was not there when the first list was made, and nothing was told since; of before nobody knows.
                if list.revision >= first { return true }
                continue
            }
            if told.revision <= list.revision, told != Told(wish: key.wish, revision: key.revision) { return true }
        }
        // What is absent from a list of later may have gone since.
        return list.revision <= reached
            && keys.contains { name, told in
                told.wish != nil && told.revision <= list.revision && list.keys[name] == nil
            }
    }

    /// The life believes the last list, whatever was told before.
    ///
    /// - Returns: that list.
    mutating func believe() -> Store? {
        guard let last else { return nil }
        keys = [:]
        first = last.revision
        begin(with: last)
        return last
    }

    private mutating func begin(with list: Store) {
        for (name, told) in keys where told.wish != nil && list.keys[name] == nil {
            keys[name] = Told(wish: nil, revision: list.revision)
        }
        for (name, key) in list.keys { keys[name] = Told(wish: key.wish, revision: key.revision) }
        reached = list.revision
    }

    /// Takes what the watch tells.
    mutating func hear(_ event: Store.Event) {
        for change in event.changes {
            switch change {
            case .set(let key): keys[key.name] = Told(wish: key.wish, revision: event.revision)
            case .deleted(let name, _): keys[name] = Told(wish: nil, revision: event.revision)
            case .record: break
            }
        }
        reached = max(reached ?? event.revision, event.revision)
    }
}

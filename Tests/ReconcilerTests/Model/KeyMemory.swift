import Fabric

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
    /// How far a former life was told: a list of before is an old answer, and contradicts nothing, since nothing else is known.
    private let floor: Int64
    /// The last list, which may turn out to be true.
    private var last: Store?

    init(floor: Int64) {
        self.floor = floor
    }

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
            guard list.revision >= floor else { return .unused }
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
    mutating func believe() {
        guard let last else { return }
        keys = [:]
        first = last.revision
        begin(with: last)
    }

    private mutating func begin(with list: Store) {
        // Of some keys more may have been told by the watch.
        for (name, told) in keys where told.revision <= list.revision && list.keys[name] == nil && told.wish != nil {
            keys[name] = Told(wish: nil, revision: list.revision)
        }
        for (name, key) in list.keys where keys[name].map({ $0.revision <= list.revision }) ?? true {
            keys[name] = Told(wish: key.wish, revision: key.revision)
        }
        reached = list.revision
    }

    /// Takes what the watch tells, as far as nothing newer was told of a key before.
    mutating func hear(_ event: Store.Event) {
        for change in event.changes {
            switch change {
            case .set(let key): hear(key.name, key.wish, at: event.revision)
            case .deleted(let name, _): hear(name, nil, at: event.revision)
            case .record: break
            }
        }
        reach(event.revision)
    }

    /// Takes note that everything up to a revision has been told.
    mutating func reach(_ revision: Int64) { reached = reached.map { max($0, revision) } }

    private mutating func hear(_ name: String, _ wish: Wish?, at revision: Int64) {
        if let known = keys[name], known.revision > revision { return }
        keys[name] = Told(wish: wish, revision: revision)
    }

    /// What the life was told to be wanted of a PKey: of its keys the one that changed last counts. nil before it was told
    /// anything.
    ///
    /// A key of which it was never told that it is gone is there, though the store may have lost it: no plan can be made of
    /// what only a later list shows.
    func wish(of pkey: PKey) -> Wish? {
        guard reached != nil else { return nil }
        let there = keys.filter { name, told in
            told.wish != nil && (try? PKey(named: name.dropFirst(Store.prefix.count))) == pkey
        }
        let deciding = there.min { one, two in
            one.value.revision != two.value.revision ? one.value.revision > two.value.revision : one.key < two.key
        }
        return deciding?.value.wish ?? .absent
    }
}

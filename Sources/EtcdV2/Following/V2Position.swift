internal import EtcdGateway
internal import KeyHistory

/// Where we stand in the history of a directory of the v2 store: what is known, and what to do next. A pure value.
struct V2Position: Sendable {
    enum Step: Equatable {
        /// Read the whole directory.
        case list(RelistReason)
        /// Watch from this index on.
        ///
        /// `isSingle`: as long as there are changes that have happened already, each is asked for by itself.
        case watch(from: Int64, isSingle: Bool)
    }

    /// What a list says of a watch that goes on beside it.
    enum Verdict: Equatable {
        /// The watch has told all that the list shows; everything up to the point has been told.
        case current(StorePoint?)
        /// The watch has yet to tell something, or is dead.
        case behind
        /// The store is behind what we know, or another one.
        case otherStore
    }

    /// `/pcocc/global/opensm/pkeys/`.
    private let directory: V2DirectoryName
    private var reached: StorePoint?
    /// The version of each key as it was told: a directory that goes takes all that are in it.
    private var keys: [KeyName: KeyVersion] = [:]
    private var doubt: RelistReason? = .start
    /// How far the member's store was by its last word.
    private var seen: Int64 = 0
    /// Whether what comes next may have happened already.
    private var isCatchingUp = false

    /// - Parameter store: the id of the cluster, where it is known from before.
    init(of directory: V2DirectoryName, store: UInt64? = nil) {
        self.directory = directory
        if let store { reached = StorePoint(store: store, revision: .absent) }
    }

    var store: UInt64? { reached?.store }
    /// Everything up to this index has been told.
    var told: Int64 { reached?.revision.number ?? 0 }
    /// Whether it has begun: what fails after that is an interruption.
    var isUnderWay: Bool { seen > 0 }

    var next: Step {
        if let doubt { return .list(doubt) }
        return .watch(from: told + 1, isSingle: isCatchingUp)
    }

    /// Takes a list, from which on is followed; says whether it is of the store that is followed.
    mutating func listed(_ list: KeySnapshot) -> Bool {
        if let store, let other = list.point.store, store != other { return false }
        reached = StorePoint(store: list.point.store ?? store, revision: list.revision, term: list.point.term)
        keys = Dictionary(list.entries.map { ($0.key, $0.revision) }, uniquingKeysWith: max)
        seen = max(1, list.revision.number)
        doubt = nil
        isCatchingUp = false
        return true
    }

    /// Takes note that a watch was taken up.
    mutating func began(_ header: V2Header) {
        guard let store, let other = header.cluster else { return }
        if store != other { doubt = .clusterChanged }
    }

    /// What a change means for the keys of the directory; nil where it is known already.
    ///
    /// - Parameter begun: what was said of the store when the watch was taken up.
    mutating func received(_ event: V2Event, _ begun: V2Header) -> (StorePoint, [KeyChange])? {
        let index = event.index
        // Of the past a watch tells one change, and falls silent.
        isCatchingUp = begun.index.map { index < $0 } ?? false
        guard index > told else { return nil }
        let changes = changes(by: event)
        let point = begun.point(at: index)
        reached = reached?.advanced(to: point) ?? point
        seen = max(seen, index)
        for change in changes { keys[change.key] = change.value == nil ? nil : change.revision }
        return (point, changes)
    }

    private func changes(by event: V2Event) -> [KeyChange] {
        let version = KeyVersion(event.index)
        let name = event.node.key
        var gone: [KeyName] = []
        if event.wasDirectory || directory.isWithin(name) {
            // A directory does not become a key: `set` refuses that. Only its removal takes the keys in it.
            if event.effect == .removed { gone = directory.isWithin(name) ? Array(keys.keys) : known(below: name) }
        } else if event.effect == .removed, directory.shows(name) {
            gone = [KeyName(name)]
        }
        // A directory where a key was: the key is gone.
        if event.effect == .set, event.node.isDirectory, keys[KeyName(name)] != nil { gone.append(KeyName(name)) }
        var changes = gone.sorted().map { KeyChange.deleted(key: $0, revision: version) }
        if event.effect == .set, !event.node.isDirectory, directory.shows(name) {
            changes.append(.set(event.node.entry))
        }
        return changes
    }

    private func known(below name: String) -> [KeyName] {
        let prefix = KeyName(name + "/")
        return keys.keys.filter { $0.hasPrefix(prefix) }
    }

    /// What a list through the raft log says of a watch that has told everything up to ``told``, or seems to have.
    ///
    /// - Parameter since: how far it had been told when the list was asked for.
    mutating func judge(_ list: KeySnapshot, since: Int64) -> Verdict {
        if let store, let other = list.point.store, store != other {
            doubt = .clusterChanged
            return .otherStore
        }
        guard list.revision.number >= since else {
            doubt = .revisionWentBack
            return .otherStore
        }
        // What was told meanwhile is newer than the list.
        guard list.revision.number >= told else { return .current(nil) }
        let listed = Dictionary(list.entries.map { ($0.key, $0.revision) }, uniquingKeysWith: max)
        guard listed == keys else {
            guard list.revision.number == told else { return .behind }
            // Everything up to there was told, and it was not this.
            doubt = .doubt
            return .otherStore
        }
        guard list.revision.number > told else { return .current(nil) }
        reached = reached?.advanced(to: list.point) ?? list.point
        seen = max(seen, told)
        isCatchingUp = false
        return .current(list.point)
    }

    /// Takes note that a list or a watch ended or could not be had; says whether going on can mend it.
    mutating func failed(_ error: EtcdError) -> Bool {
        switch error.kind {
        case .compacted: doubt = .compacted
        case .malformedAnswer, .v2IsOff, .missing: doubt = .doubt
        default: break
        }
        if [.otherCluster, .missing].contains(error.kind) { return true }
        return isUnderWay || error.isOutage || error.kind == .cancelled || error.isCompaction
    }
}

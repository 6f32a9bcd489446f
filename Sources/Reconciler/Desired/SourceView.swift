internal import Fabric
package import KeyHistory
internal import Planning

/// Which source of desired state something is of.
package struct SourceID: Hashable, Sendable {
    /// What people call it: `etcd`.
    package let name: String
    /// What the names of its keys begin with, those of no other source, and what the PKey stands behind:
    /// `/pcocc/global/opensm/pkeys/`.
    package let prefix: KeyName

    package init(_ name: String, prefix: KeyName) {
        self.name = name
        self.prefix = prefix
    }

    /// Whether it is a name that this source gives.
    package func names(_ key: KeyName) -> Bool { key.hasPrefix(prefix) }
}

/// Which history of a source a list was asked of. A list that was under way when the source began anew may be of the store
/// that was before, whose versions mean nothing in this one.
package struct Epoch: Hashable, Sendable {
    package let source: SourceID
    private var number = 0

    init(of source: SourceID) {
        self.source = source
    }

    mutating func advance() { number += 1 }
}

/// What one source wants, as far as it has told it. Pure.
///
/// It says what of a list or a change is news, and keeps the entries; what they mean, ``DesiredState`` finds out.
struct SourceView: Sendable {
    enum Content {
        case members(DecodedValue)
        case unreadable(UnreadableValue)
    }

    struct Entry {
        let pkey: PKey
        let revision: KeyVersion
        let content: Content
        /// What the content asks for: made once, since it is asked for often.
        let intent: Intent
    }

    let id: SourceID
    private(set) var history = History()
    private(set) var epoch: Epoch
    private(set) var isListed = false
    /// Everything up to this version is known from a list; older changes are echoes.
    private var horizon = KeyVersion.absent
    private(set) var entries: [KeyName: Entry] = [:]
    private(set) var keysOfPKey: [PKey: Set<KeyName>] = [:]
    /// Keys under the prefix that name no PKey, with the version that was complained about.
    private var strangers: [KeyName: KeyVersion] = [:]

    init(_ id: SourceID) {
        self.id = id
        epoch = Epoch(of: id)
    }

    // MARK: What is told

    /// Judges a list; one that is ours moves the horizon, and one that was asked for afresh begins a new epoch without any
    /// entry.
    mutating func judge(_ list: KeySnapshot, _ occasion: History.Occasion) -> History.Verdict {
        let verdict = history.judge(list, occasion)
        guard verdict == .ours else { return verdict }
        horizon = list.revision
        if occasion == .afresh {
            epoch.advance()
            isListed = true
            entries = [:]
            keysOfPKey = [:]
        }
        return verdict
    }

    /// The keys that a list beside the watch shows to be gone.
    func missing(in list: KeySnapshot) -> [KeyName] {
        let listed = Set(list.entries.map(\.key))
        return entries.filter { !listed.contains($0.key) && $0.value.revision <= list.revision }.map(\.key)
    }

    /// The entries of a list beside the watch that are news.
    func news(in list: KeySnapshot) -> [KeyEntry] {
        list.entries.filter { $0.revision > (entries[$0.key]?.revision ?? .absent) }
    }

    /// Takes note of changes; gives those that no list has told already.
    mutating func take(_ changes: [KeyChange], at point: StorePoint) -> [KeyChange] {
        let news = changes.filter { $0.revision > horizon }
        history.take(news, at: point)
        return news
    }

    mutating func reach(_ point: StorePoint) { history.reach(point) }

    // MARK: The entries

    /// Sets a key; gives the entry that stood there before.
    mutating func set(_ key: KeyName, _ entry: Entry) -> Entry? {
        keysOfPKey[entry.pkey, default: []].insert(key)
        return entries.updateValue(entry, forKey: key)
    }

    /// Removes a key; gives the entry that stood there.
    mutating func remove(_ key: KeyName) -> Entry? {
        strangers[key] = nil
        guard let entry = entries.removeValue(forKey: key) else { return nil }
        keysOfPKey[entry.pkey]?.remove(key)
        if keysOfPKey[entry.pkey]?.isEmpty == true { keysOfPKey[entry.pkey] = nil }
        return entry
    }

    /// Takes note of a key that is not followed; says whether that is news.
    mutating func ignore(_ entry: KeyEntry) -> Bool {
        strangers.updateValue(entry.revision, forKey: entry.key) != entry.revision
    }

    /// What pcocc would call the key of a PKey.
    func usualKey(of pkey: PKey) -> KeyName { id.prefix + pkey.description }

    /// Of two keys for one PKey (`0x5`, `0x0005`) the one that changed last; of two from one version, the first by name.
    func decidingKey(of pkey: PKey) -> KeyName? {
        keysOfPKey[pkey]?.min { left, right in
            let leftRevision = entries[left]?.revision ?? .absent
            let rightRevision = entries[right]?.revision ?? .absent
            return leftRevision != rightRevision ? leftRevision > rightRevision : left < right
        }
    }
}

internal import Fabric
package import KeyHistory
internal import Planning
internal import Text

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
/// that was before, whose versions mean nothing in this one. And one that was when a comparison had another result than the
/// list before it may come from who gave that one.
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
    struct Entry {
        let pkey: PKey
        let revision: KeyVersion
        /// As it stands in the source.
        let value: [UInt8]
        /// What the value asks for: made once, since it is asked for often.
        let intent: Intent
    }

    /// Since when a key is missing, and how long it waits.
    struct Missed {
        let listed: KeyVersion
        let until: Duration
    }

    let id: SourceID
    private(set) var trust: SourceTrust
    private(set) var epoch: Epoch
    private(set) var isListed = false
    private(set) var entries: [KeyName: Entry] = [:]
    private(set) var keysOfPKey: [PKey: Set<KeyName>] = [:]
    /// Keys under the prefix that name no PKey, with the version that was complained about.
    private var strangers: [KeyName: KeyVersion] = [:]
    /// Keys that a list lacks whose end the watch has not told: still among the entries until it does, or until then.
    private(set) var missed: [KeyName: Missed] = [:]
    /// When the first of them has waited long enough, or sooner.
    private(set) var nextOverdue: Duration?
    /// Those of them that may have been lost: a list lacked them that may be of another history, or the watch has come past it
    /// and told no end of them.
    private var suspected: Set<KeyName> = []
    /// Keys that a list took away and of whose end the watch has told nothing yet.
    private var unheard: [KeyName: PKey] = [:]
    /// What the watch has told in a doubt, and what cannot be true beside what was told before.
    private(set) var disputes = Disputes()
    /// Names that any list or change had for a PKey, beside the one that pcocc would use.
    private(set) var spellings = Spellings()

    /// How long a key that a list lacks waits for the watch to tell its end.
    static let hearing = Duration.seconds(15)

    /// - Parameter floor: how far a former life was told.
    init(_ id: SourceID, floor: StorePoint? = nil) {
        self.id = id
        epoch = Epoch(of: id)
        trust = SourceTrust(floor: floor)
    }

    var history: History { trust.history }

    // MARK: What is told

    /// Judges a list; one that is to be used is taken note of, and one that replaces what was told begins a new epoch without
    /// any entry.
    mutating func judge(
        _ list: KeySnapshot, _ occasion: ListOccasion, now: Duration
    ) -> ListVerdict {
        let verdict = trust.judge(list, occasion, now: now)
        switch (verdict, occasion) {
        case (.believed, _), (.ours, .afresh), (.either, .afresh):
            epoch.advance()
            isListed = true
            entries = [:]
            keysOfPKey = [:]
            (missed, suspected) = ([:], [])
        // The first one that is used need not be the one that the source began with.
        case (.ours, .besideWatch), (.either, .besideWatch): isListed = true
        case (.overtaken, _), (.old, _), (.suspect, _), (.otherStore, _): break
        }
        return verdict
    }

    /// Waits for the watch to tell the end of keys that a list beside it lacks; gives the PKeys of which that is news.
    ///
    /// - Parameter isSuspected: whether the list may be of another history.
    mutating func miss(_ list: KeySnapshot, until time: Duration, isSuspected: Bool) -> Set<PKey> {
        let listed = Set(list.entries.map(\.key))
        var changed: Set<PKey> = []
        for (key, entry) in entries where !listed.contains(key) && !isKnown(entry, of: key, after: list) {
            if isSuspected { suspected.insert(key) }
            guard missed[key] == nil else { continue }
            missed[key] = Missed(listed: list.revision, until: time)
            nextOverdue = min(nextOverdue ?? time, time)
            changed.insert(entry.pkey)
        }
        for key in missed.keys where listed.contains(key) {
            missed[key] = nil
            if let pkey = entries[key]?.pkey { changed.insert(pkey) }
        }
        return changed
    }

    /// Whether something is known of a key that the list is too old for.
    private func isKnown(_ entry: Entry, of key: KeyName, after list: KeySnapshot) -> Bool {
        entry.revision > list.revision && history.version(of: key) == entry.revision
    }

    /// Takes out the keys that have waited long enough for the watch.
    mutating func overdue(now: Duration) -> [KeyName] {
        guard let next = nextOverdue, next <= now else { return [] }
        let keys = missed.filter { $0.value.until <= now }.keys.sorted()
        nextOverdue = missed.values.lazy.map(\.until).filter { $0 > now }.min()
        return keys
    }

    /// Whether a key that waits for the watch may have been lost with a history.
    func isSuspected(_ key: KeyName) -> Bool { suspected.contains(key) }

    /// A list that is used says what is so of what was disputed; gives the PKeys of which nothing is any more, and those that
    /// may have lost their key.
    mutating func settle(
        by list: KeySnapshot, _ verdict: ListVerdict, now: Duration
    ) -> (settled: Set<PKey>, lost: Set<PKey>) {
        disputes.settle(by: list, isNewHistory: verdict == .believed, now: now)
    }

    /// The PKeys of keys that a list took away and of whose end the watch has told nothing yet.
    var unheardOf: Set<PKey> { Set(unheard.values) }

    /// The partition is gone as it was to be: that a list took its key away is over.
    mutating func ended(_ pkey: PKey) {
        for (key, one) in unheard where one == pkey { unheard[key] = nil }
    }

    /// Time has passed; says whether the members agree again by now.
    mutating func pass(now: Duration) -> Bool { trust.pass(now: now) }

    /// A comparison shows that what a list alone has told is not so: those that were asked for before come too late.
    mutating func refuted() {
        trust.refuted()
        epoch.advance()
    }

    /// Somebody vouches for what it says; says whether its members were taken to disagree.
    mutating func agree() -> Bool { trust.agree() }

    /// A key is not in the list that replaces what was told.
    mutating func lost(_ key: KeyName, _ pkey: PKey) { unheard[key] = pkey }

    /// The entries of a list beside the watch that are news.
    func news(in list: KeySnapshot) -> [KeyEntry] {
        list.entries.filter { entry in
            // Two stores, one wiped after the other, give one version to two values.
            if let known = entries[entry.key] {
                guard
                    entry.revision > known.revision || (entry.revision == known.revision && entry.value != known.value)
                        || (known.revision > list.revision && !isKnown(known, of: entry.key, after: list))
                else { return false }
            }
            // It may be gone since.
            return history.deletion(of: entry.key).map { $0 <= list.revision } ?? true
        }
    }

    /// What of some changes is news.
    enum News {
        case change(KeyChange)
        /// A list has told it already; now the watch has as well.
        case heard(KeyName, PKey)
        /// Nobody knows whether it is so before the doubt has ended.
        case disputed(KeyChange)
        /// It is what was known before, whatever was told meanwhile.
        case settled(PKey)
    }

    /// Takes note of changes; gives what is news of them.
    mutating func take(_ changes: [KeyChange], at point: StorePoint) -> [News] {
        guard trust.isOfStore(point) else { return [] }
        let horizon = history.told?.revision ?? .absent
        var news: [News] = []
        var fresh: [KeyChange] = []
        for change in changes {
            // In a doubt more may be known of a key than up to where everything was told.
            guard change.revision <= max(horizon, history.version(of: change.key) ?? .absent) else {
                disputes.forget(change.key)
                news.append(.change(change))
                fresh.append(change)
                continue
            }
            switch history.echo(of: change) {
            // A list lacks it, and was told of a later time; but what the watch tells is not over yet.
            case .outdated where change.value != nil && missed[change.key] != nil && isNewer(change):
                news.append(.change(change))
                fresh.append(change)
            case .outdated where trust.isInDoubt, .contradiction where trust.isInDoubt:
                news.append(.disputed(change))
            case .outdated: break
            // The watch is somebody's word, and the list that should have told it was a lie.
            case .contradiction:
                news.append(.change(change))
                fresh.append(change)
            case .heard where missed[change.key] != nil: news.append(.change(change))
            case .heard:
                // The watch is as far as we are: nothing that it has told of the key before is news.
                if let pkey = disputes.forget(change.key) { news.append(.settled(pkey)) }
                let pkey = unheard.removeValue(forKey: change.key) ?? entries[change.key]?.pkey
                if let pkey { news.append(.heard(change.key, pkey)) }
            }
        }
        trust.take(fresh, at: point)
        suspectMissed(upTo: point)
        return news
    }

    /// The watch has told everything up to here. What a list of before lacks, and it has not told the end of, was lost.
    ///
    /// (A watch of etcd before 3.4.36 and 3.5.18 that resumes at the very version that was compacted passes over its deletions:
    /// somebody has to approve these.)
    private mutating func suspectMissed(upTo point: StorePoint) {
        for (key, one) in missed where one.listed <= point.revision { suspected.insert(key) }
    }

    private func isNewer(_ change: KeyChange) -> Bool {
        entries[change.key].map { $0.revision < change.revision } ?? false
    }

    /// Two things were told of a key.
    mutating func dispute(_ change: KeyChange, of pkey: PKey, at version: KeyVersion) {
        disputes.add(change.key, of: pkey, at: version, isSet: change.value != nil)
    }

    /// A list or a change names a PKey so.
    mutating func note(_ key: KeyName, of pkey: PKey) {
        if !isUsual(key) { spellings.add(key, of: pkey) }
    }

    mutating func reach(_ point: StorePoint) {
        trust.reach(point)
        if trust.isOfStore(point) { suspectMissed(upTo: point) }
    }

    /// Another list is asked for.
    mutating func asked(now: Duration) -> ListRequest {
        trust.asked(now: now)
        return request
    }

    var request: ListRequest {
        ListRequest(epoch: epoch, told: history.told?.revision ?? .absent, avoiding: trust.doubt?.avoided)
    }

    // MARK: The entries

    /// Sets a key; gives the entry that stood there before.
    mutating func set(_ key: KeyName, _ entry: Entry) -> Entry? {
        keysOfPKey[entry.pkey, default: []].insert(key)
        note(key, of: entry.pkey)
        // Nearly always they are empty, and a list sets all keys.
        if !missed.isEmpty { missed[key] = nil }
        if !suspected.isEmpty { suspected.remove(key) }
        if !unheard.isEmpty { unheard[key] = nil }
        return entries.updateValue(entry, forKey: key)
    }

    /// Removes a key; gives the entry that stood there.
    ///
    /// - Parameter word: who says that it is gone.
    mutating func remove(_ key: KeyName, _ word: Word) -> Entry? {
        strangers[key] = nil
        missed[key] = nil
        suspected.remove(key)
        if word == .told { unheard[key] = nil }
        if word == .listed, let pkey = entries[key]?.pkey { unheard[key] = pkey }
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

    /// Whether a key is what pcocc would call that of some PKey, ``usualKey(of:)``: found out without making that name.
    func isUsual(_ key: KeyName) -> Bool {
        let digits = key.bytes.dropFirst(id.prefix.bytes.count + 2)
        guard (1...4).contains(digits.count), digits.first != UInt8(ascii: "0"), key.hasPrefix(id.prefix) else {
            return false
        }
        return key.bytes[id.prefix.bytes.count...].starts(with: "0x".utf8)
            && digits.allSatisfy { Hex.isDigit($0) && !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains($0) }
    }

    /// Of two keys for one PKey (`0x5`, `0x0005`) the one that changed last; of two from one version, the first by name.
    func decidingKey(of pkey: PKey) -> KeyName? {
        guard let keys = keysOfPKey[pkey], keys.count != 1 else { return keysOfPKey[pkey]?.first }
        return keys.min { left, right in
            let leftRevision = entries[left]?.revision ?? .absent
            let rightRevision = entries[right]?.revision ?? .absent
            return leftRevision != rightRevision ? leftRevision > rightRevision : left < right
        }
    }
}

package import Fabric
package import KeyHistory
package import Planning

/// What the sources want of every partition, kept up to date by lists and changes. Pure.
package struct DesiredState: Sendable {
    private let reader: EntryReader
    /// In the order of precedence.
    private(set) var views: [SourceView]
    private var ports = PortIndex()
    /// PKeys of which the watch has told, or a second opinion has confirmed, what is wanted now.
    private(set) var told: Set<PKey> = []
    /// Once a source was believed to have another history: the PKeys that have had a key since then.
    private(set) var seenSince: Set<PKey>?
    /// PKeys whose keys we knew and a list lacked that is, or may be, of another history than what we knew or than a list since,
    /// without the watch's word.
    private(set) var lost: Set<PKey> = []
    /// PKeys of which a comparison has shown that what is wanted is not so, or may not be, until more is told; and those of which the
    /// watch has told while a list was in doubt, until it is compared.
    private(set) var refuted: Set<PKey> = []

    /// - Parameters:
    ///   - sources: what is followed; where two name one PKey, the first one counts.
    ///   - range: keys for other PKeys are told of and otherwise ignored.
    ///   - floors: how far a former life was told.
    package init(
        _ sources: [SourceID], flags: FlagPolicy, range: ManagedRange = .everything,
        floors: [SourceID: StorePoint] = [:]
    ) {
        views = sources.map { SourceView($0, floor: floors[$0]) }
        reader = EntryReader(flags: flags, range: range)
    }

    // MARK: What is wanted

    /// The PKeys that have a key, whatever it says.
    package var pkeys: Set<PKey> { views.reduce(into: []) { $0.formUnion($1.keysOfPKey.keys) } }

    /// What is wanted of a partition.
    package func intent(of pkey: PKey) -> Intent {
        guard !isDisputed(pkey) else { return .held(.disputed) }
        guard let (key, entry, _) = deciding(pkey) else { return .absent }
        return isMissed(key) ? .held(.awaitingWatch) : entry.intent
    }

    /// The key that decides over a partition and what it says, where nothing stands against that.
    func unquestioned(_ pkey: PKey) -> (key: KeyName, entry: SourceView.Entry)? {
        guard !isDisputed(pkey), !refuted.contains(pkey), let (key, entry, _) = deciding(pkey), !isMissed(key) else {
            return nil
        }
        return (key, entry)
    }

    /// By whose word it is wanted.
    package func word(on pkey: PKey) -> Word { told.contains(pkey) ? .told : .listed }

    /// A second opinion agrees with what is wanted of a partition, as of that version.
    ///
    /// - Parameter names: of the keys that were compared: where another one is known by now, nobody knows how that one stands.
    mutating func confirmed(_ pkey: PKey, _ revision: KeyVersion, by names: some Sequence<KeyName>) {
        guard self.revision(of: pkey) == revision, !isDisputed(pkey),
            Set(keyStates(of: pkey).keys).isSubset(of: names)
        else { return }
        refuted.remove(pkey)
        // That a key is absent is no word of anybody who has deleted it.
        if revision != .absent { told.insert(pkey) }
    }

    /// The version of the key that decides over a partition; ``KeyVersion/absent`` without one.
    package func revision(of pkey: PKey) -> KeyVersion {
        place(of: pkey).flatMap { views[$0.index].entries[$0.key]?.revision } ?? .absent
    }

    /// The name of the key that decides over a partition, or that would: what pcocc would call it.
    package func key(of pkey: PKey) -> KeyName {
        place(of: pkey)?.key ?? views.first?.usualKey(of: pkey) ?? KeyName(pkey.description)
    }

    /// The one rule of precedence: the first source that names the PKey decides, and in it the key that changed last.
    private func place(of pkey: PKey) -> (index: Int, key: KeyName)? {
        // By their places: a view is large, and to copy it costs more than to look into it.
        for index in views.indices {
            guard let keys = views[index].keysOfPKey[pkey],
                let key = keys.count == 1 ? keys.first : views[index].decidingKey(of: pkey)
            else { continue }
            return (index, key)
        }
        return nil
    }

    private func deciding(_ pkey: PKey) -> (key: KeyName, entry: SourceView.Entry, index: Int)? {
        guard let (index, key) = place(of: pkey), let entry = views[index].entries[key] else { return nil }
        return (key, entry, index)
    }

    /// Whether a word on a key is one on its partition: no other key names that. Of two, what is said of one says nothing of the
    /// other, which may decide by now.
    private func isOnly(_ key: KeyName, of pkey: PKey) -> Bool {
        views.allSatisfy { $0.keysOfPKey[pkey]?.allSatisfy { $0 == key } ?? true }
    }

    /// Whether a key of after this moment, that the watch told or a second opinion confirmed, wants a port for another
    /// partition than this.
    func isClaimed(_ guid: GUID, from pkey: PKey, since moment: SourceReach) -> Bool {
        ports.claims(on: guid).contains { claim in
            guard claim.pkey != pkey, let deciding = deciding(claim.pkey), deciding.key == claim.key else {
                return false
            }
            return told.contains(claim.pkey)
                && moment.isPassed(by: deciding.entry.revision, of: views[deciding.index].id)
        }
    }

    // MARK: What is told

    /// Takes a complete list, if it is of the history that we know, or is to be believed.
    package mutating func take(
        _ list: KeySnapshot, _ occasion: ListOccasion, from source: SourceID, now: Duration = .zero
    ) -> Outcome {
        var outcome = Outcome()
        guard let index = index(of: source) else { return outcome }
        var before = self
        // Nobody asks it, and one that is held twice is copied by the next change.
        before.ports = PortIndex()
        outcome.verdict = views[index].judge(list, occasion, now: now)
        noteNames(in: list, index)
        switch (outcome.verdict, occasion) {
        // What was told may be a store's that is no more, and is not written without a second opinion: the watch goes on from a
        // list that is not of it, or a list contradicts it.
        case (.old, .afresh), (.suspect, .afresh): told.subtract(views[index].keysOfPKey.keys)
        case (.suspect, _) where !views[index].trust.isDisagreeing: told.subtract(views[index].keysOfPKey.keys)
        case (.overtaken, _), (.old, _), (.suspect, _), (.otherStore, _): return outcome
        case (.believed, _), (.ours, .afresh), (.either, .afresh): replace(before, with: list, index, &outcome)
        case (.ours, .besideWatch), (.either, .besideWatch):
            let isEither = outcome.verdict == .either
            outcome.changed.formUnion(
                views[index].miss(list, until: now + SourceView.hearing, isSuspected: isEither))
            for entry in views[index].news(in: list) { set(entry, in: index, .listed, &outcome) }
        }
        if outcome.verdict.isUsed {
            outcome.changed.formUnion(refuted)
            refuted = []
            if views[index].trust.hasLeapt { seenSince = pkeys }
            let (settled, lost) = views[index].settle(by: list, outcome.verdict, now: now)
            outcome.changed.formUnion(settled)
            // Nobody's word was that it goes; nor was it of what an earlier list took away, if another one has contradicted that.
            let unheard = outcome.verdict == .either ? views[index].unheardOf.subtracting(told) : []
            self.lost.formUnion(lost.union(unheard).filter { deciding($0) == nil })
            outcome.lost = self.lost.subtracting(before.lost)
            outcome.changed.formUnion(outcome.lost)
        }
        return outcome
    }

    /// Puts a list in the place of all that a source had told.
    private mutating func replace(
        _ before: DesiredState, with list: KeySnapshot, _ index: Int, _ outcome: inout Outcome
    ) {
        let known = before.views[index].entries
        let readings = list.entries.map { reader.read($0, in: views[index].id) }
        ports = PortIndex(
            views.flatMap { view in view.entries.compactMap { $0.value.wish(of: $0.key) } }
                + zip(list.entries, readings).compactMap { $1.entry?.wish(of: $0.key) })
        for (entry, reading) in zip(list.entries, readings) {
            put(entry, reading, in: index, nil, &outcome, isIndexed: true, known: known[entry.key]?.revision)
        }
        for (key, entry) in known where views[index].entries[key] == nil { views[index].lost(key, entry.pkey) }
        let pkeys = pkeys
        outcome.changed = before.pkeys.union(pkeys).filter { pkey in
            before.revision(of: pkey) != revision(of: pkey) || before.intent(of: pkey) != intent(of: pkey)
        }
        told.subtract(outcome.changed)
        lost.subtract(pkeys)
        if outcome.verdict != .ours { lost.formUnion(before.pkeys.subtracting(pkeys)) }
        for (key, entry) in known where before.views[index].isSuspected(key) && !pkeys.contains(entry.pkey) {
            lost.insert(entry.pkey)
        }
        guard outcome.verdict == .believed else {
            if let seen = seenSince { seenSince = seen.union(pkeys) }
            return
        }
        seenSince = pkeys
        outcome.reverted = outcome.changed.filter { before.revision(of: $0) != .absent && revision(of: $0) != .absent }
    }

    /// Time has passed: keys are gone of which lists say so and of whose end the watch has told nothing in time, and what was
    /// held because members disagreed is let go of.
    mutating func pass(now: Duration) -> Outcome {
        var outcome = Outcome()
        let before = lost
        for index in views.indices {
            for key in views[index].overdue(now: now) {
                if views[index].isSuspected(key), let pkey = views[index].entries[key]?.pkey { lost.insert(pkey) }
                remove(key, from: index, .listed, &outcome)
            }
            if views[index].pass(now: now) { outcome.changed.formUnion(pkeys.subtracting(told)) }
        }
        outcome.lost = lost.subtracting(before)
        return outcome
    }

    /// Somebody vouches for what the sources say now: their members are not taken to disagree any more; gives the PKeys that
    /// were held for that.
    mutating func agree() -> Set<PKey> {
        var held: Set<PKey> = []
        for index in views.indices where views[index].agree() { held.formUnion(pkeys.subtracting(told)) }
        return held
    }

    // MARK: In doubt

    /// Another list of each source of which one is in doubt, where it is time for it.
    mutating func requestsInDoubt(now: Duration) -> [ListRequest] {
        views.indices.compactMap { index in
            guard let askAt = views[index].trust.doubt?.askAt, askAt <= now else { return nil }
            return views[index].asked(now: now)
        }
    }

    /// A comparison shows that what a list alone has told of a partition is not so.
    mutating func refute(_ pkey: PKey) {
        contest(pkey)
        for index in views.indices { views[index].refuted() }
    }

    /// It may not be so.
    mutating func contest(_ pkey: PKey) { refuted.insert(pkey) }

    private mutating func contest(_ key: KeyName, in index: Int) {
        if let pkey = pkey(of: key, in: index), reader.range.contains(pkey) { contest(pkey) }
    }

    /// The partition is gone as it was to be.
    mutating func ended(_ pkey: PKey) {
        for index in views.indices { views[index].ended(pkey) }
    }

    /// All sources are taken to have another history than the one of a former life.
    mutating func beginAnotherHistory() { seenSince = pkeys }

    /// Takes the changes of one version; those that a list has told already do nothing.
    package mutating func take(
        _ changes: [KeyChange], at point: StorePoint, from source: SourceID
    ) -> Outcome {
        var outcome = Outcome()
        guard let index = index(of: source) else { return outcome }
        for change in changes where change.value != nil { noteName(change.key, index) }
        for news in views[index].take(changes, at: point) {
            switch news {
            case .heard(let key, let pkey):
                guard isOnly(key, of: pkey) else { continue }
                // What a list brought is the watch's word by now: it may be let go of where it was held.
                lost.remove(pkey)
                refuted.remove(pkey)
                guard told.insert(pkey).inserted else { continue }
                outcome.heard.insert(pkey)
                outcome.changed.insert(pkey)
            case .settled(let pkey): outcome.changed.insert(pkey)
            case .disputed(let change):
                guard let pkey = pkey(of: change.key, in: index), reader.range.contains(pkey) else { continue }
                views[index].dispute(change, of: pkey, at: point.revision)
                told.remove(pkey)
                outcome.changed.insert(pkey)
            case .change(let change):
                if let value = change.value {
                    let entry = KeyEntry(key: change.key, value: value, revision: change.revision)
                    set(entry, in: index, .told, &outcome)
                } else {
                    remove(change.key, from: index, .told, &outcome)
                }
                // Nobody has compared it: what the partition has by it, and what it no longer wants, is no other's yet.
                if views[index].trust.doubt != nil { contest(change.key, in: index) }
            }
        }
        return outcome
    }

    /// Takes note that a source has told everything up to a point.
    package mutating func reach(_ point: StorePoint, in source: SourceID) {
        if let index = index(of: source) { views[index].reach(point) }
    }

    /// Takes note of the names that a list has for PKeys, and of nothing else.
    mutating func noteNames(in list: KeySnapshot, from source: SourceID) {
        if let index = index(of: source) { noteNames(in: list, index) }
    }

    /// Takes note of the names that a list has for PKeys, whether it is used or not; so for changes that are no news.
    private mutating func noteNames(in list: KeySnapshot, _ index: Int) {
        for entry in list.entries where !views[index].isUsual(entry.key) { noteName(entry.key, index) }
    }

    private mutating func noteName(_ key: KeyName, _ index: Int) {
        guard let pkey = pkey(of: key, in: index), reader.range.contains(pkey) else { return }
        views[index].note(key, of: pkey)
    }

    private func pkey(of key: KeyName, in index: Int) -> PKey? {
        key.text(behind: views[index].id.prefix).flatMap { try? PKey(named: $0) }
    }

    private func index(of source: SourceID) -> Int? { views.firstIndex { $0.id == source } }

    private mutating func set(_ entry: KeyEntry, in index: Int, _ word: Word, _ outcome: inout Outcome) {
        put(entry, reader.read(entry, in: views[index].id), in: index, word, &outcome, isIndexed: false, known: nil)
    }

    /// - Parameters:
    ///   - isIndexed: whether the ports of the whole list have been put in.
    ///   - known: the version of the key that was told of before.
    private mutating func put(
        _ entry: KeyEntry, _ reading: EntryReader.Reading, in index: Int, _ word: Word?, _ outcome: inout Outcome,
        isIndexed: Bool,
        known: KeyVersion?
    ) {
        switch reading {
        case .ignored(let reason): ignore(entry, in: index, reason, &outcome)
        case .entry(let new, let content):
            let old = views[index].set(entry.key, new)
            if let old { unindex(old, of: entry.key) }
            // A list that names a key twice was put in with the first.
            if old != nil || !isIndexed, let wish = new.wish(of: entry.key) { ports.add(wish) }
            outcome.changed.insert(new.pkey)
            note(word == .told && !isOnly(entry.key, of: new.pkey) ? nil : word, on: new.pkey)
            if known != entry.revision {
                outcome.warnings += warnings(of: entry.key, new, content, isListed: isIndexed)
            }
        }
    }

    private func warnings(
        of key: KeyName, _ entry: SourceView.Entry, _ content: EntryReader.Content, isListed: Bool
    ) -> [String] {
        var words = KeyWords(of: key)
        let pkey = entry.pkey
        words.take(content, of: pkey) {
            entry.wish(of: key).map { ports.conflicts(of: $0, isListed: isListed) } ?? []
        }
        let holders = views.filter { $0.keysOfPKey[pkey] != nil }
        words.takeRivals(
            holders.flatMap { $0.keysOfPKey[pkey] ?? [] }, of: pkey, deciding: deciding(pkey)?.key ?? key,
            whoDecides: holders.count > 1 ? holders.first?.id : nil)
        return words.lines
    }

    private mutating func ignore(_ entry: KeyEntry, in index: Int, _ reason: String, _ outcome: inout Outcome) {
        if views[index].ignore(entry) { outcome.warnings.append("\(entry.key): ignored: \(reason)") }
    }

    private mutating func remove(_ key: KeyName, from index: Int, _ word: Word, _ outcome: inout Outcome) {
        guard let entry = views[index].remove(key, word) else { return }
        unindex(entry, of: key)
        outcome.changed.insert(entry.pkey)
        // Of another key that decides now it has told nothing: that one may be gone with a history, and nobody was told.
        note(deciding(entry.pkey) == nil ? word : .listed, on: entry.pkey)
    }

    private mutating func note(_ word: Word?, on pkey: PKey) {
        if word != nil { refuted.remove(pkey) }
        switch word {
        case .told:
            told.insert(pkey)
            lost.remove(pkey)
        case .listed: told.remove(pkey)
        case nil: break
        }
        guard seenSince != nil || !lost.isEmpty, views.contains(where: { $0.keysOfPKey[pkey] != nil }) else { return }
        seenSince?.insert(pkey)
        lost.remove(pkey)
    }

    private mutating func unindex(_ entry: SourceView.Entry, of key: KeyName) {
        if let wish = entry.wish(of: key) { ports.remove(wish) }
    }
}

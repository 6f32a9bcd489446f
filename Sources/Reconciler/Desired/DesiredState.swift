package import Fabric
package import KeyHistory
package import Planning

/// What the sources want of every partition, kept up to date by lists and changes. Pure.
package struct DesiredState: Sendable {
    /// What an update did: the PKeys it may have changed, and what people should hear of.
    package struct Outcome: Equatable, Sendable {
        /// Whether a list was of the history that we know; one that was not has changed nothing.
        package var verdict = History.Verdict.ours
        package var changed: Set<PKey> = []
        package var warnings: [String] = []
    }

    private let flags: FlagPolicy
    private let range: ManagedRange
    /// In the order of precedence.
    private var views: [SourceView]
    private var ports = PortIndex()

    /// - Parameters:
    ///   - sources: what is followed; where two name one PKey, the first one counts.
    ///   - range: keys for other PKeys are told of and otherwise ignored.
    package init(_ sources: [SourceID], flags: FlagPolicy, range: ManagedRange = .everything) {
        views = sources.map(SourceView.init)
        self.flags = flags
        self.range = range
    }

    // MARK: The sources

    package var sources: [SourceID] { views.map(\.id) }
    /// What people call the sources together: `etcd`.
    package var name: String { views.map(\.id.name).joined(separator: " and ") }
    /// Whether each source has been listed.
    package var isListed: Bool { views.allSatisfy(\.isListed) }
    /// The histories that the sources are in now.
    package var epochs: [Epoch] { views.map(\.epoch) }

    package func isListed(_ source: SourceID) -> Bool { view(source)?.isListed ?? false }

    /// The newest version that a list or a change has told. A list from before it is older than what we know, or from a
    /// store that lost its history.
    package func newest(of source: SourceID) -> KeyVersion { view(source)?.history.newest ?? .absent }

    /// How far the source of a record's key had come when it was last told of, if that is not as far as the record says: it
    /// has lost its history, and what is absent from it may be lost as well. nil otherwise.
    package func lostHistory(of record: LedgerRecord) -> KeyVersion? {
        let view = views.first { $0.id.names(record.key) } ?? views.first
        guard let told = view?.history.told?.revision, told < record.revision else { return nil }
        return told
    }

    /// How many keys of a source name a PKey that may be managed.
    func keyCount(of source: SourceID) -> Int { view(source)?.entries.count ?? 0 }

    private func view(_ source: SourceID) -> SourceView? { views.first { $0.id == source } }

    // MARK: What is wanted

    /// The PKeys that have a key, whatever it says.
    package var pkeys: Set<PKey> { views.reduce(into: []) { $0.formUnion($1.keysOfPKey.keys) } }

    /// What is wanted of a partition.
    package func intent(of pkey: PKey) -> Intent {
        deciding(pkey)?.entry.intent ?? .absent
    }

    /// The version of the key that decides over a partition; ``KeyVersion/absent`` without one.
    package func revision(of pkey: PKey) -> KeyVersion { deciding(pkey)?.entry.revision ?? .absent }

    /// The name of the key that decides over a partition, or that would: what pcocc would call it.
    package func key(of pkey: PKey) -> KeyName {
        deciding(pkey)?.key ?? views.first?.usualKey(of: pkey) ?? KeyName(pkey.description)
    }

    /// Every key that names the partition, with its version, ``KeyVersion/absent`` for the names that pcocc would use and
    /// has not.
    package func revisionsOfKeys(of pkey: PKey) -> [KeyName: KeyVersion] {
        var revisions: [KeyName: KeyVersion] = [:]
        for view in views {
            revisions[view.usualKey(of: pkey)] = .absent
            for key in view.keysOfPKey[pkey] ?? [] { revisions[key] = view.entries[key]?.revision }
        }
        return revisions
    }

    /// The one rule of precedence: the first source that names the PKey decides, and in it the key that changed last.
    private func deciding(_ pkey: PKey) -> (key: KeyName, entry: SourceView.Entry)? {
        for view in views {
            if let key = view.decidingKey(of: pkey), let entry = view.entries[key] { return (key, entry) }
        }
        return nil
    }

    private func intent(of content: SourceView.Content) -> Intent {
        switch content {
        case .unreadable: return .held(.unreadable)
        case .members(let value):
            let members = flags.members(hosts: value.hosts, virtualFunctions: value.virtualFunctions)
            return DesiredPartition(members: members, ipOverIB: flags.ipOverIB).map(Intent.present) ?? .absent
        }
    }

    // MARK: What is told

    /// Takes a complete list, if it is of the history that we know: in place of all that the source told before, or beside
    /// a watch of it that goes on.
    package mutating func take(
        _ list: KeySnapshot, _ occasion: History.Occasion, from source: SourceID
    ) -> Outcome {
        var outcome = Outcome()
        guard let index = index(of: source) else { return outcome }
        switch occasion {
        case .afresh:
            let before = self
            outcome.verdict = views[index].judge(list, .afresh)
            guard outcome.verdict == .ours else { return outcome }
            let known = before.views[index].entries
            for (key, entry) in known { unindex(entry, of: key) }
            for entry in list.entries { set(entry, in: index, &outcome, known: known[entry.key]?.revision) }
            outcome.changed = before.pkeys.union(pkeys).filter { pkey in
                before.intent(of: pkey) != intent(of: pkey) || before.revision(of: pkey) != revision(of: pkey)
            }
        case .besideWatch:
            outcome.verdict = views[index].judge(list, .besideWatch)
            guard outcome.verdict == .ours else { return outcome }
            for key in views[index].missing(in: list) { remove(key, from: index, &outcome) }
            for entry in views[index].news(in: list) { set(entry, in: index, &outcome, known: nil) }
        }
        return outcome
    }

    /// Takes the changes of one version; those that a list has told already do nothing.
    package mutating func take(
        _ changes: [KeyChange], at point: StorePoint, from source: SourceID
    ) -> Outcome {
        var outcome = Outcome()
        guard let index = index(of: source) else { return outcome }
        for change in views[index].take(changes, at: point) {
            if let value = change.value {
                let entry = KeyEntry(key: change.key, value: value, revision: change.revision)
                set(entry, in: index, &outcome, known: nil)
            } else {
                remove(change.key, from: index, &outcome)
            }
        }
        return outcome
    }

    /// Takes note that a source has told everything up to a point.
    package mutating func reach(_ point: StorePoint, in source: SourceID) {
        if let index = index(of: source) { views[index].reach(point) }
    }

    private func index(of source: SourceID) -> Int? { views.firstIndex { $0.id == source } }

    private mutating func set(
        _ entry: KeyEntry, in index: Int, _ outcome: inout Outcome, known: KeyVersion?
    ) {
        let pkey: PKey
        do throws(FabricError) {
            pkey = try PKey(parsing: entry.key.text(behind: views[index].id.prefix) ?? entry.key.description)
        } catch {
            return ignore(entry, in: index, "\(error)", &outcome)
        }
        guard range.contains(pkey) else {
            return ignore(entry, in: index, "PKey \(pkey) is outside the managed range \(range)", &outcome)
        }
        let decoded = Result { () throws(UnreadableValue) in try ValueDecoder.decode(entry.value) }
        let content: SourceView.Content
        switch decoded {
        case .success(let value): content = .members(value)
        case .failure(let error): content = .unreadable(error)
        }
        let new = SourceView.Entry(
            pkey: pkey, revision: entry.revision, content: content, intent: intent(of: content))
        if let old = views[index].set(entry.key, new) { unindex(old, of: entry.key) }
        if case .members(let value) = content { ports.add(value, of: entry.key, pkey, flags.index0) }
        outcome.changed.insert(pkey)
        if known != entry.revision { outcome.warnings += warnings(of: entry.key, content, pkey) }
    }

    private func warnings(of key: KeyName, _ content: SourceView.Content, _ pkey: PKey) -> [String] {
        var warnings: [String] = []
        switch content {
        case .members(let value):
            warnings += value.warnings.map { "\(key): \($0)" }
            warnings += value.foreignVirtualFunctions(for: pkey).map {
                "\(key): vf_guids: \($0) carries another PKey than \(pkey)"
            }
            warnings += ports.conflicts(of: value, pkey).map { "\(key): \($0)" }
            if value.hosts.isEmpty, value.virtualFunctions.isEmpty {
                warnings.append("\(key): names no valid GUID: PKey \(pkey) is to have no members")
            }
        case .unreadable(let error):
            warnings.append("\(key): \(error.reason); PKey \(pkey) is held as it is")
        }
        let holders = views.filter { $0.keysOfPKey[pkey] != nil }
        let keys = holders.flatMap { $0.keysOfPKey[pkey] ?? [] }.sorted()
        if keys.count > 1 {
            let rule = holders.count == 1 ? "which changed last" : "since \(holders[0].id.name) goes first"
            warnings.append(
                "PKey \(pkey) has \(keys.count) keys (\(keys.map(\.description).joined(separator: ", "))): "
                    + "\(deciding(pkey)?.key ?? key) counts, \(rule)")
        }
        return warnings
    }

    private mutating func ignore(_ entry: KeyEntry, in index: Int, _ reason: String, _ outcome: inout Outcome) {
        if views[index].ignore(entry) { outcome.warnings.append("\(entry.key): ignored: \(reason)") }
    }

    private mutating func remove(_ key: KeyName, from index: Int, _ outcome: inout Outcome) {
        guard let entry = views[index].remove(key) else { return }
        unindex(entry, of: key)
        outcome.changed.insert(entry.pkey)
    }

    private mutating func unindex(_ entry: SourceView.Entry, of key: KeyName) {
        if case .members(let value) = entry.content { ports.remove(value, of: key) }
    }
}

package import Fabric
package import Planning

/// What etcd wants of every partition, kept up to date by lists and changes. Pure.
package struct DesiredState: Sendable {
    /// What an update did: the PKeys it may have changed, and what people should hear of.
    package struct Outcome: Equatable, Sendable {
        package var changed: Set<PKey> = []
        package var warnings: [String] = []
    }

    private enum Content {
        case members(DecodedValue)
        case unreadable(UnreadableValue)
    }

    private struct Entry {
        let pkey: PKey
        let revision: Int64
        let content: Content
        /// What the content asks for: made once, since it is asked for often.
        let intent: Intent
    }

    private let prefix: String
    private let flags: FlagPolicy
    private let range: ManagedRange
    private var entries: [String: Entry] = [:]
    private var keysOfPKey: [PKey: Set<String>] = [:]
    private var ports = PortIndex()
    /// Keys under the prefix that name no PKey, with the revision that was complained about.
    private var strangers: [String: Int64] = [:]
    /// Everything up to this revision is known from a list; older changes are echoes.
    package private(set) var horizon: Int64 = 0
    /// The newest revision that a list or a change has told. A list from before it is older than what we know, or from a
    /// store that lost its history.
    package private(set) var newest: Int64 = 0

    /// - Parameter range: keys for other PKeys are told of and otherwise ignored.
    package init(prefix: String, flags: FlagPolicy, range: ManagedRange = .everything) {
        self.prefix = prefix
        self.flags = flags
        self.range = range
    }

    /// The PKeys that have a key, whatever it says.
    package var pkeys: Set<PKey> { Set(keysOfPKey.keys) }

    /// What is wanted of a partition.
    package func intent(of pkey: PKey) -> Intent {
        deciding(pkey)?.intent ?? .absent
    }

    private func intent(of content: Content) -> Intent {
        switch content {
        case .unreadable: return .held(.unreadable)
        case .members(let value):
            let members = flags.members(hosts: value.hosts, virtualFunctions: value.virtualFunctions)
            return DesiredPartition(members: members, ipOverIB: flags.ipOverIB).map(Intent.present) ?? .absent
        }
    }

    /// The revision of the key that decides over a partition; 0 without one.
    package func revision(of pkey: PKey) -> Int64 { deciding(pkey)?.revision ?? 0 }

    /// The name of the key that decides over a partition, or that would: what pcocc would call it.
    package func key(of pkey: PKey) -> String { decidingKey(pkey) ?? prefix + pkey.description }

    /// Every key that names the partition, with its revision, 0 for the name that pcocc would use and has not.
    package func revisionsOfKeys(of pkey: PKey) -> [String: Int64] {
        var revisions = [prefix + pkey.description: Int64(0)]
        for key in keysOfPKey[pkey] ?? [] { revisions[key] = entries[key]?.revision }
        return revisions
    }

    /// Replaces all that was known by a complete list.
    package mutating func replace(with snapshot: KeySnapshot) -> Outcome {
        let before = self
        entries = [:]
        keysOfPKey = [:]
        ports = PortIndex()
        horizon = snapshot.revision
        newest = snapshot.revision
        var outcome = Outcome()
        for entry in snapshot.entries { set(entry, &outcome, known: before.entries[entry.key]?.revision) }
        outcome.changed = before.pkeys.union(pkeys).filter { pkey in
            before.intent(of: pkey) != intent(of: pkey) || before.revision(of: pkey) != revision(of: pkey)
        }
        return outcome
    }

    /// Takes a complete list beside a running watch, unless the watch has told newer things than the list can know.
    package mutating func merge(_ snapshot: KeySnapshot) -> Outcome {
        var outcome = Outcome()
        guard snapshot.revision >= newest else { return outcome }
        horizon = snapshot.revision
        newest = snapshot.revision
        let listed = Set(snapshot.entries.map(\.key))
        for (key, entry) in entries where !listed.contains(key) && entry.revision <= snapshot.revision {
            remove(key, &outcome)
        }
        for entry in snapshot.entries where entry.revision > (entries[entry.key]?.revision ?? 0) {
            set(entry, &outcome, known: nil)
        }
        return outcome
    }

    /// Takes the changes of one revision; those that a list has told already do nothing.
    package mutating func apply(_ changes: [KeyChange]) -> Outcome {
        var outcome = Outcome()
        for change in changes where change.revision > horizon {
            newest = max(newest, change.revision)
            switch change {
            case .set(let entry): set(entry, &outcome, known: nil)
            case .deleted(let key, _): remove(key, &outcome)
            }
        }
        return outcome
    }

    private mutating func set(_ entry: KeyEntry, _ outcome: inout Outcome, known: Int64?) {
        let pkey: PKey
        do throws(FabricError) {
            pkey = try PKey(parsing: entry.key.dropFirst(prefix.count))
        } catch {
            return ignore(entry, "\(error)", &outcome)
        }
        guard range.contains(pkey) else {
            return ignore(entry, "PKey \(pkey) is outside the managed range \(range)", &outcome)
        }
        let decoded = Result { () throws(UnreadableValue) in try ValueDecoder.decode(entry.value) }
        let content: Content
        switch decoded {
        case .success(let value): content = .members(value)
        case .failure(let error): content = .unreadable(error)
        }
        if case .members(let old) = entries[entry.key]?.content { ports.remove(old, of: entry.key) }
        if case .members(let value) = content { ports.add(value, of: entry.key, pkey, flags.index0) }
        entries[entry.key] = Entry(
            pkey: pkey, revision: entry.revision, content: content, intent: intent(of: content))
        keysOfPKey[pkey, default: []].insert(entry.key)
        outcome.changed.insert(pkey)
        if known != entry.revision { outcome.warnings += warnings(of: entry.key, content, pkey) }
    }

    private func warnings(of key: String, _ content: Content, _ pkey: PKey) -> [String] {
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
        if let keys = keysOfPKey[pkey], keys.count > 1 {
            warnings.append(
                "PKey \(pkey) has \(keys.count) keys (\(keys.sorted().joined(separator: ", "))): "
                    + "\(decidingKey(pkey) ?? key) counts, which changed last")
        }
        return warnings
    }

    private mutating func ignore(_ entry: KeyEntry, _ reason: String, _ outcome: inout Outcome) {
        if strangers.updateValue(entry.revision, forKey: entry.key) != entry.revision {
            outcome.warnings.append("\(entry.key): ignored: \(reason)")
        }
    }

    private mutating func remove(_ key: String, _ outcome: inout Outcome) {
        strangers[key] = nil
        guard let entry = entries.removeValue(forKey: key) else { return }
        if case .members(let value) = entry.content { ports.remove(value, of: key) }
        keysOfPKey[entry.pkey]?.remove(key)
        if keysOfPKey[entry.pkey]?.isEmpty == true { keysOfPKey[entry.pkey] = nil }
        outcome.changed.insert(entry.pkey)
    }

    private func deciding(_ pkey: PKey) -> Entry? {
        decidingKey(pkey).flatMap { entries[$0] }
    }

    /// Of two keys for one PKey (`0x5`, `0x0005`) the one that changed last; of two from one revision, the first by name.
    private func decidingKey(_ pkey: PKey) -> String? {
        keysOfPKey[pkey]?.min { left, right in
            let leftRevision = entries[left]?.revision ?? 0
            let rightRevision = entries[right]?.revision ?? 0
            return leftRevision != rightRevision ? leftRevision > rightRevision : left < right
        }
    }
}

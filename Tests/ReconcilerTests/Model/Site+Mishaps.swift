import Fabric
import KeyHistory
import Planning
@testable import Reconciler

/// What befalls the store, the ledger in it, and UFM.
extension Site {
    mutating func befallStore(_ power: Power, _ pkey: PKey) {
        let records = Set(store.records.keys)
        switch power {
        case .wipes:
            restore(Store(), overtaking: false)
            note("etcd: comes back empty")
        case .restoresBehind, .restoresOvertaking:
            guard let backup = backups.randomElement(using: &random) else { return }
            restore(backup, overtaking: power == .restoresOvertaking)
        case .revertedKeys:
            // As after a restore that somebody mended by hand: every key is there, some as they were.
            var reverted = backups.randomElement(using: &random) ?? store
            for (name, key) in store.keys where reverted.keys[name] == nil { _ = reverted.put(name, key.wish) }
            restore(reverted, overtaking: Bool.random(using: &random))
        case .lostRecords:
            let all = store.records.keys.sorted()
            let lost = Bool.random(using: &random) ? all : all.filter { _ in Bool.random(using: &random) }
            _ = try? store.transact(if: [], set: Dictionary(uniqueKeysWithValues: lost.map { ($0, nil) }))
            note("etcd: lost the records of \(lost)")
            wakeFollowers()
        case .unreadableRecords, .misspeltRecords: spoilRecord(power, pkey)
        case .compactions:
            // At the last deletion, told or not.
            let deletion = store.events.last { event in
                event.changes.contains { if case .deleted = $0 { true } else { false } }
            }
            store.compact(at: deletion?.revision ?? store.revision)
            note("etcd: compacted at \(store.compacted)")
            cutWatches(for: 0...300)
        default: return
        }
        for name in records where store.records[name] == nil {
            if let pkey = try? PKey(parsing: name) { orphaned.insert(pkey) }
        }
        // What was strange may be gone with the rest, or what was gone be there again, strange or not.
        let strange = store.ledger.strange.compactMap(\.pkey).compactMap(Self.slot)
        for slot in 0..<Self.slots { spoiled[slot] = strange.contains(slot) ? spoiled[slot] ?? steps : nil }
    }

    /// What a watch tells from here on is what the backup has, which may be of before another history that was lost.
    private mutating func forgetMarks() {
        let told = Dictionary(store.events.map { ($0.revision, Set($0.changes.compactMap(\.slot))) }) { $0.union($1) }
        for (revision, all) in marks {
            let kept = all.filter { told[revision]?.contains($0.slot) ?? false }
            marks[revision] = kept.isEmpty ? nil : kept
        }
    }

    private mutating func restore(_ backup: Store, overtaking: Bool) {
        let known = max(store.revision, daemons.map(\.follower.position).max() ?? 0)
        store.restore(backup)
        losses += 1
        forgetMarks()
        observe(.loss)
        // A revision never goes below those of the keys that are there.
        if overtaking, store.revision < known + 5 { store.touch(max(known - store.revision + Int64(draw(0...5)), 0)) }
        // As who restores may ask for, so that nobody takes what he knows for what is restored (etcdutl, `--bump-revision`).
        if overtaking, once(in: 3) { store.touch(10 * SourceTrust.leap) }
        note("etcd: comes back from a backup, at \(store.revision): \(words(of: store))")
        cutWatches(for: 0...2_000)
    }

    private mutating func spoilRecord(_ power: Power, _ pkey: PKey) {
        let name = pkey.description
        guard var record = store.records[name] else { return }
        var changes: [String: Store.Record?] = [:]
        switch (power, Bool.random(using: &random)) {
        case (.misspeltRecords, true): changes = [name: nil, Self.otherName(pkey): record]
        case (.misspeltRecords, false):
            record.record.key = KeyName(Self.name(pkeys.randomElement(using: &random) ?? pkey))
            changes = [name: record]
        case (_, let isNewer):
            record.form = isNewer ? .newer : .unreadable
            changes = [name: record]
        }
        _ = try? store.transact(if: [], set: changes)
        if let slot = Self.slot(pkey), changes.count > 1 || record.form != .plain || !record.isAbout(pkey) {
            spoiled[slot] = steps
        }
        note("etcd: the record of \(pkey) is now \(changes.keys.sorted()) \(record.form) \(record.record.key)")
        wakeFollowers()
    }

    // MARK: UFM

    /// UFM comes back with an older state: it has restarted, or is away for a moment, which nobody may have seen.
    mutating func comeBack() {
        keepPast()
        let revived = ufm.goBack()
        foreign.formUnion(revived)
        isRestarted = !once(in: 4)
        if !isRestarted { spells.startingUntil = now + .seconds(draw(1...60)) }
        expectEnds(of: revived)
        // What an older state brings back is nobody's doing of now.
        for slot in 0..<Self.slots { intruders[slot].formUnion(ufm.ports(of: Self.pkey(slot))) }
        note("UFM: comes back with an older state: \(words(of: ufm))")
    }

    /// For a moment or for long, partitions that are there are said not to be.
    mutating func hide(_ power: Power, _ pkey: PKey) {
        let hidden =
            power == .shortLists && Bool.random(using: &random)
            ? Set(pkeys.filter { _ in Bool.random(using: &random) }) : [pkey]
        let isBoth = powers.has(.absentSingly) && powers.has(.shortLists) && Bool.random(using: &random)
        spells.hidden = (
            hidden, power == .shortLists || isBoth, power == .absentSingly || isBoth,
            now + .milliseconds(draw(100...120_000))
        )
        note("UFM: hides \(hidden.sorted()) in \(power == .shortLists ? "lists" : isBoth ? "both" : "single reads")")
    }

    /// Somebody else changes a partition: one of ours, or one that he makes where we have none.
    mutating func meddle(with pkey: PKey, _ power: Power) {
        guard let slot = Self.slot(pkey) else { return }
        let before = ufm[pkey]
        var after = before
        switch (power, before, draw(0...4)) {
        case (.limitedMembers, _, _):
            guard let guid = before?.members.first?.guid else { return }
            after?.members[guid]?.membership = .limited
        case (_, nil, 0):
            // Exactly what was there once, though not by UFM's going back.
            guard let members = store.tombstones[pkey]?.tombstone.members, !members.isEmpty else { return }
            after = Partition(
                number: pkey.number, name: "api_pkey_\(pkey)", ipOverIB: true,
                members: members.map { Member(guid: $0, index0: true) })
            foreign.insert(pkey)
        case (_, nil, _):
            after = Partition(
                number: pkey.number, name: Bool.random(using: &random) ? "theirs" : "api_pkey_\(pkey)",
                ipOverIB: true,
                members: members(once(in: 3) ? drawPorts(pkey) : drawPorts(pkey).union(.stranger(1)), pkey))
            foreign.insert(pkey)
        case (_, _, 0):
            guard let guid = before?.members.first?.guid else { return }
            after?.members[guid] = nil
            if after?.members.isEmpty == true { after = nil }
        case (_, _, 1):
            for member in members(.stranger(2), pkey) { after?.members[member.guid] = member }
        case (_, _, 2):
            for member in members(drawPorts(pkey), pkey) { after?.members[member.guid] = member }
        case (_, _, 3): after = nil
        default:
            guard let guid = before?.members.first?.guid else { return }
            after?.members[guid]?.index0.toggle()
        }
        keepPast()
        revivals[pkey] = nil
        ufm.set(after, of: pkey)
        intruders[slot].formUnion(PortSet(after).subtracting(PortSet(before)))
        note("somebody else: \(pkey) is now \(after.map { "\(PortSet($0))" } ?? "gone")")
    }
}

extension Store.Change {
    /// Of a key, which slot it is of.
    fileprivate var slot: Int? {
        switch self {
        case .set(let key): key.pkey.flatMap(Site.slot)
        case .deleted(_, let pkey): pkey.flatMap(Site.slot)
        case .record: nil
        }
    }
}

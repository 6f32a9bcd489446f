import Fabric
import KeyHistory
import Planning
import Reconciler

/// A partition that we had deleted and that an older state of UFM has brought back.
struct Revival {
    /// The daemon that knew it to be gone.
    let life: Int
    let at: Instant
    let members: Set<GUID>
    let tombstone: RecordVersion
}

/// What is judged of partitions that we have deleted and that are there again: the model's own reading of the rule.
extension Site {
    /// Jobs end, some of them changed since UFM was last copied, and then UFM comes back as it was then; a stranger's
    /// partitions are there as well.
    mutating func goBackAfterDeletions() {
        for pkey in pkeys where configuration.limits.range.contains(pkey) {
            if once(in: 4), store.keys[Self.name(pkey)] == nil { meddle(with: pkey, .secondWriter) }
            put(Self.name(pkey), .present(drawPorts(pkey).union(.function(of: pkey, rank: 0))))
        }
        pass(.seconds(draw(20...60)))
        ufm.keepCopy()
        for pkey in pkeys where once(in: 4) { put(Self.name(pkey), .present(drawPorts(pkey))) }
        pass(.seconds(draw(1...60)))
        for pkey in pkeys where !once(in: 4) { delete([Self.name(pkey), Store.prefix + Self.otherName(pkey)]) }
        pass(.seconds(draw(60...120)))
        comeBack()
        pass(.seconds(draw(1...100)))
    }

    /// A deletion is to be authorised: what is kept of the partition is what was last seen there.
    mutating func judgeTombstone(_ tombstone: Tombstone, of pkey: PKey, _ index: Int) {
        guard let slot = Self.slot(pkey) else { return }
        let sight = daemons[index].witness.sights[slot]
        guard sight.isFresh, Set(tombstone.members) != Set(sight.partition?.members.guids ?? []) else { return }
        fail(
            .truth,
            "of \(pkey) \(PortSet(tombstone.members)) is to be kept, and it was last seen with \(PortSet(sight.partition))"
        )
    }

    /// A daemon takes back a partition of which nothing but a tombstone says that it is ours.
    mutating func judgeTakeBack(_ pkey: PKey, by version: RecordVersion, _ index: Int) {
        guard let slot = Self.slot(pkey) else { return fail(.scope, "\(pkey) is to be taken back: nobody's to write") }
        guard configuration.limits.range.contains(pkey), configuration.limits.policy == .sync else {
            return fail(.scope, "\(pkey) is to be taken back, and must not be touched")
        }
        let witness = daemons[index].witness
        guard witness.hasSign else {
            return fail(.scope, "\(pkey) is to be taken back, and UFM was never away nor restarted")
        }
        nearly(.scope)
        bite(.olderState)
        // One that was written anew since is compared, and refused.
        guard let kept = store.tombstones[pkey], kept.version == version else { return }
        let sight = witness.sights[slot]
        guard sight.isFresh, let there = sight.partition, Set(there.members.guids) == Set(kept.tombstone.members),
            !PortSet(there).isDisjoint(with: .functions)
        else {
            return fail(
                .scope,
                "\(pkey) is to be taken back, which was last seen with \(PortSet(sight.partition)) and had been deleted "
                    + "with \(PortSet(kept.tombstone.members))")
        }
    }

    /// UFM has come back with an older state: what a daemon knows for sure to have deleted is to go again.
    mutating func expectEnds(of revived: Set<PKey>) {
        revivals = [:]
        guard let daemon = daemons.first, daemons.count == 1, isRestarted, powers.isDisjoint(with: Self.historyLosses)
        else { return }
        for pkey in revived where daemon.witness.letGo[pkey] == true && store.records[pkey.description] == nil {
            guard let kept = store.tombstones[pkey], let there = ufm[pkey],
                Set(there.members.guids) == Set(kept.tombstone.members),
                !PortSet(there).isDisjoint(with: .functions)
            else { continue }
            revivalCount += 1
            revivals[pkey] = Revival(
                life: daemon.life, at: now, members: Set(there.members.guids), tombstone: kept.version)
        }
    }

    /// With these nobody can know whether a tombstone is of the history that is so now.
    private static let historyLosses = Powers([
        .wipes, .restoresBehind, .restoresOvertaking, .revertedKeys, .membersDisagree, .otherCluster, .staleEverywhere,
        .lostRecords, .twoDaemons, .unreadableRecords, .misspeltRecords,
    ])

    /// What UFM brought back, is ours and is still there, in words.
    func remainingRevival(_ slot: Int) -> String? {
        let pkey = Self.pkey(slot)
        guard let revival = revivals[pkey], daemons.first?.life == revival.life, configuration.limits.policy == .sync,
            era(slot).wish == .absent, era(slot).since <= revival.at,
            store.tombstones[pkey]?.version == revival.tombstone, let there = ufm[pkey],
            Set(there.members.guids) == revival.members
        else { return nil }
        return "\(pkey) was deleted, UFM came back with it, and it is there still with \(PortSet(there))"
    }
}

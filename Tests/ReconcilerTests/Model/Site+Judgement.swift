import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// What is judged: each request when it is sent, by what its daemon had been told and shown; each write when it acts.
extension Site {
    /// So many complete reads of one daemon in ten seconds are a storm.
    private static let storm = 300

    /// A daemon sends a request.
    mutating func judge(_ request: Request, _ index: Int) {
        switch request {
        case .list, .readLedger, .readFabric: countRead(index)
        case .ping, .readPartition, .amend, .dispute, .confirm: break
        case .authorise(let pkey, _, let tombstone):
            daemons[index].witness.authorised.insert(pkey)
            tombstone.map { judgeTombstone($0, of: pkey, index) }
        case .takeBack(let pkey, _, let version): judgeTakeBack(pkey, by: version, index)
        case .release(let pkey, _): judgeRelease(pkey, index)
        case .claim(let changes, let isBatch):
            if isBatch { countRead(index) }
            for (pkey, change) in changes { judgeAdoption(pkey, change, index) }
            for (pkey, change) in changes where change.record?.state == .synced { judgeSynced(pkey, change, index) }
        case .write(let step): judgeWrite(step, index)
        }
    }

    private mutating func countRead(_ index: Int) {
        if now - daemons[index].readsSince > .seconds(10) {
            daemons[index].readsSince = now
            daemons[index].reads = 0
        }
        daemons[index].reads += 1
        if daemons[index].reads > Self.storm / 10 { nearly(.restraint) }
        if daemons[index].reads > Self.storm { fail(.restraint, "\(Self.storm) complete reads in 10 s") }
    }

    // MARK: 2

    /// Ownership ends on two witnesses.
    private mutating func judgeRelease(_ pkey: PKey, _ index: Int) {
        guard let slot = Self.slot(pkey) else { return }
        let sight = daemons[index].witness.sights[slot]
        guard !sight.isLackedSingly || !sight.isLackedInList else { return }
        fail(
            .agreement,
            "\(pkey) is to be released, and no \(sight.isLackedSingly ? "list" : "single read") since its last write lacked it"
        )
    }

    // MARK: 7

    /// It is said of the value that the store is to compare: whatever that was told by, it is what was seen.
    private mutating func judgeSynced(_ pkey: PKey, _ change: RecordChange, _ index: Int) {
        guard let slot = Self.slot(pkey), let record = change.record else { return }
        let sight = daemons[index].witness.sights[slot]
        guard sight.isFresh else {
            return fail(.truth, "\(pkey) is to be called synced, and was not read since it was last written")
        }
        let told = change.keys[record.key]
        if told?.value != store.keys[record.key.description]?.entry.value { nearly(.truth) }
        if sight.isListed { bite(.listsVerify) }
        guard sight.exists, told?.version == record.revision, told?.value == Wish.present(sight.shown).value(for: pkey)
        else {
            let value = String(decoding: told?.value ?? [], as: UTF8.self)
            return fail(.truth, "\(pkey) is to be called synced with \(value), and was last seen with \(sight.shown)")
        }
    }

    /// `synced` stands in the ledger, for the key as the store has it.
    private mutating func judgeRecorded(_ pkey: PKey, _ record: LedgerRecord, _ seen: PortSet) {
        let key = store.keys[record.key.description]
        // Where the key is not compared in the same moment, it may be another one by now, of which the watch tells; or one of another
        // history, which lists will tell.
        let hasLost = Self.slot(pkey).map { eras[$0].contains { $0.cause == .loss } } ?? false
        guard !powers.has(.keysApart) || (key?.revision == record.revision.number && !hasLost) else { return }
        guard let wish = key?.wish, wish.ports != seen else { return }
        fail(.truth, "\(pkey) is now called synced @\(record.revision), which is \(wish); it was seen with \(seen)")
    }

    // MARK: 1, 3, 4 and 9

    private mutating func judgeWrite(_ step: PlanStep, _ index: Int) {
        let pkey = step.pkey
        let words = Request.write(step).words
        guard let slot = Self.slot(pkey) else { return fail(.scope, "\(words): nobody's to write") }
        guard configuration.limits.range.contains(pkey) else { return fail(.scope, "\(words): outside the range") }
        judgePolicy(step)
        if daemons.count > 1 { bite(.twoDaemons) }
        if case .remove = step, configuration.flags.index0 == .vf, let wanted = era(slot).wish.ports, !wanted.isEmpty {
            bite(.mixedIndex0)
        }
        if let since = spoiled[slot], daemons[index].witness.ledgerAsked > since {
            return fail(.scope, "\(words), though its record cannot be read, or has another spelling")
        }
        if store.records[pkey.description] == nil, spoiled[slot] == nil, !orphaned.contains(pkey),
            !released.contains(pkey) || !powers.has(.twoDaemons)
        {
            fail(.scope, "\(words) without a record in the ledger")
        }
        let witness = daemons[index].witness
        let sight = witness.sights[slot]
        // What is only added may be of any value that was there before the watch had told anything: nobody loses by it.
        let isAddition =
            switch step {
            case .create, .add: true
            case .remove, .replace, .setQoS, .delete: false
            }
        let first = witness.told[slot] ?? (isAddition ? 0 : witness.eras[slot])
        let admissible = eras(slot, from: first)
        guard admissible.contains(where: { allows($0, step, sight, index) }) || isUnheardOf(step, index) else {
            if isOutdated(step, slot, before: first, sight, index) { return }
            return failStep(step, admissible, sight)
        }
        countWrite(step, slot, index)
        if isAddition { judgeStrangers(step, admissible, sight) }
        judgePorts(step, slot, index)
    }

    /// Whether a partition is deleted of which the store has no key by a name that this life was ever told of: the store has
    /// said that its usual one is not there.
    private func isUnheardOf(_ step: PlanStep, _ index: Int) -> Bool {
        guard case .delete(let pkey) = step else { return false }
        let names = store.keys.values.filter { $0.pkey == pkey }.map(\.name)
        return !names.isEmpty
            && names.allSatisfy { $0 != Self.name(pkey) && !daemons[index].witness.names.contains($0) }
    }

    private mutating func judgePolicy(_ step: PlanStep) {
        switch (configuration.limits.policy, step) {
        case (.report, _): fail(.scope, "\(Request.write(step).words) under policy report")
        case (.upsertOnly, .delete): fail(.scope, "\(Request.write(step).words) under policy upsert-only")
        default: break
        }
    }

    /// Whether an era asks for a step.
    func allows(_ era: Era, _ step: PlanStep, _ sight: Witness.Sight, _ index: Int) -> Bool {
        guard let wanted = era.wish.ports else { return false }
        let named = PortSet(step)
        switch step {
        case .create, .add: return !wanted.isEmpty && named.isSubset(of: wanted)
        case .remove:
            return named.isDisjoint(with: wanted)
                && (mayVanish(era, step.pkey, index) || isGivenUp(named, step.pkey, index))
        case .replace: return named.isSubset(of: wanted) && sight.shown.intersection(wanted).isSubset(of: named)
        case .delete: return wanted.isEmpty && mayVanish(era, step.pkey, index)
        case .setQoS: return false
        }
    }

    /// Whether a partition whose deletion is held gives up ports to partitions that were told to want them since.
    private func isGivenUp(_ ports: PortSet, _ pkey: PKey, _ index: Int) -> Bool {
        guard daemons[index].witness.guarded[pkey] != nil else { return false }
        let wanted = (0..<Self.slots).reduce(into: PortSet()) { sum, slot in
            let witness = daemons[index].witness
            guard Self.pkey(slot) != pkey, let first = witness.told[slot] ?? witness.confirmed[slot] else { return }
            for era in eras(slot, from: first) where era.cause == .word { sum.formUnion(era.wish.ports ?? []) }
        }
        return ports.isSubset(of: wanted)
    }

    /// Whether the absence of a key is somebody's word, or was approved, as far as a daemon could notice.
    private func mayVanish(_ era: Era, _ pkey: PKey, _ index: Int) -> Bool {
        guard era.wish == .absent, era.cause == .loss, !approved.contains(pkey), let slot = Self.slot(pkey) else {
            return true
        }
        let witness = daemons[index].witness
        // What a former life was allowed goes on, as long as this one has not heard of the key; so does what another daemon was.
        let isUnheardOf = !witness.present.contains(slot) || powers.has(.twoDaemons)
        if witness.inherited?.contains(slot) == true, isUnheardOf { return true }
        return witness.noticed[slot] != era.since
    }

    private mutating func failStep(_ step: PlanStep, _ admissible: ArraySlice<Era>, _ sight: Witness.Sight) {
        let wanted = admissible.map(\.wish.description).joined(separator: ", then ")
        let words = "\(Request.write(step).words), where \(wanted) is wanted and \(sight.shown) was seen"
        let named = PortSet(step)
        let kept = admissible.reduce(into: PortSet()) { $0.formUnion($1.wish.ports ?? sight.shown) }
        switch step {
        case .delete, .remove: fail(.deletion, words)
        case .replace where !sight.shown.intersection(kept).isSubset(of: named): fail(.deletion, words)
        case .create, .add, .replace: fail(.isolation, words)
        case .setQoS: fail(.scope, words)
        }
    }

    /// A tenant's ports come while others', as far as the daemon knows, are still there.
    private mutating func judgeStrangers(_ step: PlanStep, _ admissible: ArraySlice<Era>, _ sight: Witness.Sight) {
        let wanted = admissible.reduce(into: PortSet()) { $0.formUnion($1.wish.ports ?? []) }
        let strangers = sight.possible.subtracting(sight.removed).subtracting(wanted)
        if !sight.removed.isEmpty { nearly(.isolation) }
        guard !strangers.isEmpty else { return }
        fail(.isolation, "\(Request.write(step).words) beside \(strangers), which nobody wants there any more")
    }

    private mutating func judgePorts(_ step: PlanStep, _ slot: Int, _ index: Int) {
        let witness = daemons[index].witness
        let arriving: PortSet
        switch step {
        case .create, .add, .replace: arriving = PortSet(step).subtracting(witness.sights[slot].shown)
        case .remove, .delete, .setQoS: return
        }
        guard !arriving.isEmpty else { return }
        for (other, sight) in witness.sights.enumerated() where other != slot && sight.isKnown {
            let shared = arriving.intersection(sight.possible).subtracting(.bulk)
            guard !shared.isEmpty, isTaken(shared, from: other, index) else {
                if !arriving.isDisjoint(with: ufm.ports(of: Self.pkey(other))) { nearly(.ports) }
                continue
            }
            fail(
                .ports,
                "\(Request.write(step).words), while \(Self.pkey(other)), which is to lose \(shared), was last seen "
                    + "with \(sight.possible)")
        }
    }

    /// Whether our plan takes ports from a partition, whichever of what is and was wanted of it the plan is made of.
    private func isTaken(_ ports: PortSet, from slot: Int, _ index: Int) -> Bool {
        let pkey = Self.pkey(slot)
        let witness = daemons[index].witness
        // What another daemon has made it need not know of, nor what is claimed for one that is dead, which only a ledger that knows
        // the keys refuses; and what is no record of the partition's own holds it: as it was last read, though another daemon may
        // have written one since.
        let knowsAll = !powers.has(.twoDaemons) && !powers.has(.keysApart)
        guard configuration.limits.range.contains(pkey), configuration.limits.policy == .sync,
            knowsAll || witness.owned.contains(pkey),
            !witness.strange.contains(pkey),
            let record = store.records[pkey.description], record.form == .plain, record.isAbout(pkey),
            let heard = witness.memory.wish(of: pkey)?.ports, heard.isDisjoint(with: ports)
        else { return false }
        switch record.record.state {
        case .guarded, .approved, .held: return false
        case .claimed, .synced, .failing, .deleting: break
        }
        return eras(slot, from: witness.told[slot] ?? witness.eras[slot]).allSatisfy { era in
            era.cause == .word && era.wish.ports.map { $0.isDisjoint(with: ports) } ?? false
        }
    }

    static func pkey(_ slot: Int) -> PKey { allPKeys[slot] }

    private static let allPKeys = (0x200...0x20f).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }

    // MARK: What came of it

    /// A write has acted.
    mutating func written(_ step: PlanStep, before: PortSet, _ call: Call, isLate: Bool) {
        guard let slot = Self.slot(step.pkey) else { return }
        switch step {
        case .remove, .delete, .setQoS: break
        case .create, .add, .replace:
            if isLate {
                bite(.lateWrites)
                // A single run is over before it acts, and the next one knows nothing of it.
                if configuration.runsOnce, !daemons.contains(where: { $0.life == call.life }) {
                    orphaned.insert(step.pkey)
                }
                intruders[slot].formUnion(PortSet(step))
            } else {
                judgeMix(step, slot, before, call)
            }
        }
        if ufm[step.pkey] == nil { foreign.remove(step.pkey) }
    }

    /// Two tenants are together by a request that its daemon still waits for, though it had seen the one and not seen it gone.
    private mutating func judgeMix(_ step: PlanStep, _ slot: Int, _ before: PortSet, _ call: Call) {
        if !before.isSubset(of: PortSet(step)) { nearly(.isolation) }
        let wanted = eras(slot, from: call.told).reduce(into: PortSet(step)) { $0.formUnion($1.wish.ports ?? []) }
        let strangers = ufm.ports(of: step.pkey).subtracting(wanted).subtracting(intruders[slot])
            .intersection(call.seen)
        guard !strangers.isEmpty, !PortSet(step).subtracting(before).isEmpty else { return }
        fail(
            .isolation,
            "\(Request.write(step).words) acted while \(strangers), which had been seen there, was there still")
    }

    /// A transaction of the ledger has been carried out.
    ///
    /// - Parameter claimed: of a release, the revision that the record had been claimed for.
    mutating func transacted(_ call: Call, claimed: Int64?) {
        switch call.request {
        case .claim(let changes, _):
            let records = changes.compactMapValues(\.record)
            for (pkey, record) in records where record.state == .synced { judgeRecorded(pkey, record, call.seen) }
            orphaned.subtract(records.keys)
            // It is wanted again: its next deletion is another one.
            approved.subtract(records.keys)
            released.subtract(records.keys)
            for slot in records.keys.compactMap(Self.slot) { spoiled[slot] = nil }
            for pkey in records.keys { denied = (denied.singly.subtracting([pkey]), denied.listed.subtracting([pkey])) }
        case .release(let pkey, _):
            released.insert(pkey)
            approved.remove(pkey)
            if case .late = call.stage, let slot = Self.slot(pkey), let claimed, claimed == era(slot).revision {
                fail(.scope, "a release of \(pkey) that had been given up took the record of a new claim")
            }
        case .takeBack(let pkey, _, _):
            takenBackCount += 1
            orphaned.remove(pkey)
            if let slot = Self.slot(pkey) { spoiled[slot] = nil }
        case .authorise(let pkey, _, _):
            if let slot = Self.slot(pkey) { spoiled[slot] = nil }
        case .amend(let pkey, _): if let slot = Self.slot(pkey) { spoiled[slot] = nil }
        case .list, .readLedger, .ping, .readFabric, .readPartition, .write, .confirm, .dispute: break
        }
    }

    /// A reply reaches a daemon: from now on it knows.
    mutating func hear(_ call: Call, _ reply: Reply, _ index: Int) {
        let isRefused = if case .failed(let failure) = reply { failure.isRefusal } else { false }
        daemons[index].hear(from: call.request.action.isOfFabric ? .fabric : .ledger, isRefused: isRefused, now: now)
        if case .failed = reply {
            if call.request.action.isOfFabric { daemons[index].witness.hasSign = true }
            if isRefused { nearly(.life) }
            switch call.request {
            case .ping, .readFabric, .list, .readLedger, .readPartition: nearly(.deletion)
            case .claim, .amend, .dispute, .authorise, .takeBack, .release, .confirm: nearly(.scope)
            case .write: break
            }
        }
        switch (call.request, reply) {
        case (.readFabric, .fabric(let snapshot)):
            if faults, daemons[index].witness.hasSeen { resyncs += 1 }
            daemons[index].witness.hasSeen = true
            daemons[index].witness.take(snapshot)
            for slot in 0..<Self.slots {
                daemons[index].witness.read(snapshot[Self.pkey(slot)], slot, asked: call.sent, isList: true)
            }
        case (.readPartition(let pkey), .partition(let partition)):
            guard let slot = Self.slot(pkey) else { return }
            daemons[index].witness.read(partition, slot, asked: call.sent, isList: false)
        case (.write(let step), _):
            guard let slot = Self.slot(step.pkey) else { return }
            let succeeded = if case .done = reply { true } else { false }
            daemons[index].witness.answered(step, slot, succeeded: succeeded, at: steps)
        case (.list, .keys(let shown)): hearList(shown, index)
        case (.readLedger, .records(let records)):
            if call.sent >= daemons[index].witness.ledgerAsked {
                daemons[index].witness.ledgerAsked = call.sent
                daemons[index].witness.strange = Set(records.strange.compactMap(\.pkey))
                daemons[index].witness.owned = Set(records.records.keys)
                daemons[index].witness.read(records, at: call.sent, isOneOfTwo: powers.has(.twoDaemons))
                for pkey in daemons[index].witness.letGo.keys where records.tombstones[pkey] != nil {
                    daemons[index].witness.letGo[pkey] = true
                }
            }
        case (.claim(let changes, _), .ledger(.written)):
            daemons[index].witness.owned.formUnion(changes.keys)
            for pkey in changes.keys { daemons[index].witness.letGo[pkey] = nil }
            daemons[index].witness.take(changes.mapValues(\.record), at: steps)
            confirm(changes, index)
        case (.amend(let pkey, let change), .ledger(.written)):
            daemons[index].witness.take([pkey: change.record], at: steps)
        case (.confirm(let changes), .ledger(.allowed)): confirm(changes, index)
        case (.release(let pkey, _), .ledger(.written)): daemons[index].witness.letGo[pkey] = false
        default: break
        }
    }

    /// The store has compared keys with what the daemon was shown of them.
    private mutating func confirm(_ changes: [PKey: RecordChange], _ index: Int) {
        for (pkey, change) in changes {
            guard let slot = Self.slot(pkey) else { continue }
            let compared = change.keys.values.map(\.version.number)
            let era = eras[slot].lastIndex { $0.revision > 0 && compared.contains($0.revision) }
            daemons[index].witness.confirmed[slot] = era ?? daemons[index].witness.confirmed[slot]
        }
    }

    /// A list reaches a daemon.
    mutating func hearList(_ shown: Store, _ index: Int) {
        for (slot, found) in Self.wishes(of: shown).enumerated() where found.wish != .absent {
            daemons[index].witness.present.insert(slot)
        }
        daemons[index].witness.names.formUnion(shown.keys.keys)
        switch daemons[index].witness.memory.hear(shown) {
        case .used, .unused: break
        // A list of another member, or of a store that is no more, shows nothing of what this one has lost.
        case .contradiction: if shown.lineage == store.lineage { notice(index) }
        }
    }

    /// A daemon believes the last list, whatever it was told before.
    mutating func believe(_ index: Int) {
        daemons[index].witness.memory.believe()
        notice(index)
    }

    /// A daemon can know from here on that the store has lost its history, and with it the keys that are not there.
    private mutating func notice(_ index: Int) {
        for slot in 0..<Self.slots where era(slot).wish == .absent && era(slot).cause == .loss {
            daemons[index].witness.noticed[slot] = era(slot).since
        }
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// What UFM and the ledger are to be once faults have stopped.
extension Site {
    /// Lets faults stop and everything come to rest; what UFM is then is judged.
    mutating func settle() {
        serve()
        faults = false
        spells = Spells()
        store.isFull = false
        fork = nil
        for index in daemons.indices where daemons[index].follower.phase == .abroad { daemons[index].follower.at = now }
        if difference != nil { nearly(.agreement) }
        var calm = 0
        // The longest of the design's patiences is ten minutes.
        for round in 0..<100 where breach == nil && calm < 2 {
            // What goes on and on need not be told for ever.
            isQuiet = round > 4
            // Two that hold different things undo each other's records for ever: to run two is no supported way.
            if round == 50, daemons.count > 1 {
                kill(daemons.count - 1, "one of two ended", restart: 0...0)
                starts.removeLast()
            }
            approve()
            // What is in conflict has been noted by then; half of the operators let it stand.
            if round == 4, Bool.random(using: &random) { adopt() }
            pass(.seconds(31))
            calm = difference == nil ? calm + 1 : 0
        }
        isQuiet = false
        if let difference { fail(.agreement, difference) }
    }

    /// How UFM or the ledger differs from what etcd says, in words; nil where they agree as far as they can.
    var difference: String? {
        if let manual = Self.manual, ufm[manual]?.members.count != 1 { return "the unmanaged partition was touched" }
        guard configuration.limits.policy != .report else { return nil }
        for slot in 0..<Self.slots {
            if let words = difference(slot) { return words }
        }
        return nil
    }

    private func difference(_ slot: Int) -> String? {
        let pkey = Self.pkey(slot)
        guard configuration.limits.range.contains(pkey), spoiled[slot] == nil else { return nil }
        let record = store.records[pkey.description]
        if record == nil, !isHeldByStranger(pkey), isInConflict(pkey) {
            guard store.conflicts[pkey]?.revision.number != era(slot).revision else { return nil }
            return "\(pkey) is another's, with \(ufm.ports(of: pkey)), and nobody says so"
        }
        if let words = remainingRevival(slot) { return words }
        guard !foreign.contains(pkey) || era(slot).wish.ports != [] else { return nil }
        guard !isHeldByStranger(pkey), let wanted = era(slot).wish.ports else { return nil }
        let shown = ufm[pkey]
        if wanted.isEmpty {
            guard configuration.limits.policy == .sync else { return nil }
            if record != nil { return "\(pkey) is not wanted, and its record is there: \(words(of: record))" }
            if shown != nil, isKnownAsOurs(pkey) {
                return "\(pkey) is not wanted, and UFM has the partition that we made, with \(PortSet(shown))"
            }
            return nil
        }
        guard let shown, PortSet(shown) == wanted, !wanted.contains(.bulk) || shown.members.count > PortSet.bulkCount
        else {
            return "\(pkey) is to have \(wanted) and has \(PortSet(shown)); record \(words(of: record))"
        }
        if let member = shown.members.first(where: { $0.membership != .full }) {
            return "\(pkey): \(member.guid) is limited"
        }
        if configuration.enforcesFlags, shown.ipOverIB != configuration.flags.ipOverIB { return "\(pkey): ip_over_ib" }
        guard record?.record.state == .synced, record?.record.revision.number == era(slot).revision else {
            return "\(pkey) is right, and its record is not: \(words(of: record))"
        }
        return nil
    }

    /// Whether a daemon can know that a partition without a record is ours: it may only lack one by a mistake.
    ///
    /// Of two daemons one may put back what the other has let go of; to run two is no supported way.
    private func isKnownAsOurs(_ pkey: PKey) -> Bool {
        ufm.ours.contains(pkey) && !orphaned.contains(pkey) && !isDenied(pkey) && !powers.has(.twoDaemons)
    }

    /// Whether two witnesses have said that a partition is gone which was not: no more can be asked of a daemon.
    private func isDenied(_ pkey: PKey) -> Bool { denied.singly.contains(pkey) && denied.listed.contains(pkey) }

    private func words(of record: Store.Record?) -> String {
        record.map { "\($0.form) \($0.record.state) @\($0.record.revision)" } ?? "none"
    }

    // MARK: Service

    /// Some trouble lasts while everything else is well: others are served all the same.
    private mutating func serve() {
        guard breach == nil, configuration.limits.policy == .sync, !configuration.runsOnce else { return }
        let lasting: [Power] = [.refusedPartition, .unusableList, .noSpace].filter(powers.has)
        guard let trouble = lasting.randomElement(using: &random) else { return }
        faults = false
        spells = Spells()
        store.isFull = false
        fork = nil
        // Who has told two histories within ten minutes is doubted for as long, and what he tells then waits.
        let isDoubted = losses > 1 || powers.has(.membersDisagree)
        pass(.seconds(isDoubted ? 1_300 : 100))
        guard breach == nil, difference == nil else { return }
        let pair = pkeys.filter(configuration.limits.range.contains).shuffled(using: &random).prefix(2)
        guard let victim = pair.first, let other = pair.last, victim != other else { return }
        switch trouble {
        case .refusedPartition:
            let kinds: [AdapterAnswers.Kind] = [.credentials, .rejected, .unavailable, .busy, .serverError, .malformed]
            spells.refused = (victim, kinds.randomElement(using: &random) ?? .rejected, .max)
            note("from now on writes of \(victim) end with \(spells.refused?.failure ?? .rejected)")
            if Bool.random(using: &random) {
                put(Self.name(victim), .present(drawPorts(victim)))
            } else {
                delete([Self.name(victim)])
            }
        case .unusableList:
            spells.list = (
                [.unavailable, .serverError, .malformed, .incomplete].randomElement(using: &random) ?? .rejected, .max
            )
            note("from now on UFM's list is unusable")
        default:
            store.isFull = true
            note("from now on etcd is full")
        }
        bite(trouble)
        pass(.seconds(draw(1...100)))
        expectService(of: other, trouble)
        guard trouble == .refusedPartition else { return }
        pass(.seconds(20))
        expectFailing(victim)
    }

    /// A change of another partition is carried out soon.
    private mutating func expectService(of pkey: PKey, _ trouble: Power) {
        guard let slot = Self.slot(pkey), breach == nil, spoiled[slot] == nil,
            store.records[Self.otherName(pkey)] == nil,
            // What is there and nobody's is another's for all that anybody knows.
            ufm[pkey] == nil || store.records[pkey.description] != nil
        else { return }
        // A full store takes no value: what is wanted there can only end.
        if trouble == .noSpace {
            // Whose record the store lost is nobody's.
            guard store.keys[Self.name(pkey)] != nil, ufm[pkey] != nil, store.records[pkey.description] != nil else {
                return
            }
            delete([Self.name(pkey), Store.prefix + Self.otherName(pkey)])
        } else {
            // Ports that are nowhere else, so that nothing has to be waited for.
            put(Self.name(pkey), .present(.function(of: pkey, rank: 0)))
        }
        nearly(.service)
        pass(.seconds(20))
        let wanted = era(slot).wish.ports ?? []
        guard breach == nil, !era(slot).wish.isHeld, ufm.ports(of: pkey) != wanted else { return }
        fail(
            .service,
            "\(pkey) still has \(ufm.ports(of: pkey)) 20 s after \(era(slot).wish) was told, under \(trouble)")
    }

    /// What is no record of ours holds the partition, beside one that is as well.
    private func isHeldByStranger(_ pkey: PKey) -> Bool {
        store.records.keys.contains { $0 != pkey.description && (try? PKey(parsing: $0)) == pkey }
    }

    /// What is refused for good is failing, and the ledger says so. A guarded partition gives up ports and is led nowhere.
    private mutating func expectFailing(_ pkey: PKey) {
        guard breach == nil, let slot = Self.slot(pkey), spoiled[slot] == nil, !isHeldByStranger(pkey),
            let wanted = era(slot).wish.ports, ufm.ports(of: pkey) != wanted,
            // What waits for another's port has not been refused yet.
            pkeys.allSatisfy({ $0 == pkey || ufm.ports(of: $0).isDisjoint(with: wanted) }),
            let record = store.records[pkey.description]?.record,
            record.state != .failing, record.state != .guarded, record.state != .deleting || record.error == nil
        else { return }
        fail(.service, "\(pkey) is refused, and its record says \(record.state)")
    }
}

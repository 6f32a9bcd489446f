import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// How requests are answered: what is drawn when they are sent, and what comes of it when they act.
extension Site {
    /// How long a client waits for UFM's answer to a write, and for etcd's to anything.
    private static let patience = (ufm: Instant.seconds(30), etcd: Instant.seconds(8))

    mutating func send(_ action: EngineAction, _ index: Int) {
        guard let request = Request(action) else { return }
        judge(request, index)
        let kind = drawKind(request, index)
        var (told, seen) = (0, PortSet())
        if case .claim(let changes, false) = request, let slot = changes.keys.first.flatMap(Self.slot) {
            seen = daemons[index].witness.sights[slot].shown
        }
        if case .write(let step) = request, let slot = Self.slot(step.pkey) {
            seen = daemons[index].witness.sights[slot].possible
            daemons[index].witness.sent(step, slot, at: steps)
            told = daemons[index].witness.told[slot] ?? 0
        }
        var (delay, pause) = timesApart(action, request) ?? times(request)
        switch Failure(kind)?.cause {
        case .timedOut:
            // It acts, or does nothing, when it is given up; what it does later is a call of its own.
            (delay, pause) = (request.action.isOfFabric ? Self.patience.ufm : Self.patience.etcd, 0)
        default: break
        }
        calls.append(
            Call(
                at: now + delay, life: daemons[index].life, action: action, request: request, kind: kind, sent: steps,
                pause: pause, told: told, seen: seen, compared: compareApart(request, index)))
        note("daemon \(daemons[index].life) asks: \(request.words)\(kind == .honest ? "" : " → \(kind)")")
    }

    /// How long a request takes to act, and its answer to come.
    private mutating func times(_ request: Request) -> (delay: Instant, pause: Instant) {
        guard request.action.isOfFabric else { return (draw(200...15_000), draw(200...10_000)) }
        var delay = draw(2_000...250_000)
        if powers.has(.slowRemovals) {
            switch request {
            case .write(.remove), .write(.replace), .write(.delete):
                bite(.slowRemovals)
                delay = .seconds(3)
            default: break
            }
        }
        return (delay, draw(1_000...100_000))
    }

    /// Which answer a request will get.
    private mutating func drawKind(_ request: Request, _ index: Int) -> AdapterAnswers.Kind {
        let action = request.action
        let isFirst = !daemons[index].answered.contains(action)
        if let kind = spellbound(request) ?? mannered(request) { return kind }
        guard faults else { return .honest }
        let turn: AdapterAnswers.Turn = isFirst ? .first : .later
        var kind = AdapterAnswers.Kind.honest
        // Claims of many are seldom asked for.
        if once(in: action == .claimBatch ? 2 : rarity) {
            let kinds = AdapterAnswers.kinds(action, turn).filter { kind in
                (Power.needed(for: AdapterAnswers.Cell(action, kind, turn)).map(powers.has) ?? false)
                    && (kind != .noSuchPartition || request.makesByAdding)
            }
            kind = choose(of: kinds, action, turn)
        }
        count(AdapterAnswers.Cell(action, kind, turn))
        return kind
    }

    /// One of the kinds; where seldom drawn ones are favoured, the one that was drawn least.
    private mutating func choose(
        of kinds: [AdapterAnswers.Kind], _ action: AdapterAnswers.Action, _ turn: AdapterAnswers.Turn
    ) -> AdapterAnswers.Kind {
        let chosen = kinds.randomElement(using: &random) ?? .honest
        guard let favoured else { return chosen }
        return kinds.min { one, two in
            favoured[AdapterAnswers.Cell(action, one, turn), default: 0]
                < favoured[AdapterAnswers.Cell(action, two, turn), default: 0]
        } ?? chosen
    }

    /// What this UFM makes of a request that it never takes.
    private mutating func mannered(_ request: Request) -> AdapterAnswers.Kind? {
        guard case .write(let step) = request, spells.standbyUntil <= now, spells.startingUntil <= now else {
            return nil
        }
        switch step {
        case .create(let new) where new.way == .adding && !manners.makesByAdding && ufm[new.pkey] == nil:
            bite(.onlyEmptyMade)
            return .noSuchPartition
        case .create(let new) where new.way == .whole: return manners.replacing
        case .replace:
            if manners.replacing != nil { bite(powers.has(.onlyEmptyMade) ? .onlyEmptyMade : .noReplacing) }
            return manners.replacing
        default: return nil
        }
    }

    /// What a spell makes of a request.
    private func spellbound(_ request: Request) -> AdapterAnswers.Kind? {
        switch request {
        case .write(let step):
            guard let refused = spells.refused, refused.pkey == step.pkey, refused.until > now else { return nil }
            return refused.failure
        case .readFabric: return spells.list.flatMap { $0.until > now ? $0.failure : nil }
        default: return nil
        }
    }

    // MARK: Acting

    /// A request acts; gives what is to be answered.
    mutating func act(_ call: Call, isLate: Bool) -> Reply {
        let kind = isLate ? .honest : call.kind
        if kind.effect == .late || kind.effect == .lateTwice { linger(call) }
        let reply: Reply =
            switch call.request {
            case .list:
                daemons.firstIndex { $0.life == call.life }.flatMap(missingDirectory).map(Reply.failed)
                    ?? .keys(shown(kind))
            case .readLedger: .records(store.ledger)
            case .claim, .amend, .dispute, .authorise, .takeBack, .release, .confirm: transact(call, kind)
            case .ping: ping()
            case .readFabric: tellingRestart(readFabric(kind), kind)
            case .readPartition(let pkey): readPartition(pkey, kind)
            case .write(let step): write(step, kind, call, isLate: isLate)
            }
        if let refusal = StepRefusal(kind, of: call.request.pkey), case .done = reply { return .refused(refusal) }
        return Failure(kind, of: call.request.pkey).map(Reply.failed) ?? reply
    }

    /// A request that was given up acts some time later: etcd takes up to 40 s, UFM up to a minute.
    private mutating func linger(_ call: Call) {
        var call = call
        call.stage = .late
        call.at = now + draw(0...(call.request.action.isOfFabric ? 60_000 : 40_000)) * 1_000
        calls.append(call)
        guard call.kind.effect == .lateTwice else { return }
        call.at += draw(1...20_000) * 1_000
        calls.append(call)
    }

    private mutating func transact(_ call: Call, _ kind: AdapterAnswers.Kind) -> Reply {
        guard kind.effect == .whole else { return .ledger(.refused) }
        switch call.compared {
        case .stands?, nil: break
        case .differs?: return .ledger(.refused)
        case .unknown(let failure)?: return .failed(failure)
        }
        let before = store.revision
        var claimed: Int64?
        if case .release(let pkey, _) = call.request, let record = store.records[pkey.description]?.record {
            claimed = record.state == .deleting ? nil : record.revision.number
        }
        do throws(Store.Refusal) {
            let request = powers.has(.keysApart) ? call.request.withoutKeys : call.request
            let answer = try store.carryOut(request) ?? .refused
            switch answer {
            case .written: transacted(call, claimed: claimed)
            case .allowed: bite(.noSpace)
            case .refused: nearly(.truth)
            }
            if store.revision != before { wakeFollowers() }
            return .ledger(answer)
        } catch {
            bite(.noSpace)
            return .failed(Failure(.full, "etcdserver: mvcc: database space exceeded"))
        }
    }

    private mutating func write(
        _ step: PlanStep, _ kind: AdapterAnswers.Kind, _ call: Call, isLate: Bool
    ) -> Reply {
        if spells.startingUntil > now {
            bite(.startingUFM)
            return starting(step.pkey)
        }
        // A standby takes what it is told, and forgets it.
        guard spells.standbyUntil <= now else { return .done }
        let portion: FabricManager.Portion
        switch kind.effect {
        case .whole: portion = .whole
        case .half: portion = .half
        case .part:
            let ports = PortSet(step).bits
            portion = .without(PortSet(rawValue: 1 << UInt64(ports.randomElement(using: &random) ?? 0)))
        case .none, .late, .lateTwice: return .done
        }
        note("UFM does: \(Request.write(step).words)\(portion == .whole ? "" : " (\(portion))")")
        keepPast()
        let before = ufm.ports(of: step.pkey)
        ufm.perform(step, portion)
        written(step, before: before, call, isLate: isLate)
        return .done
    }

    // MARK: What is shown

    /// What a UFM answers that starts.
    private mutating func starting(_ pkey: PKey?) -> Reply {
        let kinds: [AdapterAnswers.Kind] = [.unavailable, .malformed, .serverError, .rejected, .incomplete]
        return Failure(kinds.randomElement(using: &random) ?? .unavailable, of: pkey).map(Reply.failed) ?? .done
    }

    /// The fabric as it was before one of its last changes.
    private mutating func lagging() -> FabricManager {
        past.randomElement(using: &random) ?? ufm
    }

    mutating func keepPast() {
        past.append(ufm)
        if past.count > 3 { past.removeFirst() }
    }

    /// A standby is at work, as far as it knows.
    private mutating func ping() -> Reply {
        guard spells.startingUntil > now else { return .done }
        bite(.startingUFM)
        return starting(nil)
    }

    /// A list that is answered tells of a restart, once.
    private mutating func tellingRestart(_ reply: Reply, _ kind: AdapterAnswers.Kind) -> Reply {
        guard isRestarted, case .fabric(var snapshot) = reply, Failure(kind) == nil else { return reply }
        isRestarted = false
        snapshot.isAfterRestart = true
        return .fabric(snapshot)
    }

    private mutating func readFabric(_ kind: AdapterAnswers.Kind) -> Reply {
        if spells.startingUntil > now {
            bite(.startingUFM)
            return once(in: 4) ? .fabric(FabricManager.emptyList) : starting(nil)
        }
        guard spells.standbyUntil <= now else {
            bite(.emptyStandby)
            denied.listed.formUnion(ufm.partitions.keys)
            return .fabric(FabricManager.emptyList)
        }
        var hidden: Set<PKey> = []
        if let spell = spells.hidden, spell.until > now, spell.inLists { hidden = spell.pkeys }
        var shown = ufm
        let there = ufm.partitions.keys.filter { $0 != Self.manual }.sorted()
        switch kind {
        case .older:
            shown = lagging()
            denied.listed.formUnion(Set(ufm.partitions.keys).subtracting(shown.partitions.keys))
        case .lacksOne: if let pkey = there.randomElement(using: &random) { hidden.insert(pkey) }
        case .lacksHalf: hidden.formUnion(there.filter { _ in Bool.random(using: &random) })
        case .lacksAll: hidden.formUnion(ufm.partitions.keys)
        default: break
        }
        denied.listed.formUnion(hidden)
        if !hidden.isEmpty { nearly(.deletion) }
        return .fabric(shown.list(without: hidden))
    }

    private mutating func readPartition(_ pkey: PKey, _ kind: AdapterAnswers.Kind) -> Reply {
        if spells.startingUntil > now {
            bite(.startingUFM)
            return starting(pkey)
        }
        var isHidden = kind == .absent || spells.standbyUntil > now
        if let spell = spells.hidden, spell.until > now, spell.singly, spell.pkeys.contains(pkey) { isHidden = true }
        let partition = kind == .older ? lagging()[pkey] : ufm[pkey]
        if ufm[pkey] != nil, isHidden || partition == nil {
            denied.singly.insert(pkey)
            nearly(.deletion)
        }
        return .partition(isHidden ? nil : partition)
    }

    /// The store as a list shows it.
    mutating func shown(_ kind: AdapterAnswers.Kind) -> Store {
        if let spell = spells.fork, spell.until > now, let fork {
            spells.isForksTurn.toggle()
            if spell.isOtherCluster || spells.isForksTurn {
                bite(spell.isOtherCluster ? .otherCluster : .membersDisagree)
                return fork
            }
        }
        if spells.staleUntil > now {
            bite(.staleEverywhere)
            return past(of: store)
        }
        switch kind {
        case .older: return past(of: store)
        case .disagreeing: return backups.randomElement(using: &random) ?? store
        case .otherCluster: return stranger
        default: return store
        }
    }

    /// The store as a member shows it that lags behind by some revisions.
    private mutating func past(of store: Store) -> Store {
        nearly(.isolation)
        return store.stale(at: store.revision - Int64(draw(1...6)))
    }

    /// A store of another cluster, whose revision is higher: it has none of our keys, or other values of them.
    var stranger: Store {
        mutating get {
            var other = Store()
            other.clusterID = 0xc2
            other.goAstray()
            other.touch(store.revision + Int64(draw(1...50)))
            for pkey in pkeys where Bool.random(using: &random) {
                _ = other.put(Self.name(pkey), .present(drawPorts(pkey)))
            }
            return other
        }
    }

    // MARK: Answering

    /// A reply reaches the daemon that waits for it.
    mutating func answer(_ call: Call, _ reply: Reply, _ index: Int) {
        hear(call, reply, index)
        if case .write = call.request { daemons[index].care.answered(reply) }
        guard let event = EngineEvent(reply, to: call.action) else { return }
        if case .failed(let failure) = reply {
            note("daemon \(call.life) is answered: \(call.request.words): \(failure.message)")
        } else {
            daemons[index].answered.insert(call.request.action)
            note("daemon \(call.life) is answered: \(call.request.words): \(reply.words)")
        }
        tell(event, index)
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport

/// What people and machines outside do: jobs come and go, and things befall the store, UFM and the daemons.
extension Site {
    /// Ports for a job on a PKey: from the pool that all share, or from those that only this PKey has.
    mutating func drawPorts(_ pkey: PKey) -> PortSet {
        let slot = Self.slot(pkey) ?? 0
        var ports: PortSet = []
        let isShared = powers.has(.movingPorts)
        if isShared { bite(.movingPorts) }
        for _ in 0..<draw(1...3) {
            ports.formUnion(.host(isShared ? draw(0...5) : (slot & 7) * 4 + draw(0...3)))
        }
        if powers.has(.virtualFunctions) || powers.has(.mixedIndex0) {
            for rank in 0..<draw(0...2) {
                bite(.virtualFunctions)
                ports.formUnion(.function(of: pkey, rank: rank))
            }
        }
        if powers.has(.largeValues), once(in: 12) {
            bite(.largeValues)
            ports.formUnion(.bulk)
        }
        return ports
    }

    /// A value for a key: a job's, or what else somebody may write.
    mutating func drawWish(_ pkey: PKey) -> Wish {
        let odd: [(Power, Wish)] = [
            (.unreadableValues, .unreadable), (.emptyValues, .empty), (.namelessValues, .nameless),
        ]
        for (power, wish) in odd where powers.has(power) && once(in: 8) {
            bite(power)
            return wish
        }
        return .present(drawPorts(pkey))
    }

    /// Everything may be in step already when the history begins, or half of it.
    mutating func furnish() {
        if powers.has(.noReplacing) {
            manners.replacing = [.refusedWhole, .refusedWholeDone, .noSuchCall, .nothingDone].randomElement(
                using: &random)
        }
        if powers.has(.onlyEmptyMade) { manners = Manners(replacing: .noSuchCall, makesByAdding: false) }
        store.keepsRecordsInFile = powers.has(.fileLedger)
        if store.keepsRecordsInFile { bite(.fileLedger) }
        if let manual = Self.manual, let guid = PortSet.stranger(0).guids(for: manual).first.flatMap({ GUID($0) }) {
            ufm.set(
                Partition(
                    number: manual.number, name: "storage", ipOverIB: true,
                    members: [Member(guid: guid, index0: false)]), of: manual)
        }
        // All of it is new, half, or all is in step.
        let newness = draw(0...2)
        // As many as are claimed in one transaction, or some.
        let hasAll = once(in: 2)
        for pkey in pkeys where hasAll || Bool.random(using: &random) {
            let ports = drawPorts(pkey)
            put(Self.name(pkey), .present(ports))
            guard draw(0...1) >= newness, configuration.limits.range.contains(pkey) else { continue }
            let record = LedgerRecord(.synced, key: KeyName(Self.name(pkey)), revision: KeyVersion(store.revision))
            _ = try? store.transact(if: [], set: [pkey.description: Store.Record(record: record)])
            ufm.perform(.add(pkey, members(ports, pkey), ipOverIB: configuration.flags.ipOverIB))
            note("in step: \(pkey) \(ports)")
        }
        backups = [store]
        ufm.keepCopy()
    }

    func members(_ ports: PortSet, _ pkey: PKey) -> [Member] {
        func guids(_ ports: PortSet) -> [GUID] { ports.guids(for: pkey).compactMap { GUID($0) } }
        return Array(
            configuration.flags.members(
                hosts: guids(ports.subtracting(.functions)), virtualFunctions: guids(ports.intersection(.functions))))
    }

    // MARK: Jobs

    mutating func put(_ name: String, _ wish: Wish) {
        let event = store.put(name, wish)
        let pkey = try? PKey(named: name.dropFirst(Store.prefix.count))
        if pkey.map(configuration.limits.range.contains) != true { nearly(.scope) }
        observe(.word, at: event.revision)
        note("etcd: \(name) = \(wish) @\(event.revision)")
        wakeFollowers()
    }

    mutating func delete(_ names: [String], _ cause: Era.Cause = .word) {
        guard let event = store.delete(names) else { return }
        observe(cause, at: event.revision)
        note("etcd: deleted \(names.sorted().joined(separator: " ")) @\(event.revision)")
        wakeFollowers()
    }

    /// One thing that people or machines do, drawn.
    mutating func befall() {
        steps += 1
        let pkey = pkeys.randomElement(using: &random) ?? pkeys[0]
        if !configuration.limits.range.contains(pkey) { bite(.ranges) }
        switch draw(0...19) {
        case 0, 1, 2, 3: put(Self.name(pkey), drawWish(pkey))
        case 4, 5: delete([Self.name(pkey)])
        case 6:
            // What pcocc does on a quiet machine: the next job gets the PKey of the last one.
            delete([Self.name(pkey)])
            put(Self.name(pkey), drawWish(pkey))
        case 7: if Bool.random(using: &random) { approve() } else { adopt() }
        case 8: pass(draw(1...90) * 500_000)
        case 9:
            backups.append(store)
            ufm.keepCopy()
        default:
            guard let power = powers.list.randomElement(using: &random), !power.isRare || once(in: 4) else { return }
            befall(power, pkey)
        }
    }

    /// What a power does beside the answers that it allows.
    private mutating func befall(_ power: Power, _ pkey: PKey) {
        switch power {
        case .movingPorts: swap(pkey)
        case .twoKeys: put(Store.prefix + Self.otherName(pkey), drawWish(pkey))
        case .strangeKeys:
            let names = ["", "0x7fff", "0xa001", "2001", "0x200/x", "0x199", "0X200"]
            put(Store.prefix + (names.randomElement(using: &random) ?? ""), .present(drawPorts(pkey)))
        case .massDeletions:
            guard Bool.random(using: &random) else {
                delete(pkeys.map(Self.name), .mass)
                break
            }
            for pkey in pkeys where store.keys[Self.name(pkey)] == nil { put(Self.name(pkey), drawWish(pkey)) }
        case .cuts: cutWatches(for: 0...300)
        case .longCuts: cutWatches(for: 3_000...60_000)
        case .wipes, .restoresBehind, .restoresOvertaking, .lostRecords, .unreadableRecords, .misspeltRecords,
            .revertedKeys, .compactions:
            befallStore(power, pkey)
        case .staleEverywhere:
            // Longer than that, two lists some seconds apart agree, and are to be believed.
            spells.staleUntil = now + .milliseconds(draw(500...4_500))
            cutWatches(for: 0...2_000)
        case .membersDisagree:
            fork = fork(pkey)
            spells.fork = (false, now + .seconds(draw(1...120)))
            if Bool.random(using: &random) { cutWatches(for: 0...2_000) }
        case .otherCluster:
            fork = stranger
            spells.fork = (true, now + .seconds(draw(1...120)))
            cutWatches(for: 0...1_000)
        case .noSpace:
            store.isFull.toggle()
            spells.fullUntil = now + .seconds(draw(1...300))
        case .startingUFM: spells.startingUntil = now + .seconds(draw(1...120))
        case .emptyStandby: spells.standbyUntil = now + .milliseconds(draw(100...20_000))
        case .olderState: comeBack()
        case .absentSingly, .shortLists: hide(power, pkey)
        case .unusableList:
            spells.list = (
                [.unavailable, .serverError, .malformed, .incomplete].randomElement(using: &random) ?? .rejected,
                now + .seconds(draw(5...200))
            )
        case .refusedPartition:
            let kinds: [AdapterAnswers.Kind] = [.credentials, .rejected, .unavailable, .busy, .serverError, .malformed]
            spells.refused = (pkey, kinds.randomElement(using: &random) ?? .rejected, now + .seconds(draw(5...200)))
        case .secondWriter, .limitedMembers: meddle(with: pkey, power)
        case .kills:
            guard let index = daemons.indices.randomElement(using: &random) else { return }
            kill(index, "killed", restart: 1...2_000)
        case .stops:
            guard let index = daemons.indices.randomElement(using: &random) else { return }
            daemons[index].graceUntil = daemons[index].graceUntil ?? now + .seconds(4)
            tell(.stop, index)
        case .virtualFunctions, .mixedIndex0, .largeValues, .unreadableValues, .emptyValues,
            .namelessValues, .staleLists, .lateTransactions, .etcdOutages, .etcdRefusals, .etcdRefusalsAtStart,
            .ufmOutages, .wishes, .ufmRefusals, .ufmRejections, .ufmRefusalsAtStart, .rejectedWrites, .emptySuccesses,
            .emptyLists, .laggingReads, .slowRemovals, .noReplacing, .onlyEmptyMade, .lateWrites, .partialWrites,
            .singleRuns, .stateDirectory,
            .twoDaemons, .ranges,
            .policies, .enforcedFlags, .listsVerify, .fileLedger, .keysApart:
            // These are in what is drawn elsewhere: values, answers, the daemon's options.
            return put(Self.name(pkey), drawWish(pkey))
        }
        bite(power)
    }

    /// Two jobs' ports change places, or one's move to the other's PKey.
    private mutating func swap(_ pkey: PKey) {
        guard let other = pkeys.randomElement(using: &random), other != pkey,
            let wish = store.keys[Self.name(pkey)]?.wish, case .present(let ports) = wish
        else { return }
        let hosts = Wish.present(ports.intersection(.hosts).isEmpty ? .host(0) : ports.intersection(.hosts))
        if let back = store.keys[Self.name(other)]?.wish, case .present(let ports) = back, Bool.random(using: &random) {
            put(Self.name(pkey), .present(ports.intersection(.hosts).isEmpty ? .host(1) : ports.intersection(.hosts)))
        } else {
            delete([Self.name(pkey)])
        }
        put(Self.name(other), hosts)
    }

    /// A store that has another history from here on, as a member that lost its way shows it.
    private mutating func fork(_ pkey: PKey) -> Store {
        var fork = backups.randomElement(using: &random) ?? store
        fork.goAstray()
        for _ in 0..<draw(1...3) {
            guard let pkey = pkeys.randomElement(using: &random) else { continue }
            if Bool.random(using: &random) {
                _ = fork.delete([Self.name(pkey)])
            } else {
                _ = fork.put(Self.name(pkey), .present(drawPorts(pkey)))
            }
        }
        return fork
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// The end of a partition: it is deleted, that is said, and it is ours until two witnesses agree that it is gone.
@Suite("A deletion by the engine")
struct EngineDeletionTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let gone = LedgerRecord(.deleting, key: "/p/0x5", revision: 0, isSeenGone: true)

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private func other(_ number: Int) throws -> Partition {
        try ToldEngine.partition(try PKey(parsing: "0x\(number)"), host: 2)
    }

    private mutating func answer(_ answer: EngineEvent.Answer, at now: Duration = .zero) -> [EngineAction] {
        told.answer(pkey, answer, at: now)
    }

    /// Makes the partition of a key, in this life.
    private mutating func make() throws {
        #expect(told.begin(keys: [ToldEngine.key("0x5")]).onPartitions[pkey]?.isClaim == true)
        #expect(answer(.done).onPartitions[pkey]?.isStep == true)
        _ = answer(.written)
        _ = answer(.read(try ToldEngine.partition(pkey)))
        _ = answer(.done)
    }

    /// The key goes; gives what is done when the partition was deleted and read back.
    private mutating func delete(at now: Duration, revision: KeyVersion = 101) -> [EngineAction] {
        let change = SourceEvent.changed(revision: revision, [.deleted(key: "/p/0x5", revision: revision)])
        #expect(told.tell(.source(change), at: now).onPartitions[pkey]?.isAuthorisation == true)
        #expect(answer(.done, at: now).onPartitions == [pkey: .step(.delete(pkey))])
        #expect(answer(.written, at: now).onPartitions == [pkey: .read])
        return answer(.read(nil), at: now)
    }

    private mutating func list(_ partitions: [Partition], at now: Duration) -> [EngineAction] {
        told.tell(.fabricRead(.success(FabricSnapshot(complete: partitions))), at: now)
    }

    @Test("Its end is said at the first read after it, one list follows within seconds, and then the record goes")
    mutating func wholeLife() throws {
        try make()
        #expect(delete(at: .seconds(1)).onPartitions == [pkey: .amend(gone)])
        let said = answer(.done, at: .seconds(1))
        #expect(said.texts.count == 1 && said.texts[0].hasPrefix("Successfully removed PKey 0x5 from UFM"))
        #expect(said.onPartitions == [:] && told.wakeAt == .seconds(6))
        let look = told.tell(.timer, at: .seconds(6))
        #expect(look.readsFabric && !look.readsLedger)
        let end = list([], at: .seconds(6))
        // Only if the key is still gone: somebody may want it again by then.
        guard case .release(_, _, let keys) = end.writes[pkey] else {
            Issue.record("\(end.writes)")
            return
        }
        #expect(keys.mapValues(\.version) == ["/p/0x5": .absent])
        let over = answer(.done, at: .seconds(6))
        #expect(over.isEmpty && told.wakeAt == .seconds(30))
    }

    @Test("Many deletions have one list, which takes at most a tenth of UFM's time and moves no resync")
    mutating func oneList() throws {
        try make()
        _ = told.tell(.timer, at: .seconds(30))
        _ = told.ledger(.success([pkey: LedgerRecord(.synced, key: "/p/0x5", revision: 5)]), at: .seconds(30))
        // It takes a second: none more before 40.
        _ = list([try ToldEngine.partition(pkey)], at: .seconds(31))
        _ = delete(at: .seconds(32))
        _ = answer(.done, at: .seconds(32))
        _ = told.tell(.source(.changed(revision: 102, [.set(ToldEngine.key("0x5", 102))])), at: .seconds(33))
        _ = answer(.done, at: .seconds(33))
        _ = answer(.written, at: .seconds(33))
        _ = answer(.read(try ToldEngine.partition(pkey)), at: .seconds(33))
        _ = answer(.done, at: .seconds(33))
        _ = delete(at: .seconds(34), revision: 103)
        _ = answer(.done, at: .seconds(34))
        #expect(told.wakeAt == .seconds(40))
        #expect(!told.tell(.timer, at: .seconds(39)).readsFabric)
        #expect(told.tell(.timer, at: .seconds(40)).readsFabric)
        #expect(list([], at: .seconds(40)).onPartitions[pkey]?.isRelease == true)
        _ = answer(.done, at: .seconds(40))
        #expect(told.wakeAt == .seconds(61))
        #expect(told.tell(.timer, at: .seconds(61)).readsLedger)
    }

    @Test("A record that a read shows before its claim is answered is no earlier life's")
    mutating func claimSeenEarly() throws {
        _ = told.begin(keys: [])
        _ = told.tell(.timer, at: .seconds(30))
        _ = list([], at: .seconds(30))
        let change = SourceEvent.changed(revision: 101, [.set(ToldEngine.key("0x5", 101))])
        #expect(told.tell(.source(change), at: .seconds(30)).onPartitions[pkey]?.isClaim == true)
        let claim = LedgerRecord(.claimed, key: "/p/0x5", revision: 101)
        _ = told.ledger(.success([pkey: claim]), at: .seconds(30))
        #expect(answer(.done, at: .seconds(30)).onPartitions[pkey]?.isStep == true)
        _ = answer(.written, at: .seconds(30))
        _ = answer(.read(try ToldEngine.partition(pkey)), at: .seconds(30))
        _ = answer(.done, at: .seconds(30))
        _ = delete(at: .seconds(31), revision: 102)
        _ = answer(.done, at: .seconds(31))
        #expect(told.wakeAt == .seconds(36))
    }

    @Test("A list that shows it has it deleted once more")
    mutating func shownAgain() throws {
        try make()
        _ = delete(at: .seconds(1))
        _ = answer(.done, at: .seconds(1))
        _ = told.tell(.timer, at: .seconds(6))
        let again = list([try ToldEngine.partition(pkey)], at: .seconds(6))
        #expect(again.onPartitions[pkey]?.isAuthorisation == true)
        #expect(answer(.done, at: .seconds(6)).onPartitions == [pkey: .step(.delete(pkey))])
    }

    @Test("A list that lacks much else releases nothing, and that is told once")
    mutating func startingUFM() throws {
        try make()
        _ = told.tell(.timer, at: .seconds(30))
        _ = told.ledger(.success([pkey: LedgerRecord(.synced, key: "/p/0x5", revision: 5)]), at: .seconds(30))
        _ = list([try ToldEngine.partition(pkey), try other(2), try other(3)], at: .seconds(30))
        _ = delete(at: .seconds(31))
        _ = answer(.done, at: .seconds(31))
        _ = told.tell(.timer, at: .seconds(36))
        let empty = list([], at: .seconds(36))
        #expect(empty.onPartitions == [:])
        #expect(empty.texts.contains { $0.hasPrefix("UFM's list lacks 2 of the 2 partitions that it had") })
        _ = told.tell(.timer, at: .seconds(61))
        let second = list([], at: .seconds(61))
        #expect(second.onPartitions == [:] && !second.texts.contains { $0.hasPrefix("UFM's list lacks") })
    }

    @Test("A key that is there again within milliseconds is claimed and made at once")
    mutating func recreated() throws {
        try make()
        _ = delete(at: .seconds(1))
        _ = answer(.done, at: .seconds(1))
        let change = told.tell(.source(.changed(revision: 102, [.set(ToldEngine.key("0x5", 102))])), at: .seconds(1))
        #expect(change.onPartitions == [pkey: .claim(LedgerRecord(.claimed, key: "/p/0x5", revision: 102))])
        #expect(change.texts.contains("Found 1 new PKey(s): [0x5]"))
        #expect(answer(.done, at: .seconds(1)).onPartitions[pkey]?.isStep == true)
        // What the list shows that was asked for because of the deletion changes nothing.
        _ = answer(.written, at: .seconds(1))
        _ = answer(.read(try ToldEngine.partition(pkey)), at: .seconds(1))
        _ = answer(.done, at: .seconds(1))
        _ = told.tell(.timer, at: .seconds(6))
        #expect(list([try ToldEngine.partition(pkey)], at: .seconds(6)).onPartitions == [:])
    }

    @Test("A key that is there again and cannot be read has its partition held, and no longer called gone")
    mutating func unreadable() throws {
        try make()
        _ = delete(at: .seconds(1))
        _ = answer(.done, at: .seconds(1))
        let key = KeyEntry(key: "/p/0x5", value: Array("nothing that can be read: [".utf8), revision: 102)
        let change = told.tell(.source(.changed(revision: 102, [.set(key)])), at: .seconds(2))
        guard case .amend(let record) = change.onPartitions[pkey] else {
            Issue.record("\(change)")
            return
        }
        #expect(record.state == .held && !record.isSeenGone)
    }

    @Test("After a release whose outcome is unknown the ledger is read, and nothing written before it is known")
    mutating func unknownRelease() throws {
        try make()
        _ = delete(at: .seconds(1))
        _ = answer(.done, at: .seconds(1))
        _ = told.tell(.timer, at: .seconds(6))
        #expect(list([], at: .seconds(6)).onPartitions[pkey]?.isRelease == true)
        let lost = answer(.ledger(.failure(Failure(.rejected, "unknown", outcome: .unknown))), at: .seconds(6))
        #expect(lost.readsLedger)
        let change = told.tell(
            .source(.changed(revision: 110, [.set(ToldEngine.key("0x5", 110))])), at: .seconds(7))
        #expect(change.onPartitions == [:])
        let actions = told.ledger(.success([:]), at: .seconds(7))
        #expect(actions.onPartitions == [pkey: .claim(LedgerRecord(.claimed, key: "/p/0x5", revision: 110))])
    }

    @Test("What an earlier life has deleted is not guarded, does not raise the threshold, and is not deleted again")
    mutating func inherited() throws {
        let others = try (1...12).map { try PKey(parsing: "0x10\($0)") }
        var ledger = Dictionary(
            uniqueKeysWithValues: others.map { pkey in
                (pkey, LedgerRecord(.deleting, key: "/p/\(pkey)", revision: 0, isSeenGone: true))
            })
        let start = told.begin(keys: [], ledger: ledger)
        #expect(start.onPartitions == [:] && !start.texts.contains { $0.contains("are held back") })
        told = ToldEngine()
        let lost = try (1...5).map { try PKey(parsing: "0x20\($0)") }
        for pkey in lost { ledger[pkey] = LedgerRecord(.synced, key: "/p/\(pkey)", revision: 5) }
        let guarded = told.begin(keys: [], ledger: ledger, fabric: try lost.map { try ToldEngine.partition($0) })
        #expect(guarded.texts.contains { $0.hasPrefix("5 deletions at once, of 5 partitions, are held back") })
    }

    @Test("A verdict ends with ownership: what is no longer ours is not held, and holds nothing else")
    mutating func verdictOfOthers() throws {
        let lost = try (1...5).map { try PKey(parsing: "0x20\($0)") }
        let partitions = try (lost + [pkey]).map { try ToldEngine.partition($0) }
        let kept = LedgerRecord(.synced, key: "/p/0x5", revision: 5)
        let records = lost.map { ($0, LedgerRecord(.synced, key: "/p/\($0)", revision: 5)) } + [(pkey, kept)]
        _ = told.begin(
            keys: [ToldEngine.key("0x5")], ledger: Dictionary(uniqueKeysWithValues: records), fabric: partitions)
        #expect(told.status.guarded == Capped(lost))
        // Each is said to be held, so that a stranger who takes the records away takes them from all.
        for pkey in lost { _ = told.answer(pkey, .done) }
        for second in [30, 60, 90] {
            _ = told.tell(.timer, at: .seconds(second))
            _ = told.ledger(.success([pkey: kept]), at: .seconds(second))
        }
        #expect(told.status.guarded.isEmpty)
    }

    /// A single run in whose ledger stands this record.
    private mutating func beginOnce(_ record: LedgerRecord, _ partitions: [Partition]) -> [EngineAction] {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.runsOnce = true
        told = ToldEngine(configuration)
        _ = told.tell(.started)
        _ = told.tell(.source(.listed(KeySnapshot(complete: [], revision: 100), reason: "start")))
        _ = list(partitions, at: .zero)
        return told.ledger(.success([pkey: record]))
    }

    @Test("A single run that has deleted something reads one list more before it ends, and releases it")
    mutating func once() throws {
        let start = beginOnce(LedgerRecord(.synced, key: "/p/0x5", revision: 5), [try ToldEngine.partition(pkey)])
        #expect(start.onPartitions[pkey]?.isAuthorisation == true)
        #expect(answer(.done).onPartitions == [pkey: .step(.delete(pkey))])
        _ = answer(.written)
        _ = answer(.read(nil))
        let said = answer(.done)
        #expect(said.readsFabric && said.end == nil)
        #expect(list([], at: .seconds(1)).onPartitions[pkey]?.isRelease == true)
        #expect(answer(.done, at: .seconds(1)).end == .stopped)
    }

    @Test("So does one that finds what an earlier one has deleted; a list that shows it is followed by no other")
    mutating func onceMore() throws {
        #expect(beginOnce(gone, []).readsFabric)
        #expect(list([], at: .seconds(1)).onPartitions == [pkey: .read])
        #expect(answer(.read(nil), at: .seconds(1)).onPartitions[pkey]?.isRelease == true)
        #expect(answer(.done, at: .seconds(1)).end == .stopped)
        #expect(beginOnce(gone, []).readsFabric)
        let again = list([try ToldEngine.partition(pkey)], at: .seconds(1))
        #expect(again.onPartitions[pkey]?.isAuthorisation == true)
        _ = answer(.done, at: .seconds(1))
        _ = answer(.written, at: .seconds(1))
        _ = answer(.read(nil), at: .seconds(1))
        #expect(answer(.done, at: .seconds(1)).end == .stopped)
    }
}

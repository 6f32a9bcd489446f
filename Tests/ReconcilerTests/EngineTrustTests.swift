import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// What becomes of lists that cannot be of the history that the engine was told.
@Suite("Whose history a list is of")
struct EngineTrustTests {
    private var told = ToldEngine()
    private let pkey: PKey

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private func record(_ revision: KeyVersion, _ pkey: PKey? = nil) -> LedgerRecord {
        LedgerRecord(.synced, key: ToldEngine.prefix + (pkey ?? self.pkey).description, revision: revision)
    }

    /// Everything is in step: 0x5 with host 1 at revision 90, told up to 100.
    private mutating func begin() throws {
        let start = told.begin(
            keys: [ToldEngine.key("0x5", 90)], ledger: [pkey: record(90)], fabric: [try ToldEngine.partition(pkey)])
        #expect(start.onPartitions == [:])
    }

    private func asked(_ actions: [EngineAction]) -> ListRequest? {
        actions.listRequest
    }

    /// Answers the list that was asked for last.
    private mutating func answer(
        _ request: ListRequest?, _ keys: [KeyEntry], at revision: KeyVersion, by witness: String, _ now: Duration
    ) throws -> [EngineAction] {
        let list = KeySnapshot(complete: keys, at: StorePoint(revision: revision), by: Respondent(witness))
        return told.tell(.sourceListed(try #require(request), .success(list)), at: now)
    }

    @Test("One list that contradicts what was told changes nothing, and another one is asked for at once")
    mutating func oneLie() throws {
        try begin()
        let resync = asked(told.tell(.timer, at: .seconds(31)))
        let lie = try answer(resync, [ToldEngine.key("0x5", host: 2, 80)], at: 120, by: "one", .seconds(31))
        #expect(lie.onPartitions == [:])
        #expect(told.wakeAt == .seconds(32))
        let second = asked(told.tell(.timer, at: .seconds(32)))
        #expect(second?.avoiding == Respondent("one"))
        let truth = try answer(second, [ToldEngine.key("0x5", 90)], at: 120, by: "two", .seconds(32))
        #expect(truth.onPartitions == [:])
        #expect(asked(told.tell(.timer, at: .seconds(40))) == nil)
    }

    @Test("A second list that agrees is believed: reverted keys are written, after a second opinion")
    mutating func believed() throws {
        try begin()
        told.agrees = false
        let old = ToldEngine.key("0x5", host: 2, 80)
        let resync = asked(told.tell(.timer, at: .seconds(31)))
        _ = try answer(resync, [old], at: 120, by: "one", .seconds(31))
        let second = asked(told.tell(.timer, at: .seconds(36)))
        let believed = try answer(second, [old], at: 121, by: "two", .seconds(36))
        #expect(believed.texts.contains { $0.hasPrefix("etcd has another history than before") })
        #expect(believed.onPartitions == [pkey: .confirm(expecting: ["/p/0x5": 80])])
        #expect(believed.readsLedger)
        let refused = told.answer(pkey, .refused, at: .seconds(36))
        #expect(refused.onPartitions == [:])
        #expect(asked(refused) != nil)
    }

    @Test("Every partition of ours that such a list lacks is guarded, though it is one alone")
    mutating func lacking() throws {
        try begin()
        let resync = asked(told.tell(.timer, at: .seconds(31)))
        _ = try answer(resync, [], at: 100, by: "one", .seconds(31))
        let second = asked(told.tell(.timer, at: .seconds(36)))
        let believed = try answer(second, [], at: 100, by: "two", .seconds(36))
        guard case .amend(let guarded) = believed.onPartitions[pkey] else {
            Issue.record("\(believed)")
            return
        }
        #expect(guarded.state == .guarded)
        #expect(guarded.error == "gone since etcd came back with another history: waits for an approval")
    }

    @Test("Many keys that went back are held until somebody approves, and one of them alone is not", arguments: [4, 5])
    mutating func reverted(count: Int) throws {
        let pkeys = try (1...count).map { try PKey(parsing: "0x\($0)") }
        let partitions = try pkeys.map { try ToldEngine.partition($0) }
        let records = Dictionary(uniqueKeysWithValues: pkeys.map { ($0, record(90, $0)) })
        _ = told.begin(
            keys: pkeys.map { ToldEngine.key("\($0)", 90) }, ledger: records, fabric: partitions)
        let old = pkeys.map { ToldEngine.key("\($0)", host: 2, 80) }
        let resync = asked(told.tell(.timer, at: .seconds(31)))
        _ = try answer(resync, old, at: 120, by: "one", .seconds(31))
        let second = asked(told.tell(.timer, at: .seconds(36)))
        let believed = try answer(second, old, at: 121, by: "two", .seconds(36))
        let steps = believed.onPartitions.values.filter(\.isStep)
        #expect(steps.count == (count == 4 ? 4 : 0))
        guard count == 5 else { return }
        // All at once: the fabric manager has nothing to do with it.
        let amended = believed.onPartitions.values.compactMap { request -> LedgerRecord? in
            if case .amend(let record) = request { record } else { nil }
        }
        #expect(amended.count == 5 && amended.allSatisfy { $0.state == .guarded && $0.revision == 90 })
        // Somebody writes one of them: that is a word, and no list's.
        let word = told.tell(
            .source(.changed(revision: 130, [.set(ToldEngine.key("0x5", host: 3, 130))])), at: .seconds(37))
        _ = word
        for pkey in pkeys { _ = told.answer(pkey, .done, at: .seconds(37)) }
        let after = told.approve([pkeys[0]], shown: RecordVersion(2), at: .seconds(40)).onPartitions
        #expect(after[pkeys[0]]?.isStep == true)
        #expect(after[pkeys[1]] == nil)
    }

    @Test("A list of a store with another name is told of once, and not used")
    mutating func otherStore() throws {
        _ = told.tell(.started)
        let own = KeySnapshot(complete: [ToldEngine.key("0x5", 90)], at: StorePoint(store: 0xa1, revision: 100))
        _ = told.tell(.source(.listed(own, reason: "start")))
        _ = told.ledger(.success([pkey: record(90)]))
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: [try ToldEngine.partition(pkey)]))))
        let other = KeySnapshot(complete: [], at: StorePoint(store: 0xb2, revision: 900))
        let first = told.tell(.source(.listed(other, reason: "clusterChanged")), at: .seconds(1))
        #expect(
            first.texts.contains(
                "etcd is another cluster: b2 answers, and not a1: its lists are not used while that lasts"))
        #expect(first.onPartitions == [:])
        let second = told.tell(.source(.listed(other, reason: "clusterChanged")), at: .seconds(2))
        #expect(!second.texts.contains { $0.contains("another cluster") })
        // Nor does its watch count.
        let change = told.tell(
            .source(.changed(StorePoint(store: 0xb2, revision: 901), [.deleted(key: "/p/0x5", revision: 901)])),
            at: .seconds(3))
        #expect(change.onPartitions == [:])
        let back = told.tell(.source(.listed(own, reason: "clusterChanged")), at: .seconds(4))
        #expect(back.texts.contains("etcd is the cluster again that it was"))
    }

    @Test("An answer that flips back within ten minutes holds what lists alone have told, and the watch's word goes on")
    mutating func flipping() throws {
        try begin()
        let (truth, lie) = (ToldEngine.key("0x5", 90), ToldEngine.key("0x5", host: 2, 80))
        var request = asked(told.tell(.timer, at: .seconds(31)))
        _ = told.tell(
            .fabricRead(.success(FabricSnapshot(complete: [try ToldEngine.partition(pkey)]))), at: .seconds(31))
        _ = try answer(request, [lie], at: 120, by: "one", .seconds(31))
        request = asked(told.tell(.timer, at: .seconds(36)))
        _ = try answer(request, [lie], at: 120, by: "two", .seconds(36))
        // And back again.
        request = asked(told.tell(.timer, at: .seconds(67)))
        _ = try answer(request, [truth], at: 120, by: "one", .seconds(67))
        request = asked(told.tell(.timer, at: .seconds(73)))
        let early = try answer(request, [truth], at: 120, by: "two", .seconds(73))
        #expect(early.onPartitions == [:])
        // Somebody's word is carried out all the same.
        let word = told.tell(
            .source(.changed(revision: 130, [.set(ToldEngine.key("0x6", host: 3, 130))])), at: .seconds(80))
        #expect(word.onPartitions[try PKey(parsing: "0x6")]?.isClaim == true)
    }

    @Test("A key that a list lacks waits for the watch to tell its end, and a deletion that it tells is obeyed at once")
    mutating func missed() throws {
        try begin()
        let resync = asked(told.tell(.timer, at: .seconds(31)))
        let lacking = try answer(resync, [], at: 110, by: "one", .seconds(31))
        #expect(lacking.onPartitions == [:])
        let end = told.tell(
            .source(.changed(revision: 105, [.deleted(key: "/p/0x5", revision: 105)])), at: .seconds(40))
        #expect(end.onPartitions[pkey]?.isAuthorisation == true)
    }

    @Test("Six jobs that end one by one while the watch is cut are gone once it tells, and held where it never does")
    mutating func sixOfTwenty() throws {
        let pkeys = try (0..<20).map { try PKey(parsing: "0x\(String($0 + 16, radix: 16))") }
        let partitions = try pkeys.map { try ToldEngine.partition($0) }
        let records = Dictionary(uniqueKeysWithValues: pkeys.map { ($0, record(90, $0)) })
        _ = told.begin(keys: pkeys.map { ToldEngine.key("\($0)", 90) }, ledger: records, fabric: partitions)
        let rest = pkeys.dropFirst(6).map { ToldEngine.key("\($0)", 90) }
        let resync = asked(told.tell(.timer, at: .seconds(31)))
        let lacking = try answer(resync, Array(rest), at: 120, by: "one", .seconds(31))
        #expect(lacking.texts == [] && lacking.onPartitions == [:])
        #expect(told.wakeAt == .seconds(46))
        // After 15 s the guard judges all six as one.
        let late = told.tell(.timer, at: .seconds(46))
        #expect(late.texts.contains { $0.hasPrefix("6 deletions at once, of 20 partitions, are held back") })
        for pkey in pkeys { _ = told.answer(pkey, .done, at: .seconds(46)) }
        for pkey in pkeys { _ = told.answer(pkey, .done, at: .seconds(46)) }
        // The watch is back, and tells each one's end: that is somebody's word.
        let end = told.tell(
            .source(.changed(revision: 101, [.deleted(key: "/p/\(pkeys[0])", revision: 101)])), at: .seconds(50))
        #expect(end.onPartitions[pkeys[0]]?.isAuthorisation == true)
    }

    @Test("What is refused again and again is looked at less and less often")
    mutating func patience() throws {
        try begin()
        told.agrees = false
        // The fabric lacks it, and the store never agrees with what the list said.
        var looks = 0
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))))
        for tick in 1...600 {
            let now = Duration.milliseconds(tick * 100)
            let actions = told.tell(.timer, at: now) + told.answer(pkey, .refused, at: now)
            looks += actions.count { if case .listSource = $0 { true } else { false } }
        }
        #expect(looks < 15)
    }

    @Test("A ledger that knows later versions than are listed keeps everything from beginning, until two lists say so")
    mutating func formerLife() throws {
        let start = told.begin(
            keys: [ToldEngine.key("0x5", host: 2, 50)], ledger: [pkey: record(90)],
            fabric: [try ToldEngine.partition(pkey)])
        #expect(start.onPartitions == [:])
        #expect(start.texts.contains { $0.contains("knows later versions of its keys than it lists") })
        let request = asked(told.tell(.timer, at: .seconds(5)))
        let second = try answer(request, [ToldEngine.key("0x5", host: 2, 50)], at: 101, by: "two", .seconds(5))
        #expect(second.onPartitions[pkey]?.isStep == true)
    }
}

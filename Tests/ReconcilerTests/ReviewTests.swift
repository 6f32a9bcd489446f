import Fabric
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

/// What going through everything costs is counted, not timed.
@Suite("Going through everything")
struct ReviewTests {
    private static let interval = Duration.seconds(30)
    private let keys: [KeyEntry]
    private let fabric: [Partition]
    private let records: [PKey: LedgerRecord]

    init() throws {
        let pkeys = (1...1_000).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }
        keys = pkeys.map { pkey in
            KeyEntry(
                key: ToldEngine.prefix + pkey.description,
                value: Array("{'host_guids': ['0x\(Self.guid(of: pkey))']}".utf8), revision: 5)
        }
        fabric = try pkeys.map { pkey in
            let member = Member(guid: try GUID(parsing: Self.guid(of: pkey)), index0: true)
            return Partition(number: pkey.number, ipOverIB: true, members: [member])
        }
        records = Dictionary(
            uniqueKeysWithValues: pkeys.map {
                ($0, LedgerRecord(.synced, key: ToldEngine.prefix + $0.description, revision: 5))
            })
    }

    private static func guid(of pkey: PKey) -> String {
        "043f720300" + String(0x10_0000 + UInt32(pkey.number.value), radix: 16)
    }

    @Test("Of 1,000 partitions that are in step none is looked at closely, however often everything is read")
    func inStep() {
        var told = ToldEngine()
        _ = told.begin(keys: keys, ledger: records, fabric: fabric)
        #expect(told.looks == 0)
        for _ in 1...10 { readEverything(&told) }
        #expect(told.looks == 0)
        #expect(told.status.totals.lastSuccess == told.wakeAt.map { $0 - Self.interval })
        #expect(told.status.totals.inventory?.managed.count == 1_000)
    }

    @Test("Of 1,000 partitions those are looked at that are not in step, and no others")
    func someDiffer() throws {
        var told = ToldEngine()
        _ = told.begin(keys: keys, ledger: records, fabric: fabric)
        var (records, fabric) = (records, fabric)
        // One has lost its port, one is not there any more, and one's record has failed before.
        fabric[10].members = []
        fabric.remove(at: 20)
        let failing = try PKey(parsing: "0x100")
        records[failing]?.state = .failing
        let actions = readEverything(&told, records, fabric)
        // The ledger is read first: one differs then, and three do when the fabric has been read.
        #expect(told.looks == 1 + 3)
        #expect(Set(actions.onPartitions.keys) == [failing, try PKey(parsing: "0xb"), try PKey(parsing: "0x15")])
        #expect(told.misjudged == nil)
    }

    /// 0x5 alone, for host 1, in step.
    private func alone() throws -> (pkey: PKey, record: LedgerRecord, partition: Partition) {
        let pkey = try PKey(parsing: "0x5")
        return (pkey, LedgerRecord(.synced, key: "/p/0x5", revision: 5), try ToldEngine.partition(pkey))
    }

    @Test("No port of a partition joins another one that was disputed before anything was known of the fabric")
    func disputed() throws {
        let (pkey, record, partition) = try alone()
        var told = ToldEngine()
        _ = told.tell(.started)
        let list = KeySnapshot(complete: [ToldEngine.key("0x5")], revision: 100)
        _ = told.tell(.source(.listed(list, reason: "start")))
        _ = told.ledger(.success([pkey: record]))
        // UFM takes its time, and meanwhile the watch goes on from a list that ends before what was told.
        let back = KeySnapshot(complete: [ToldEngine.key("0x5", host: 3, 50)], revision: 60)
        _ = told.tell(.source(.listed(back, reason: "back")), at: .seconds(1))
        let odd = ToldEngine.key("0x5", host: 3, 70)
        _ = told.tell(.source(.changed(revision: 70, [.set(odd)])), at: .seconds(2))
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))), at: .seconds(3))
        #expect(told.looks == 1)
        let new = try PKey(parsing: "0x7")
        let joining = told.tell(
            .source(.changed(revision: 130, [.set(ToldEngine.key("0x7", host: 1, 130))])), at: .seconds(4))
        #expect(joining.onPartitions[new]?.isClaim == true)
        guard case .wait = told.answer(new, .done, at: .seconds(4)).onPartitions[new] else {
            Issue.record("0x7 does not wait: \(told.asked)")
            return
        }
    }

    @Test("A list that failed is no list of nothing: what is in step is passed over as before")
    func failedList() throws {
        let (pkey, record, partition) = try alone()
        var told = ToldEngine()
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: record], fabric: [partition])
        let request = try #require(told.tell(.timer, at: .seconds(31)).listRequest)
        _ = told.tell(.sourceListed(request, .failure(Failure(.unreachable, "gone"))), at: .seconds(31))
        _ = told.ledger(.success([pkey: record]), at: .seconds(31))
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))), at: .seconds(31))
        #expect(told.looks == 0)
    }

    @Test("What waited, and is in step without us, waits no more")
    func waited() throws {
        let (pkey, record, partition) = try alone()
        let new = try PKey(parsing: "0x6")
        var told = ToldEngine()
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: record], fabric: [partition])
        // 0x5 gives its port up, and UFM is slow to do so.
        let change = [ToldEngine.key("0x5", host: 2, 101), ToldEngine.key("0x6", host: 1, 101)].map(KeyChange.set)
        _ = told.tell(.source(.changed(revision: 101, change)), at: .seconds(1))
        #expect(told.answer(new, .done, at: .seconds(1)).onPartitions[new] != nil)
        _ = told.answer(new, .done, at: .seconds(1))
        // Another daemon has done both.
        _ = told.tell(.timer, at: .seconds(32))
        let both = [
            pkey: LedgerRecord(.synced, key: "/p/0x5", revision: 101),
            new: LedgerRecord(.synced, key: "/p/0x6", revision: 101),
        ]
        _ = told.ledger(.success(both), at: .seconds(32))
        let fabric = [try ToldEngine.partition(pkey, host: 2), try ToldEngine.partition(new)]
        let looks = told.looks
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: fabric))), at: .seconds(32))
        // Of 0x5 a step is under way, and 0x6 is known to wait.
        #expect(told.looks == looks + 2)
    }

    /// Lets the interval pass, and answers all that is read then.
    @discardableResult
    private func readEverything(
        _ told: inout ToldEngine, _ records: [PKey: LedgerRecord]? = nil, _ fabric: [Partition]? = nil
    ) -> [EngineAction] {
        let now = told.wakeAt ?? .zero
        let asked = told.tell(.timer, at: now)
        #expect(asked.readsFabric && asked.readsLedger)
        var actions: [EngineAction] = []
        for case .listSource(let request) in asked {
            actions += told.tell(
                .sourceListed(request, .success(KeySnapshot(complete: keys, revision: 100))), at: now)
        }
        actions += told.ledger(.success(records ?? self.records), at: now)
        actions += told.tell(
            .fabricRead(.success(FabricSnapshot(complete: fabric ?? self.fabric))), at: now)
        return actions
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// What is passed over when everything is gone through gives up no port unseen: whoever wants one waits all the same.
@Suite("What nobody looks at closely")
struct OneLookTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let new: PKey
    private let record: LedgerRecord
    private let partition: Partition

    /// 0x5 alone, for host 1, in step.
    init() throws {
        pkey = try PKey(parsing: "0x5")
        new = try PKey(parsing: "0x7")
        record = LedgerRecord(.synced, key: "/p/0x5", revision: 5)
        partition = try ToldEngine.partition(pkey)
    }

    /// 0x7 wants host 1, and waits for 0x5.
    private mutating func joinsNothing(at revision: KeyVersion, _ now: Duration) {
        let joining = told.tell(
            .source(.changed(revision: revision, [.set(ToldEngine.key("0x7", host: 1, revision))])), at: now)
        #expect(joining.onPartitions[new]?.isClaim == true)
        guard case .wait = told.answer(new, .done, at: now).onPartitions[new] else {
            Issue.record("0x7 does not wait: \(told.asked)")
            return
        }
    }

    private mutating func readFabric(_ partitions: [Partition], _ now: Duration) -> [EngineAction] {
        told.tell(.fabricRead(.success(FabricSnapshot(complete: partitions))), at: now)
    }

    @Test("No port of a partition joins another one that was disputed before anything was known of the fabric")
    mutating func disputed() throws {
        _ = told.tell(.started)
        let list = KeySnapshot(complete: [ToldEngine.key("0x5")], revision: 100)
        _ = told.tell(.source(.listed(list, reason: "start")))
        _ = told.ledger(.success([pkey: record]))
        // UFM takes its time, and meanwhile the watch goes on from a list that ends before what was told.
        let back = KeySnapshot(complete: [ToldEngine.key("0x5", host: 3, 50)], revision: 60)
        _ = told.tell(.source(.listed(back, reason: "back")), at: .seconds(1))
        let odd = ToldEngine.key("0x5", host: 3, 70)
        _ = told.tell(.source(.changed(revision: 70, [.set(odd)])), at: .seconds(2))
        _ = readFabric([partition], .seconds(3))
        #expect(told.looks == 1)
        joinsNothing(at: 130, .seconds(4))
    }

    @Test("Nor of one whose key a list lacks, and whose record was lost for a moment")
    mutating func missing() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: record], fabric: [partition])
        let request = try #require(told.tell(.timer, at: .seconds(31)).listRequest)
        let lacking = KeySnapshot(complete: [], at: StorePoint(revision: 120), by: Respondent("one"))
        _ = told.tell(.sourceListed(request, .success(lacking)), at: .seconds(31))
        // Two reads lack its record: it is not ours then, and loses nothing.
        _ = told.ledger(.success([:]), at: .seconds(32))
        let third = try PKey(parsing: "0x8")
        _ = told.tell(.source(.changed(revision: 121, [.set(ToldEngine.key("0x8", host: 4, 121))])), at: .seconds(32))
        for records in [[:], [pkey: record]] {
            #expect(told.answer(third, .refused, at: .seconds(33)).readsLedger)
            _ = told.ledger(.success(records), at: .seconds(34))
        }
        joinsNothing(at: 122, .seconds(35))
    }

    @Test("Nor of one of which a comparison has shown, while it was not there, that it is to be another")
    mutating func refuted() throws {
        told.agrees = false
        let start = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: record])
        for case .confirmBatch(let expected, _) in start {
            _ = told.tell(.batchConfirmed(expected, .success(.refused)))
        }
        #expect(told.asked[pkey]?.isConfirmation == true)
        _ = told.answer(pkey, .refused)
        _ = told.ledger(.success([pkey: record]))
        #expect(told.tell(.timer, at: .seconds(31)).readsFabric)
        _ = readFabric([partition], .seconds(31))
        joinsNothing(at: 130, .seconds(32))
    }

    @Test("One beside whose record something strange stands is looked at, whatever was written of it meanwhile")
    mutating func strange() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: record], fabric: [partition])
        #expect(told.tell(.timer, at: .seconds(31)).readsLedger)
        // While the ledger is read, the partition is changed and recorded.
        let change = ToldEngine.key("0x5", host: 2, 101)
        _ = told.tell(.source(.changed(revision: 101, [.set(change)])), at: .seconds(31))
        _ = told.answer(pkey, .written, at: .seconds(31))
        _ = told.answer(pkey, .read(try ToldEngine.partition(pkey, host: 2)), at: .seconds(31))
        #expect(told.asked[pkey] == .claim(LedgerRecord(.synced, key: "/p/0x5", revision: 101)))
        _ = told.answer(pkey, .done, at: .seconds(31))
        let looks = told.looks
        let odd = StrangeRecord("0x0005", of: pkey, RecordVersion(8), "is misspelt")
        _ = told.ledger(content: .success(LedgerContent([PKey: KeptRecord](), strange: [odd])), at: .seconds(32))
        #expect(told.looks == looks + 1)
    }

    @Test("One that was to lose a port, and has lost it without us, keeps nobody waiting until its next try")
    mutating func lost() throws {
        // UFM does not take the change that would put it right.
        let drifted = try ToldEngine.partition(pkey, host: 2)
        let start = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: record], fabric: [drifted])
        #expect(start.onPartitions[pkey]?.isStep == true)
        _ = told.answer(pkey, .written(.failure(Failure(.rejected, "no"))))
        _ = told.answer(pkey, .read(drifted))
        let joining = ToldEngine.key("0x7", host: 2, 101)
        _ = told.tell(.source(.changed(revision: 101, [.set(joining)])), at: .seconds(1))
        guard case .wait = told.answer(new, .done, at: .seconds(1)).onPartitions[new] else {
            Issue.record("0x7 does not wait: \(told.asked)")
            return
        }
        _ = told.answer(new, .done, at: .seconds(1))
        let freed = readFabric([partition], .seconds(2))
        #expect(freed.onPartitions[new] != nil, "\(told.asked)")
    }

    @Test("Of a first list that comes when all else is known, only what is not in step is to be done")
    mutating func listedLast() throws {
        _ = told.tell(.started)
        _ = told.ledger(.success([pkey: record]))
        _ = readFabric([partition], .zero)
        let keys = [ToldEngine.key("0x5"), ToldEngine.key("0x6", host: 2)]
        let begun = told.tell(.source(.listed(KeySnapshot(complete: keys, revision: 100), reason: "start")))
        #expect(begun.texts.contains { $0.hasSuffix("2 PKeys in etcd, 1 in the ledger, 1 to do") }, "\(begun.texts)")
    }

    @Test("What waited, and is in step without us, waits no more")
    mutating func waited() throws {
        let new = try PKey(parsing: "0x6")
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
        _ = readFabric(fabric, .seconds(32))
        // Of 0x5 a step is under way, and 0x6 is known to wait.
        #expect(told.looks == looks + 2)
    }
}

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

import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// Single decisions of the engine, told step by step.
@Suite("The engine")
struct EngineTests {
    private var told = ToldEngine()
    private let unmanaged = Partition(number: PartitionNumber(lowBitsOf: 0x4000), ipOverIB: true, members: [])

    private mutating func tell(_ event: EngineEvent, at now: Duration = .zero) -> [EngineAction] {
        told.tell(event, at: now)
    }

    private func key(_ name: String, _ revision: KeyVersion = 5) -> KeyEntry {
        KeyEntry(
            key: KeyName("/p/" + name), value: Array("{'host_guids': ['0x043f720300f55176']}".utf8), revision: revision)
    }

    @Test("Nothing is written before etcd, the ledger and the fabric have been read, in whatever order they come")
    mutating func completeness() {
        let listed = EngineEvent.source(
            .listed(KeySnapshot(complete: [key("0x5")], revision: 5), reason: "start"))
        let fabric = EngineEvent.fabricRead(.success(FabricSnapshot(complete: [unmanaged])))
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            told = ToldEngine()
            _ = tell(.started)
            let actions = order.map { side in
                switch side {
                case 0: tell(listed)
                case 1: told.ledger(.success([:]))
                default: tell(fabric)
                }
            }
            #expect((actions[0] + actions[1]).onPartitions == [:])
            #expect(actions[2].onPartitions.values.contains { $0.isClaim })
            #expect(actions[2].texts.contains("UFM PKeys NOT managed through etcd: [0x4000]"))
        }
    }

    @Test("The claim stands in the ledger before the first request is sent")
    mutating func writeAhead() throws {
        let pkey = try PKey(parsing: "0x5")
        _ = tell(.started)
        _ = tell(.source(.listed(KeySnapshot(complete: [key("0x5")], revision: 5), reason: "start")))
        _ = told.ledger(.success([:]))
        let first = tell(.fabricRead(.success(FabricSnapshot(complete: []))))
        let claim = LedgerRecord(.claimed, key: "/p/0x5", revision: 5)
        #expect(first.onPartitions == [pkey: .claim(claim)])
        let second = told.answer(pkey, .done)
        #expect(second.onPartitions[pkey]?.isStep == true)
    }

    /// An engine that owns 0x5, which is in the fabric and whose key is gone, at the point where it asks to delete it.
    private mutating func beginDeletion() throws -> PKey {
        let pkey = try PKey(parsing: "0x5")
        let member = Member(guid: try GUID(parsing: "043f720300f55176"), index0: true)
        let partition = Partition(number: pkey.number, ipOverIB: false, members: [member])
        _ = tell(.started)
        _ = tell(.source(.listed(KeySnapshot(complete: [], revision: 9), reason: "start")))
        _ = told.ledger(.success([pkey: LedgerRecord(.synced, key: "/p/0x5", revision: 5)]))
        let actions = tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))))
        let record = LedgerRecord(.deleting, key: "/p/0x5", revision: 0)
        #expect(actions.onPartitions == [pkey: .authoriseDeletion(record, expecting: ["/p/0x5": 0])])
        return pkey
    }

    @Test("A deletion that the store does not allow is not made, and the ledger is read before it is asked for again")
    mutating func refusedDeletion() throws {
        let pkey = try beginDeletion()
        let actions = told.answer(pkey, .refused)
        #expect(actions.readsLedger)
        #expect(actions.onPartitions == [:])
        let later = tell(.timer, at: .seconds(2))
        #expect(later.onPartitions == [:])
    }

    @Test("An outage is told once, tried again with growing pauses, and its end is told with how long it took")
    mutating func outage() throws {
        _ = tell(.started)
        var now = Duration.zero
        var texts: [String] = []
        for _ in 0..<6 {
            texts += tell(.fabricRead(.failure(Failure(.unreachable, "gone"))), at: now).texts
            now = try #require(told.wakeAt)
            #expect(tell(.timer, at: now).readsFabric)
        }
        #expect(texts.count == 1)
        let back = tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: now).texts
        #expect(back.first?.hasPrefix("UFM answers again, after ") == true)
    }

    @Test(
        "A server that wishes to be left alone is, for up to a minute; a shorter wish does not hurry us",
        arguments: [
            (Duration.seconds(30), Duration.seconds(30)), (.seconds(86_400), .seconds(60)),
            (.milliseconds(1), .milliseconds(500)),
        ])
    mutating func patience(wish: Duration, pause: Duration) {
        _ = tell(.started)
        let busy = Failure(.busy, "busy", retryAfter: wish)
        _ = tell(.fabricRead(.failure(busy)))
        #expect(told.wakeAt == pause)
        #expect(!tell(.timer, at: pause - .milliseconds(1)).readsFabric)
        #expect(tell(.timer, at: pause).readsFabric)
    }

    @Test("It never asks to be woken at a time that has passed without doing something then")
    mutating func noBusyLoop() {
        _ = tell(.started)
        _ = tell(.source(.listed(KeySnapshot(complete: [key("0x5")], revision: 5), reason: "start")))
        _ = told.ledger(.success([:]))
        _ = tell(.fabricRead(.success(FabricSnapshot(complete: []))))
        var now = Duration.zero
        for _ in 0..<100 {
            let actions = tell(.timer, at: now)
            guard let wakeAt = told.wakeAt else { break }
            #expect(wakeAt > now || !actions.isEmpty)
            now = max(wakeAt, now)
        }
    }
}

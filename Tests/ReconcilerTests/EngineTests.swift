import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// Single decisions of the engine, told step by step.
@Suite("The engine")
struct EngineTests {
    private var engine = Engine(EngineConfiguration(sources: [ToldEngine.source]), seed: 1)
    private let unmanaged = Partition(number: PartitionNumber(lowBitsOf: 0x4000), ipOverIB: true, members: [])

    private mutating func tell(_ event: EngineEvent, at now: Duration = .zero) -> [EngineAction] {
        engine.handle(event, now: now).actions
    }

    private func texts(_ actions: [EngineAction]) -> [String] {
        actions.compactMap { action in
            if case .say(let message) = action { message.text } else { nil }
        }
    }

    private func key(_ name: String, _ revision: KeyVersion = 5) -> KeyEntry {
        KeyEntry(
            key: KeyName("/p/" + name), value: Array("{'host_guids': ['0x043f720300f55176']}".utf8), revision: revision)
    }

    @Test("Nothing is written before etcd, the ledger and the fabric have been read, in whatever order they come")
    mutating func completeness() {
        let events: [EngineEvent] = [
            .source(.listed(KeySnapshot(complete: [key("0x5")], revision: 5), reason: "start")),
            .ledgerRead(.success([:])), .fabricRead(.success(FabricSnapshot(complete: [unmanaged]))),
        ]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            engine = Engine(EngineConfiguration(sources: [ToldEngine.source]), seed: 1)
            _ = tell(.started)
            var writes = tell(events[order[0]]) + tell(events[order[1]])
            #expect(!writes.contains { if case .onPartition = $0 { true } else { false } })
            writes = tell(events[order[2]])
            #expect(writes.contains { if case .onPartition(_, .claim) = $0 { true } else { false } })
            #expect(texts(writes).contains("UFM PKeys NOT managed through etcd: [0x4000]"))
        }
    }

    @Test("The claim stands in the ledger before the first request is sent")
    mutating func writeAhead() throws {
        let pkey = try PKey(parsing: "0x5")
        _ = tell(.started)
        _ = tell(.source(.listed(KeySnapshot(complete: [key("0x5")], revision: 5), reason: "start")))
        _ = tell(.ledgerRead(.success([:])))
        let first = tell(.fabricRead(.success(FabricSnapshot(complete: []))))
        let claim = LedgerRecord(.claimed, key: "/p/0x5", revision: 5)
        #expect(first.contains(.onPartition(pkey, .claim(claim))))
        let second = tell(.answered(pkey, .claimed(.success(true))))
        #expect(second.contains { if case .onPartition(pkey, .write) = $0 { true } else { false } })
    }

    /// An engine that owns 0x5, which is in the fabric and whose key is gone, at the point where it asks to delete it.
    private mutating func beginDeletion() throws -> PKey {
        let pkey = try PKey(parsing: "0x5")
        let member = Member(guid: try GUID(parsing: "043f720300f55176"), index0: true)
        let partition = Partition(number: pkey.number, ipOverIB: false, members: [member])
        _ = tell(.started)
        _ = tell(.source(.listed(KeySnapshot(complete: [], revision: 9), reason: "start")))
        _ = tell(.ledgerRead(.success([pkey: LedgerRecord(.synced, key: "/p/0x5", revision: 5)])))
        let actions = tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))))
        let record = LedgerRecord(.deleting, key: "/p/0x5", revision: 0)
        #expect(actions.contains(.onPartition(pkey, .authoriseDeletion(record, expecting: ["/p/0x5": 0]))))
        return pkey
    }

    @Test("A deletion that the store does not allow is not made, and the ledger is read before it is asked for again")
    mutating func refusedDeletion() throws {
        let pkey = try beginDeletion()
        let actions = tell(.answered(pkey, .authorised(.success(false))))
        #expect(actions.contains(.readLedger))
        #expect(!actions.contains { if case .onPartition = $0 { true } else { false } })
        let later = tell(.timer, at: .seconds(2))
        #expect(!later.contains { if case .onPartition = $0 { true } else { false } })
    }

    @Test("After a release whose outcome is unknown the partition is claimed anew before it is written")
    mutating func unknownRelease() throws {
        let pkey = try beginDeletion()
        let deletion = tell(.answered(pkey, .authorised(.success(true))))
        #expect(deletion.contains(.onPartition(pkey, .write(.delete(pkey)))))
        _ = tell(.answered(pkey, .written(.success(()))))
        #expect(tell(.answered(pkey, .read(.success(nil)))).contains(.onPartition(pkey, .release)))
        _ = tell(.answered(pkey, .released(.failure(Failure(.rejected, "unknown")))))
        let actions = tell(.source(.changed(revision: 10, [.set(key("0x5", 10))])), at: .seconds(2))
        let claim = LedgerRecord(.claimed, key: "/p/0x5", revision: 10)
        #expect(actions.contains(.onPartition(pkey, .claim(claim))))
    }

    @Test("Refused credentials at the start end the run; later they are waited out")
    mutating func refusedCredentials() {
        let refused = Failure(.credentials, "no")
        _ = tell(.started)
        #expect(tell(.fabricRead(.failure(refused))) == [.finish(.failed(refused))])

        engine = Engine(EngineConfiguration(sources: [ToldEngine.source]), seed: 1)
        _ = tell(.started)
        _ = tell(.fabricRead(.success(FabricSnapshot(complete: []))))
        let later = tell(.fabricRead(.failure(refused)))
        #expect(texts(later).count == 1)
        #expect(!later.contains { if case .finish = $0 { true } else { false } })
    }

    @Test("An outage is told once, tried again with growing pauses, and its end is told with how long it took")
    mutating func outage() throws {
        _ = tell(.started)
        var now = Duration.zero
        var told: [String] = []
        for _ in 0..<6 {
            let (actions, wakeAt) = engine.handle(.fabricRead(.failure(Failure(.unreachable, "gone"))), now: now)
            told += texts(actions)
            now = try #require(wakeAt)
            #expect(tell(.timer, at: now).contains(.readFabric))
        }
        #expect(told.count == 1)
        let back = texts(tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: now))
        #expect(back.first?.hasPrefix("UFM answers again, after ") == true)
    }

    @Test(
        "A server that wishes to be left alone is, for up to two minutes; a shorter wish does not hurry us",
        arguments: [
            (Duration.seconds(30), Duration.seconds(30)), (.seconds(86_400), .seconds(120)),
            (.milliseconds(1), .milliseconds(500)),
        ])
    mutating func patience(wish: Duration, pause: Duration) {
        _ = tell(.started)
        let busy = Failure(.busy, "busy", retryAfter: wish)
        #expect(engine.handle(.fabricRead(.failure(busy)), now: .zero).wakeAt == pause)
        #expect(!tell(.timer, at: pause - .milliseconds(1)).contains(.readFabric))
        #expect(tell(.timer, at: pause).contains(.readFabric))
    }

    @Test("It never asks to be woken at a time that has passed without doing something then")
    mutating func noBusyLoop() {
        _ = tell(.started)
        _ = tell(.source(.listed(KeySnapshot(complete: [key("0x5")], revision: 5), reason: "start")))
        _ = tell(.ledgerRead(.success([:])))
        _ = tell(.fabricRead(.success(FabricSnapshot(complete: []))))
        var now = Duration.zero
        for _ in 0..<100 {
            let (actions, wakeAt) = engine.handle(.timer, now: now)
            guard let wakeAt else { break }
            #expect(wakeAt > now || !actions.isEmpty)
            now = max(wakeAt, now)
        }
    }
}

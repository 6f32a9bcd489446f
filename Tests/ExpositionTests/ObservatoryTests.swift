import Fabric
import KeyHistory
import Reconciler
import Testing

@testable import Exposition

@Suite("What the loop shows")
struct ObservatoryTests {
    private let observatory = Observatory(epoch: { 1_000_000 })
    private let pkey: PKey

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    @Test(
        "The newest status hangs there at once, the partitions once a second at most, and only where something happened"
    )
    func pace() {
        var engine = ShownEngine()
        #expect(observatory.view.status == nil && observatory.view.panorama == nil)
        engine.begin([ShownEngine.key("0x5", 5)], at: .seconds(1), observatory.saw)
        #expect(observatory.view.number == 1)
        engine.tell(.timer, at: .seconds(1.5), observatory.saw)
        #expect(observatory.view.status?.at == .seconds(1.5) && observatory.view.number == 1)
        // What happened within the second is shown at the next turn after it.
        engine.tell(.timer, at: .seconds(2), observatory.saw)
        #expect(observatory.view.number == 2)
        #expect(observatory.view.panorama?.pkeys == [pkey])
        engine.tell(.timer, at: .seconds(9), observatory.saw)
        #expect(observatory.view.number == 2)
    }

    @Test("It knows when UFM and the ledger were last read completely")
    func reads() {
        var engine = ShownEngine()
        engine.begin(at: .seconds(3), observatory.saw)
        #expect(observatory.view.reads == ["ufm": .seconds(3), "ledger": .seconds(3)])
        engine.tell(.fabricRead(.failure(Failure(.unreachable, "gone"))), at: .seconds(5), observatory.saw)
        #expect(observatory.view.reads["ufm"] == .seconds(3))
    }

    @Test("A loop that comes after another begins anew")
    func again() {
        var (first, second) = (ShownEngine(), ShownEngine())
        first.begin([ShownEngine.key("0x5", 5)], at: .seconds(100), observatory.saw)
        second.tell(.started, at: .seconds(1), observatory.saw)
        #expect(observatory.view.status?.at == .seconds(1))
        #expect(observatory.view.panorama?.pkeys == [] && observatory.view.reads == [:])
    }

    @Test("From the word of a key to the ledger's that UFM has it, and from the last proof before it")
    func times() throws {
        var engine = ShownEngine()
        engine.begin(at: .zero, observatory.saw)
        let proof = SourceEvent.progress(StorePoint(store: 1, revision: 110))
        engine.tell(.source(ShownEngine.source, proof), at: .seconds(7), observatory.saw)
        let key = ShownEngine.key("0x5", 120)
        engine.tell(
            .source(ShownEngine.source, .changed(StorePoint(store: 1, revision: 120), [.set(key)])), at: .seconds(10),
            observatory.saw)
        let member = Member(guid: try GUID(parsing: "043f720300f55101"), index0: true)
        let made = Partition(number: pkey.number, ipOverIB: false, members: [member])
        // Claimed, made, read, and recorded.
        engine.answer(pkey, .ledger(.success(.written(RecordVersion(2)))), at: .seconds(10.1), observatory.saw)
        engine.answer(pkey, .written(.success(.done)), at: .seconds(10.2), observatory.saw)
        engine.answer(pkey, .read(.success(made)), at: .seconds(10.3), observatory.saw)
        #expect(observatory.view.times.sinceEvent.count == 0)
        engine.answer(pkey, .ledger(.success(.written(RecordVersion(3)))), at: .seconds(10.5), observatory.saw)
        let times = observatory.view.times
        #expect(times.events.set == 1 && times.events.listed == 1 && times.events.deleted == 0)
        #expect(times.sinceEvent.count == 1 && abs(times.sinceEvent.sum - 0.5) < 1e-9)
        #expect(times.sinceKey.count == 1 && abs(times.sinceKey.sum - 3.5) < 1e-9)
    }

    @Test("A proof that the watch misses nothing counts as well as a word of it")
    func proof() throws {
        var engine = ShownEngine()
        engine.begin(at: .zero, observatory.saw)
        observatory.proved("etcd")
        engine.tell(.timer, at: .seconds(50), observatory.saw)
        let proof = try #require(observatory.view.proofs["etcd"])
        #expect(proof <= .seconds(50) && proof > .seconds(40))
        let key = ShownEngine.key("0x5", 120)
        var times = SyncTimes()
        engine.tell(.timer, at: .seconds(60)) { times.see($0, ["etcd": .seconds(58)]) }
        engine.tell(
            .source(ShownEngine.source, .changed(StorePoint(store: 1, revision: 120), [.set(key)])), at: .seconds(60)
        ) { times.see($0, ["etcd": .seconds(58)]) }
        let member = Member(guid: try GUID(parsing: "043f720300f55101"), index0: true)
        let made = Partition(number: pkey.number, ipOverIB: false, members: [member])
        let answers: [EngineEvent.Answer] = [
            .ledger(.success(.written(RecordVersion(2)))), .written(.success(.done)), .read(.success(made)),
            .ledger(.success(.written(RecordVersion(3)))),
        ]
        for answer in answers { engine.answer(pkey, answer, at: .seconds(61)) { times.see($0) } }
        #expect(times.sinceEvent.sum == 1 && times.sinceKey.sum == 3)
    }

    @Test("The metrics of a status have all that is in it")
    func families() throws {
        var engine = ShownEngine()
        engine.begin([ShownEngine.key("0x5", 5)], at: .seconds(1), observatory.saw)
        engine.tell(.fabricRead(.failure(Failure(.unreachable, "gone"))), at: .seconds(4), observatory.saw)
        let status = try #require(observatory.view.status)
        let families = StatusFamilies(status: status, start: 1_000, proofs: ["etcd": .seconds(3)]).all
        func value(_ name: MetricName, _ labels: KeyValuePairs<String, String> = [:]) -> MetricFamily.Value? {
            families.first { $0.name == name }?[MetricLabels(labels)]
        }
        #expect(value(.loopTurn) == .number(1_004))
        #expect(value(.watchProven, ["source": "etcd"]) == .number(1_003))
        #expect(value(.serverUp, ["server": "ufm"]) == .number(0))
        #expect(value(.serverUp, ["server": "etcd"]) == .number(1))
        #expect(value(.writingBlocked, ["reason": "fabric-down"]) == .number(1))
        #expect(value(.writingBlocked, ["reason": "starting"]) == .number(0))
        #expect(value(.relists, ["source": "etcd", "reason": "start"]) == .number(1))
        #expect(value(.guardRaised) == .number(0))
        #expect(families.first { $0.name == .queueLength }?.series.count == Urgency.allCases.count)
        #expect(Set(families.map(\.name)).count == families.count)
    }
}

import Fabric
import KeyHistory
import Planning
import TestSupport
import Testing

@testable import Reconciler

/// How long a change waits for others, in simulated time, with a UFM that takes 20 ms and an etcd that takes 2 ms.
@Suite("Promptness")
struct PromptnessTests {
    private let storm = (0x1000..<0x10c8).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }
    private let fresh: PKey
    private let leaving: PKey

    init() throws {
        fresh = try PKey(parsing: "0x2000")
        leaving = try PKey(parsing: "0x3000")
    }

    @Test("A fresh key waits for next to nothing behind 200 keys that change 100 times each")
    func freshBehindStorm() throws {
        var alone = Rush()
        alone.begin([PKey]())
        alone.pass(until: .seconds(1))
        alone.put(fresh, 0)
        alone.pass(until: .seconds(2))
        let own = try #require(alone.synced[fresh])

        var rush = Rush()
        rush.begin(storm)
        rush.pass(until: .seconds(30))
        let start = rush.now
        // 20,000 changes within ten seconds.
        for change in 0..<20_000 {
            rush.pass(until: start + .microseconds(500 * change))
            rush.put(storm[change % storm.count], change / storm.count)
            if change == 10_000 { rush.put(fresh, 0) }
        }
        let last = rush.now
        rush.pass(until: last + .seconds(20))
        let taken = try #require(rush.synced[fresh])
        print("a fresh key behind 200 × 100 changes: \(taken) where it takes \(own) alone")
        #expect(taken <= own + .milliseconds(50))
        let most = rush.writes.values.max() ?? 0
        print("writes of a key after its last change: at most \(most), of all \(rush.writes.values.reduce(0, +))")
        #expect(most <= 2)
        #expect(storm.allSatisfy { rush.isRight($0) })
    }

    @Test("A first sync of 1,000 partitions takes a request for each, and few more: lists show what came of them")
    func firstSync() {
        let many = (0x1000..<0x13e8).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }
        var rush = Rush()
        rush.begin(many)
        rush.pass(until: .seconds(30))
        #expect(many.allSatisfy { rush.isRight($0) && rush.isSynced($0) })
        print("a first sync of 1,000 partitions takes \(rush.requests) requests to UFM, and \(rush.lastWrite)")
        #expect(rush.requests <= 1_020)
        // What a list has shown of hundreds is not written down all at once: 32, and what the runs in their slots ask for.
        #expect(rush.mostRecords <= 32 + 6)
        // Five at a time, each of which takes 20 ms and, before it, nothing: what is to be seen keeps nobody waiting.
        #expect(rush.lastWrite <= .milliseconds(4_200))
    }

    @Test("1,000 keys that change in one second are written in little more than the time that UFM takes for it")
    func burst() {
        let many = (0x1000..<0x13e8).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }
        var rush = Rush()
        rush.begin(many)
        rush.pass(until: .seconds(20))
        let start = rush.now
        for (place, pkey) in many.enumerated() {
            rush.pass(until: start + .milliseconds(place))
            rush.put(pkey, 1)
        }
        rush.pass(until: start + .seconds(30))
        #expect(many.allSatisfy { rush.isRight($0) && rush.isSynced($0) && rush.writes[$0] == 1 })
        print("1,000 changes in one second are written within \(rush.lastWrite - start)")
        // Five at a time, each of which takes 20 ms.
        #expect(rush.lastWrite - start <= .milliseconds(4_400))
    }

    @Test(
        "A tenant leaves at once while writes hang, whatever they are, as long as others succeed", arguments: [4, 5, 9])
    func leavingBehindHangingWrites(count: Int) throws {
        for isLeaving in [false, true] {
            var rush = Rush()
            let hung = storm.filter { Rush.replaces($0) == isLeaving }.prefix(count)
            rush.begin(isLeaving ? hung + [leaving] : [leaving])
            rush.pass(until: .seconds(5))
            rush.hanging = Set(hung)
            for pkey in hung { rush.put(pkey, 1) }
            rush.pass(until: rush.now + .milliseconds(100))
            let start = rush.now
            rush.delete(leaving)
            // New tenants come all the time.
            for second in 1...10 {
                rush.put(storm[100 + second], 0)
                rush.pass(until: start + .seconds(second))
            }
            let gone = try #require(rush.gone[leaving])
            print("behind \(count) hanging \(isLeaving ? "replacements" : "additions") a tenant was gone after \(gone)")
            #expect(gone <= .seconds(5))
        }
    }
}

/// An engine, an etcd and a UFM that do as they are asked, in simulated time.
private struct Rush {
    private enum Due {
        case action(EngineAction)
        case timer
    }

    private var engine: Engine
    private(set) var ufm = FabricManager()
    private(set) var now = Duration.zero
    private var due: [(at: Duration, order: Int, what: Due)] = []
    private var order = 0
    private var revision: Int64 = 100
    private var wanted: [PKey: [GUID]] = [:]
    private var records: [PKey: KeptRecord] = [:]
    private var toldAt: [PKey: Duration] = [:]
    /// Writes of these are never answered.
    var hanging: Set<PKey> = []
    /// How long it took from the last change until the ledger said so.
    private(set) var synced: [PKey: Duration] = [:]
    /// How long it took from the deletion until UFM had done it.
    private(set) var gone: [PKey: Duration] = [:]
    /// Writes of each key since its last change.
    private(set) var writes: [PKey: Int] = [:]
    /// Requests to UFM.
    private(set) var requests = 0
    /// Transactions of one record each that are under way, and how many were at most.
    private var recording = 0
    private(set) var mostRecords = 0
    /// When the last write of a partition was answered.
    private(set) var lastWrite = Duration.zero

    init() {
        engine = Engine(EngineConfiguration(sources: [ToldEngine.source]), seed: 1)
    }

    /// Starts with keys of which nothing is there yet.
    mutating func begin(_ pkeys: some Sequence<PKey>) {
        tell(.started)
        let entries = pkeys.map { pkey in
            wanted[pkey] = Self.hosts(of: pkey, 0)
            return KeyEntry(key: key(pkey), value: value(pkey, 0), revision: 5)
        }
        tell(.source(.listed(KeySnapshot(complete: entries, revision: 100), reason: "start")))
    }

    mutating func put(_ pkey: PKey, _ version: Int) {
        revision += 1
        wanted[pkey] = Self.hosts(of: pkey, version)
        (toldAt[pkey], writes[pkey], synced[pkey]) = (now, 0, nil)
        let entry = KeyEntry(key: key(pkey), value: value(pkey, version), revision: KeyVersion(revision))
        tell(.source(.changed(revision: KeyVersion(revision), [.set(entry)])))
    }

    mutating func delete(_ pkey: PKey) {
        revision += 1
        wanted[pkey] = nil
        (toldAt[pkey], writes[pkey]) = (now, 0)
        tell(
            .source(
                .changed(revision: KeyVersion(revision), [.deleted(key: key(pkey), revision: KeyVersion(revision))])))
    }

    func isSynced(_ pkey: PKey) -> Bool { records[pkey]?.record.state == .synced }

    func isRight(_ pkey: PKey) -> Bool { ufm[pkey].map { $0.members.guids } == wanted[pkey] }

    mutating func pass(until time: Duration) {
        while let next = due.indices.min(by: { (due[$0].at, due[$0].order) < (due[$1].at, due[$1].order) }),
            due[next].at <= time
        {
            let (at, _, what) = due.remove(at: next)
            now = max(now, at)
            switch what {
            case .timer: tell(.timer)
            case .action(let action): answer(action)
            }
        }
        now = time
    }

    private func key(_ pkey: PKey) -> KeyName { ToldEngine.prefix + pkey.description }

    /// Whether each version of a key has another host than the one before, or one more.
    static func replaces(_ pkey: PKey) -> Bool { pkey.number.value % 2 == 0 }

    private static func hosts(of pkey: PKey, _ version: Int) -> [GUID] {
        (replaces(pkey) ? version...version : 0...version).compactMap { number in
            GUID(0x043f_7203_0000_0000 | UInt64(pkey.number.value) << 8 | UInt64(number))
        }
    }

    private func value(_ pkey: PKey, _ version: Int) -> [UInt8] {
        let hosts = Self.hosts(of: pkey, version).map { "'0x\($0)'" }.joined(separator: ", ")
        return Array("{'host_guids': [\(hosts)]}".utf8)
    }

    private mutating func record(_ write: PartitionWrite, of pkey: PKey, _ version: RecordVersion) {
        switch write {
        case .claim(let record, _, _), .amend(let record, _), .wait(let record, _, _),
            .authoriseDeletion(let record, _, _, _), .takeBack(let record, _, _):
            records[pkey] = KeptRecord(record, version)
            guard record.state == .synced, record.revision.number > 100, let told = toldAt[pkey] else { return }
            synced[pkey] = now - told
        case .release: records[pkey] = nil
        case .step, .confirm, .conflict: break
        }
    }

    private mutating func tell(_ event: EngineEvent) {
        let (actions, wakeAt) = engine.handle(event, now: now)
        for action in actions { take(action) }
        due.removeAll { if case .timer = $0.what { true } else { false } }
        if let wakeAt { add(.timer, at: wakeAt) }
    }

    private mutating func add(_ what: Due, at time: Duration) {
        order += 1
        due.append((time, order, what))
    }

    private mutating func take(_ action: EngineAction) {
        switch action {
        case .say, .finish, .remember, .follow, .listSource, .take, .carryOut, .answer, .clear: return
        case .write(.step, let pkey, _, _):
            requests += 1
            writes[pkey, default: 0] += 1
            if hanging.contains(pkey) { return }
            add(.action(action), at: now + .milliseconds(20))
        case .write:
            recording += 1
            mostRecords = max(mostRecords, recording)
            add(.action(action), at: now + .milliseconds(2))
        case .claimBatch, .confirmBatch, .readLedger: add(.action(action), at: now + .milliseconds(2))
        case .read, .ping, .readFabric, .pingFabric:
            requests += 1
            add(.action(action), at: now + .milliseconds(20))
        }
    }

    private mutating func answer(_ action: EngineAction) {
        let version = RecordVersion(revision)
        if case .write(let write, _, _, _) = action {
            if case .step = write {} else { recording -= 1 }
        }
        switch action {
        case .say, .finish, .remember, .follow, .listSource, .take, .carryOut, .answer, .clear: return
        case .readFabric: tell(.fabricRead(.success(ufm.list(without: []))))
        case .pingFabric: tell(.fabricPinged(.success(())))
        case .readLedger(let read): tell(.ledgerRead(read, .success(LedgerContent(records))))
        case .claimBatch(let claims, _):
            for (pkey, claim) in claims { records[pkey] = KeptRecord(claim.record, version) }
            tell(.batchClaimed(claims, .success(.written(version))))
        case .confirmBatch(let expected, _): tell(.batchConfirmed(expected, .success(.allowed)))
        case .read(let pkey, let run): tell(.answered(pkey, run, .read(.success(ufm[pkey]))))
        case .ping(let pkey, let run): tell(.answered(pkey, run, .pinged(.success(()))))
        case .write(.step(let step), let pkey, let run, _):
            ufm.perform(step)
            lastWrite = now
            if ufm[pkey] == nil, let told = toldAt[pkey] { gone[pkey] = now - told }
            tell(.answered(pkey, run, .written(.success(.done))))
        case .write(.confirm, let pkey, let run, _): tell(.answered(pkey, run, .ledger(.success(.allowed))))
        case .write(let write, let pkey, let run, _):
            record(write, of: pkey, version)
            tell(.answered(pkey, run, .ledger(.success(.written(version)))))
        }
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// Claims of many partitions at once.
@Suite("Claims of many")
struct EngineBatchTests {
    private var told = ToldEngine()
    private let pkeys = (1...9).compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }

    private func keys(_ pkeys: [PKey]) -> [KeyEntry] { pkeys.map { ToldEngine.key($0.description) } }

    private func claims(of pkeys: [PKey]) -> [PKey: NewClaim] {
        let claims = pkeys.map { pkey in
            let record = LedgerRecord(.claimed, key: "/p/\(pkey)", revision: 5)
            return (pkey, NewClaim(record, KeyState(5, ToldEngine.key(pkey.description).value)))
        }
        return Dictionary(uniqueKeysWithValues: claims)
    }

    private let written = Result<LedgerAnswer, Failure>.success(.written(RecordVersion(2)))

    @Test("Eight or more are claimed together, and then written without another claim")
    mutating func together() {
        let start = told.begin(keys: keys(pkeys))
        #expect(start.batches == [claims(of: pkeys)])
        #expect(start.onPartitions == [:])
        let actions = told.tell(.batchClaimed(claims(of: pkeys), written))
        #expect(actions.onPartitions.count == 5)
        #expect(actions.onPartitions.values.allSatisfy { $0.isStep })
    }

    @Test("Fewer are claimed one by one")
    mutating func few() {
        let start = told.begin(keys: keys(Array(pkeys.prefix(7))))
        #expect(start.batches.isEmpty)
        #expect(start.onPartitions.values.allSatisfy { $0.isClaim })
        #expect(start.onPartitions.count == 5)
    }

    @Test("No transaction has more than 40 claims, since etcd takes 128 conditions, nor half a megabyte of values")
    mutating func large() {
        let many = (0x2000..<0x20fa).compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }
        let batches = told.begin(keys: keys(many)).batches
        #expect(batches.map(\.count) == [40, 40, 40, 40, 40, 40, 10])
        #expect(Set(batches.flatMap(\.keys)) == Set(many))
        told = ToldEngine()
        let padding = String(repeating: " ", count: 100_000)
        let large = many.prefix(20).map { pkey in
            let key = ToldEngine.key(pkey.description)
            return KeyEntry(key: key.key, value: key.value + Array(padding.utf8), revision: key.revision)
        }
        #expect(told.begin(keys: large).batches.map(\.count) == [5, 5, 5, 5])
    }

    @Test("A batch that is refused, or has failed, is claimed by each run for itself")
    mutating func refused() {
        for result in [Result<LedgerAnswer, Failure>.success(.refused), .failure(Failure(.rejected, "no"))] {
            told = ToldEngine()
            _ = told.begin(keys: keys(pkeys))
            let actions = told.tell(.batchClaimed(claims(of: pkeys), result))
            #expect(actions.onPartitions.count == 5)
            #expect(actions.onPartitions.values.allSatisfy { $0.isClaim })
        }
    }

    /// The partition that such a key wants, as UFM calls it by itself.
    private func automatic(_ pkey: PKey) throws -> Partition {
        let there = try ToldEngine.partition(pkey)
        return Partition(
            number: there.number, name: "api_pkey_\(pkey)", ipOverIB: false, members: Array(there.members))
    }

    /// The key of the first one goes while all are claimed, and its run finds nothing to claim; then the claims are made.
    private mutating func claimTooMany() throws -> (pkey: PKey, actions: [EngineAction]) {
        #expect(told.begin(keys: keys(pkeys), fabric: [try automatic(pkeys[0])]).batches == [claims(of: pkeys)])
        _ = told.tell(.source(.changed(revision: 101, [.deleted(key: "/p/\(pkeys[0])", revision: 101)])))
        return (pkeys[0], told.tell(.batchClaimed(claims(of: pkeys), written)))
    }

    @Test("What was claimed with many is ours, though its key went meanwhile: the ledger is read, and it is deleted")
    mutating func goneMeanwhile() throws {
        let (pkey, actions) = try claimTooMany()
        #expect(actions.readsLedger && actions.onPartitions[pkey] == nil)
        let read = told.ledger(.success(claims(of: pkeys).mapValues(\.record)))
        #expect(read.onPartitions[pkey]?.isAuthorisation == true)
    }

    @Test("Until the ledger says whose it is, no port joins that it may have")
    mutating func portsMeanwhile() throws {
        let (_, actions) = try claimTooMany()
        // All of them want this host.
        #expect(!actions.onPartitions.values.contains { $0.isStep })
    }

    @Test("Nor does one while many are claimed; where they are refused, it does")
    mutating func portsWhileClaiming() throws {
        let mine = try automatic(pkeys[0])
        _ = told.begin(keys: keys(pkeys), fabric: [mine])
        _ = told.tell(.source(.changed(revision: 101, [.deleted(key: "/p/\(pkeys[0])", revision: 101)])))
        let tenth = try PKey(parsing: "0xa")
        _ = told.tell(.source(.changed(revision: 102, [.set(ToldEngine.key("0xa", 102))])))
        let claimed = told.answer(tenth, .done)
        #expect(claimed.onPartitions[tenth]?.isStep == false)
        _ = told.answer(tenth, .done)
        let refused = told.tell(.batchClaimed(claims(of: pkeys), .success(.refused)))
        #expect(refused.onPartitions[tenth]?.isStep == true)
    }

    @Test(
        "How many go that were claimed meanwhile is judged as of any that are ours, be a run of theirs over or not begun",
        arguments: [false, true])
    mutating func manyGone(isBusy: Bool) throws {
        let many = (0x2000..<0x2014).compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }
        let batch = claims(of: many)
        // These keep every slot.
        let busy = isBusy ? pkeys : []
        let ours = busy.map { ($0, LedgerRecord(.claimed, key: "/p/\($0)", revision: 5)) }
        let start = told.begin(
            keys: keys(busy + many), ledger: Dictionary(uniqueKeysWithValues: ours), fabric: try many.map(automatic))
        #expect(start.batches == [batch] && start.onPartitions.isEmpty == !isBusy)
        let ends = many.map { KeyChange.deleted(key: "/p/\($0)", revision: 101) }
        _ = told.tell(.source(.changed(revision: 101, ends)))
        var actions = told.tell(.batchClaimed(batch, written))
        #expect(actions.readsLedger == !isBusy)
        if !isBusy { actions += told.ledger(.success(batch.mapValues(\.record))) }
        let words = "20 deletions at once, of \(busy.count + 20) partitions, are held back"
        #expect(actions.texts.contains { $0.contains(words) }, "\(actions.texts)")
        #expect(!actions.onPartitions.values.contains { $0.isAuthorisation })
    }

    @Test("Before it says so, another key of that PKey is not claimed")
    mutating func late() throws {
        let (pkey, _) = try claimTooMany()
        let key = ToldEngine.key(pkey.description, 102)
        #expect(told.tell(.source(.changed(revision: 102, [.set(key)]))).onPartitions[pkey] == nil)
    }

    @Test(
        "A run that is refused for a claim of many that was under way waits for no earlier life's writes",
        arguments: [false, true])
    mutating func refused(isAnsweredLast: Bool) throws {
        let pkey = pkeys[0]
        _ = told.begin(keys: keys(pkeys))
        let key = ToldEngine.key(pkey.description, 101)
        #expect(told.tell(.source(.changed(revision: 101, [.set(key)]))).onPartitions[pkey]?.isClaim == true)
        let records = claims(of: pkeys).mapValues(\.record)
        if !isAnsweredLast { _ = told.tell(.batchClaimed(claims(of: pkeys), written)) }
        #expect(told.answer(pkey, .refused).readsLedger)
        for _ in 0..<2 { _ = told.ledger(.success(records)) }
        if isAnsweredLast { _ = told.tell(.batchClaimed(claims(of: pkeys), written)) }
        // It goes before anything was sent; UFM is asked to delete it all the same.
        _ = told.answer(pkey, .written(.failure(Failure(.rejected, "no"))))
        let end = told.tell(.source(.changed(revision: 102, [.deleted(key: key.key, revision: 102)])), at: .seconds(1))
        #expect(end.onPartitions[pkey]?.isAuthorisation == true)
        #expect(told.answer(pkey, .done, at: .seconds(1)).onPartitions[pkey]?.isStep == true)
        _ = told.answer(pkey, .written, at: .seconds(1))
        _ = told.answer(pkey, .read(.success(nil)), at: .seconds(1))
        _ = told.answer(pkey, .done, at: .seconds(1))
        #expect(told.tell(.timer, at: .seconds(7)).readsFabric)
        let gone = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: .seconds(7))
        #expect(gone.onPartitions[pkey]?.isRelease == true)
    }

    @Test("A batch that may have been made is read before anything is claimed again")
    mutating func unknown() {
        _ = told.begin(keys: keys(pkeys))
        let lost = Failure(.malformed, "nonsense", outcome: .unknown)
        let asked = told.tell(.batchClaimed(claims(of: pkeys), .failure(lost)))
        #expect(asked.onPartitions.isEmpty && asked.readsLedger)
        let notMade = told
        let made = told.ledger(.success(claims(of: pkeys).mapValues(\.record)))
        #expect(made.onPartitions.count == 5 && made.onPartitions.values.allSatisfy { $0.isStep })
        told = notMade
        #expect(told.ledger(.success([:])).batches == [claims(of: pkeys)])
    }
}

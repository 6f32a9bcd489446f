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

    private func claims(of pkeys: [PKey]) -> [PKey: LedgerRecord] {
        Dictionary(
            uniqueKeysWithValues: pkeys.map { ($0, LedgerRecord(.claimed, key: "/p/\($0)", revision: 5)) })
    }

    @Test("Eight or more are claimed together, and then written without another claim")
    mutating func together() {
        let start = told.begin(keys: keys(pkeys))
        #expect(start.batches == [claims(of: pkeys)])
        #expect(start.onPartitions == [:])
        let actions = told.tell(.batchClaimed(claims(of: pkeys), .success(true)))
        #expect(actions.onPartitions.count == 4)
        #expect(actions.onPartitions.values.allSatisfy { $0.isStep })
    }

    @Test("Fewer are claimed one by one")
    mutating func few() {
        let start = told.begin(keys: keys(Array(pkeys.prefix(7))))
        #expect(start.batches.isEmpty)
        #expect(start.onPartitions.values.allSatisfy { $0.isClaim })
        #expect(start.onPartitions.count == 4)
    }

    @Test("No transaction has more than a hundred claims, since etcd takes 128 operations")
    mutating func large() {
        let many = (0x2000..<0x20fa).compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }
        let batches = told.begin(keys: keys(many)).batches
        #expect(batches.map(\.count) == [100, 100, 50])
        #expect(Set(batches.flatMap(\.keys)) == Set(many))
    }

    @Test("A batch that is refused, or has failed, is claimed by each run for itself")
    mutating func refused() {
        for result in [Result<Bool, Failure>.success(false), .failure(Failure(.rejected, "no"))] {
            told = ToldEngine()
            _ = told.begin(keys: keys(pkeys))
            let actions = told.tell(.batchClaimed(claims(of: pkeys), result))
            #expect(actions.onPartitions.count == 4)
            #expect(actions.onPartitions.values.allSatisfy { $0.isClaim })
        }
    }

    @Test("An answer that comes after a run has taken charge is not believed for that partition")
    mutating func late() throws {
        _ = told.begin(keys: keys(pkeys))
        let pkey = pkeys[0]
        // The key goes, and its run finds nothing to do: the partition was never ours.
        _ = told.tell(.source(.changed(revision: 101, [.deleted(key: "/p/\(pkey)", revision: 101)])))
        _ = told.tell(.batchClaimed(claims(of: pkeys), .success(true)))
        for other in pkeys.dropFirst() {
            _ = told.answer(other, .written(.failure(Failure(.rejected, "not what is looked at"))))
            _ = told.answer(other, .done)
        }
        let actions = told.tell(.source(.changed(revision: 102, [.set(ToldEngine.key(pkey.description, 102))])))
        let record = LedgerRecord(.claimed, key: "/p/\(pkey)", revision: 102)
        #expect(actions.onPartitions[pkey] == .claim(record))
    }
}

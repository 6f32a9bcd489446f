import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// One second opinion on many partitions of which a list alone has told what is to be written.
@Suite("Second opinions on many")
struct EngineOpinionTests {
    private var told = ToldEngine()
    private let pkeys = (1...4).compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }

    private func record(_ pkey: PKey) -> LedgerRecord {
        LedgerRecord(.synced, key: ToldEngine.prefix + pkey.description, revision: 90)
    }

    private func keys(_ pkeys: [PKey], host: UInt8 = 1, _ revision: KeyVersion) -> [KeyEntry] {
        pkeys.map { ToldEngine.key($0.description, host: host, revision) }
    }

    /// Everything is in step, the watch ends, and a list shows that all want another host by now.
    private mutating func relisted(_ pkeys: [PKey]) throws -> [EngineAction] {
        told = ToldEngine()
        let start = told.begin(
            keys: keys(pkeys, 90), ledger: Dictionary(uniqueKeysWithValues: pkeys.map { ($0, record($0)) }),
            fabric: try pkeys.map { try ToldEngine.partition($0) })
        #expect(start.onPartitions == [:] && start.opinions.isEmpty)
        told.agrees = false
        return told.tell(
            .source(.listed(KeySnapshot(complete: keys(pkeys, host: 2, 110), revision: 120), reason: "compacted")))
    }

    private func expected(_ pkeys: [PKey]) -> [PKey: Premise] {
        let states = keys(pkeys, host: 2, 110).map { [$0.key: KeyState($0.revision, $0.value)] }
        return Dictionary(uniqueKeysWithValues: zip(pkeys, states.map { Premise(over: RecordVersion(1), $0) }))
    }

    @Test("One transaction asks about all of them; until it is answered none is written, and then all are")
    mutating func together() throws {
        let asked = try relisted(pkeys)
        #expect(asked.opinions == [expected(pkeys)])
        #expect(asked.onPartitions == [:])
        let agreed = told.tell(.batchConfirmed(expected(pkeys), .success(.allowed)))
        #expect(agreed.opinions.isEmpty)
        #expect(agreed.onPartitions.count == 4 && agreed.onPartitions.values.allSatisfy(\.isStep))
    }

    @Test("One alone is asked about by its own run")
    mutating func alone() throws {
        let asked = try relisted([pkeys[0]])
        #expect(asked.opinions.isEmpty)
        #expect(asked.onPartitions.values.allSatisfy(\.isConfirmation) && asked.onPartitions.count == 1)
    }

    @Test("Where not all stand as expected, or nobody says, each is asked about by its own run")
    mutating func refused() throws {
        for result in [Result<LedgerAnswer, Failure>.success(.refused), .failure(Failure(.rejected, "no"))] {
            _ = try relisted(pkeys)
            let actions = told.tell(.batchConfirmed(expected(pkeys), result))
            #expect(actions.opinions.isEmpty)
            #expect(actions.onPartitions.count == 4 && actions.onPartitions.values.allSatisfy(\.isConfirmation))
        }
    }

    @Test("It says nothing of a key that another list has changed since it was asked for")
    mutating func outdated() throws {
        _ = try relisted(pkeys)
        let newer = keys([pkeys[0]], host: 3, 130) + keys(Array(pkeys.dropFirst()), host: 2, 110)
        _ = told.tell(.source(.listed(KeySnapshot(complete: newer, revision: 131), reason: "compacted")))
        let agreed = told.tell(.batchConfirmed(expected(pkeys), .success(.allowed)))
        #expect(agreed.onPartitions[pkeys[0]]?.isConfirmation == true)
        #expect(agreed.onPartitions[pkeys[1]]?.isStep == true)
    }

    @Test("No transaction asks about more than 40, since etcd takes 128 conditions")
    mutating func large() throws {
        let many = (0x2000..<0x205a).compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }
        let opinions = try relisted(many).opinions
        #expect(opinions.map(\.count) == [40, 40, 10])
        #expect(Set(opinions.flatMap(\.keys)) == Set(many))
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import Synchronization
import TestSupport
import Testing

/// What a status costs is counted, not timed.
@Suite("What a status costs")
struct StatusCostTests {
    /// A key that counts how often anybody looks at one.
    private struct Counted: Hashable {
        static let looks = Atomic(0)

        let number: Int

        static func == (left: Self, right: Self) -> Bool {
            looks.add(1, ordering: .relaxed)
            return left.number == right.number
        }

        func hash(into hasher: inout Hasher) {
            Self.looks.add(1, ordering: .relaxed)
            hasher.combine(number)
        }
    }

    @Test("What waits is told without a look at any of it, however much it is")
    func queue() {
        var queue = KeyQueue<Counted>(seed: 1)
        for number in 0..<10_000 {
            let urgency = number.isMultiple(of: 3) ? Urgency.arrival : .drift
            queue.add(Counted(number: number), urgency, isNews: false, now: .seconds(number))
        }
        let before = Counted.looks.load(ordering: .relaxed)
        #expect(
            queue.lines == [
                .arrival: QueueLine(depth: 3_334, eldest: .zero), .drift: QueueLine(depth: 6_666, eldest: .seconds(1)),
            ])
        #expect(Counted.looks.load(ordering: .relaxed) == before)
    }

    @Test("A status of many partitions is no larger than one of some: nothing was gathered for it")
    func size() throws {
        let (some, many) = (try status(of: 300), try status(of: 6_000))
        // All of it is there, so that what is compared is not nothing.
        #expect(many.guarded.count == 2_000)
        #expect(many.totals.inventory?.unmanaged.count == 2_000)
        #expect(many.totals.holds == [.deletionGuard: 2_000])
        #expect(many.queue.values.map(\.depth).reduce(0, +) > 1_000)
        #expect(parts(of: many) == parts(of: some))
    }

    /// How many values a value is made of.
    private func parts(of value: Any) -> Int {
        Mirror(reflecting: value).children.reduce(1) { $0 + parts(of: $1.value) }
    }

    /// The status of an engine with so many partitions: a third is yet to be made, of a third the deletion is held back, and
    /// a third is nobody's.
    private func status(of count: Int) throws -> EngineStatus {
        var told = ToldEngine()
        let pkeys = try (1...count).map { try PKey(parsing: "0x" + String($0, radix: 16)) }
        let keys = pkeys.filter { $0.number.value % 3 == 0 }.map { pkey in
            let guid = "0x043f7203" + String(0x1000_0000 + UInt64(pkey.number.value), radix: 16)
            return KeyEntry(
                key: ToldEngine.prefix + pkey.description, value: Array("{'host_guids': ['\(guid)']}".utf8), revision: 5
            )
        }
        let records = pkeys.filter { $0.number.value % 3 == 1 }.map { pkey in
            (pkey, LedgerRecord(.synced, key: ToldEngine.prefix + pkey.description, revision: 5))
        }
        let fabric = pkeys.filter { $0.number.value % 3 == 2 }.map {
            Partition(number: $0.number, ipOverIB: true, members: [])
        }
        let start = told.begin(keys: keys, ledger: Dictionary(uniqueKeysWithValues: records), fabric: fabric)
        // What is claimed many at once is not in the queue before it is answered.
        for batch in start.batches { _ = told.tell(.batchClaimed(batch, .success(.written(RecordVersion(2))))) }
        return told.status
    }
}

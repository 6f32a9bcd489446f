import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// Who is believed that a partition is not there, and when.
@Suite("Witnesses of an absence")
struct AbsencesTests {
    private var absences = Absences()
    private let pkey: PKey
    private let others: [Partition]

    init() throws {
        pkey = try PKey(parsing: "0x5")
        others = (0x2000..<0x2014).map {
            Partition(number: PartitionNumber(lowBitsOf: UInt16($0)), ipOverIB: false, members: [])
        }
    }

    private var partition: Partition { Partition(number: pkey.number, ipOverIB: false, members: []) }

    /// Reads a list that takes no time.
    private mutating func list(
        _ partitions: [Partition], at time: Int = 2, overlapping overlapped: Set<PKey> = []
    ) -> Absences.Loss? {
        absences.listed(FabricSnapshot(complete: partitions), began: .seconds(time), overlapped: overlapped)
    }

    /// The partition is ours, was there among others, and was deleted by a request that ended after a second.
    private mutating func delete(failed outcome: Failure.Outcome? = nil, at time: Int = 1) {
        absences.claimed(pkey)
        _ = list(others + [partition], at: 0)
        absences.sent(.delete(pkey))
        absences.ended(.delete(pkey), failed: outcome, now: .seconds(time))
    }

    private var isProven: Bool { absences[pkey].proof?.pkey == pkey }

    @Test("It takes a read of the one partition and a list, whichever comes first")
    mutating func twoWitnesses() {
        delete()
        #expect(absences[pkey].isDeleted && !isProven)
        absences.read(pkey, isThere: false, began: .seconds(1))
        absences.read(pkey, isThere: false, began: .seconds(2))
        #expect(!isProven)
        #expect(list(others, at: 2) == nil)
        #expect(isProven)
        absences = Absences()
        delete()
        _ = list(others, at: 2)
        _ = list(others, at: 3)
        #expect(!isProven)
        absences.read(pkey, isThere: false, began: .seconds(4))
        #expect(isProven)
    }

    @Test("What began before the last write ended says nothing, nor a list beside a read, nor one from memory")
    mutating func early() {
        delete(at: 5)
        absences.read(pkey, isThere: false, began: .seconds(4))
        _ = list(others, at: 4)
        #expect(absences[pkey].single == nil && absences[pkey].list == nil)
        absences.read(pkey, isThere: false, began: .seconds(5))
        _ = list(others, at: 5, overlapping: [pkey])
        _ = absences.listed(FabricSnapshot(complete: others).recalled, began: .seconds(6), overlapped: [])
        #expect(absences[pkey].list == nil && !isProven)
        _ = list(others, at: 6)
        #expect(isProven)
    }

    @Test(
        "A list that shows the partition takes back what a read beside it has said, unless it began before the write ended"
    )
    mutating func contradicted() {
        delete(at: 5)
        absences.read(pkey, isThere: false, began: .seconds(6))
        _ = list(others + [partition], at: 4, overlapping: [pkey])
        #expect(absences[pkey].single != nil && absences[pkey].isDeleted)
        _ = list(others + [partition], at: 5, overlapping: [pkey])
        #expect(absences[pkey] == .unknown)
    }

    @Test("Who shows the partition, and a write of it, take back what was said before")
    mutating func takenBack() throws {
        let member = Member(guid: try GUID(parsing: "043f720300f55101"), index0: true)
        for round in 0..<3 {
            absences = Absences()
            delete()
            absences.read(pkey, isThere: false, began: .seconds(1))
            _ = list(others)
            #expect(isProven)
            switch round {
            case 0: absences.read(pkey, isThere: true, began: .seconds(3))
            case 1: _ = list(others + [partition], at: 3)
            default: absences.sent(.add(pkey, [member], ipOverIB: false))
            }
            #expect(absences[pkey] == .unknown)
        }
    }

    @Test(
        "After an unknown outcome no witness counts for 10 minutes, after a refusal at once", arguments: [true, false])
    mutating func unknownOutcome(isUnknown: Bool) {
        delete(failed: isUnknown ? .unknown : .nothing)
        #expect(!absences[pkey].isDeleted)
        absences.sent(.delete(pkey))
        absences.ended(.delete(pkey), failed: nil, now: .seconds(2))
        #expect(absences[pkey].isDeleted)
        absences.read(pkey, isThere: false, began: .seconds(600))
        _ = list(others, at: 600)
        #expect(isProven == !isUnknown)
        #expect(absences.wouldCount(pkey, now: .seconds(600)) == false)
        #expect(absences.wouldCount(pkey, now: .seconds(601)) == isUnknown)
        absences.read(pkey, isThere: false, began: .seconds(601))
        _ = list(others, at: 601)
        #expect(isProven)
    }

    @Test("What an earlier life has left may still be written by it for 10 minutes; a single run does not live so long")
    mutating func inherited() {
        let record = LedgerRecord(.deleting, key: "/p/0x5", revision: 0)
        absences.inherit([pkey: record], now: .zero)
        absences.claimed(pkey)
        absences.read(pkey, isThere: false, began: .seconds(599))
        _ = list(others, at: 599)
        #expect(absences[pkey] == .unknown)
        absences.read(pkey, isThere: false, began: .seconds(600))
        _ = list(others, at: 600)
        #expect(isProven)
        absences = Absences(runsOnce: true)
        absences.inherit([pkey: record], now: .zero)
        absences.read(pkey, isThere: false, began: .seconds(1))
        _ = list(others, at: 1)
        #expect(isProven)
    }

    @Test("A list that lacks more than may go by itself counts for nothing, nor the next ones for 10 minutes")
    mutating func startingUFM() {
        delete()
        absences.read(pkey, isThere: false, began: .seconds(1))
        // Of 20 that we have not asked to be deleted, 5 are not more than a fifth and more than four.
        #expect(list(Array(others.dropFirst(5)), at: 2) == Absences.Loss(lacking: 5, seen: 20))
        #expect(!isProven && !absences.wouldCount(pkey, now: .seconds(601)))
        #expect(list(others, at: 3) == nil)
        #expect(list(others, at: 601) == nil)
        #expect(!isProven)
        #expect(list(others, at: 602) == nil)
        #expect(isProven)
    }

    @Test("The same said 10 minutes later is believed, and what comes and goes is not")
    mutating func second() {
        delete()
        absences.read(pkey, isThere: false, began: .seconds(1))
        #expect(list([], at: 2) == Absences.Loss(lacking: 20, seen: 20))
        #expect(list([], at: 32) == nil)
        #expect(!isProven)
        var other = absences
        #expect(list([], at: 602) == nil)
        #expect(isProven)
        swap(&other, &absences)
        #expect(list(others, at: 601) == nil)
        #expect(list([], at: 602) == Absences.Loss(lacking: 20, seen: 20))
        #expect(list([], at: 1_201) == nil)
        #expect(!isProven)
    }

    @Test("A list without any of several partitions is not believed, however few; one that goes by itself may go")
    mutating func few() {
        delete()
        _ = list(Array(others.prefix(2)), at: 2)
        absences = Absences()
        absences.claimed(pkey)
        _ = list(Array(others.prefix(2)), at: 0)
        #expect(list(Array(others.prefix(1)), at: 1) == nil)
        #expect(list([], at: 2) == nil)
        _ = list(Array(others.prefix(2)), at: 3)
        #expect(list([], at: 4) == Absences.Loss(lacking: 2, seen: 2))
    }

    @Test("What we have asked to be deleted is not missed, and what an earlier life saw is")
    mutating func missed() throws {
        let pkeys = others.compactMap { PKey($0.number) }
        _ = list(others, at: 0)
        for pkey in pkeys.prefix(15) { absences.sent(.delete(pkey)) }
        #expect(list(Array(others.suffix(5)), at: 1) == nil)
        absences = Absences(runsOnce: true)
        let synced = Dictionary(
            uniqueKeysWithValues: pkeys.map { ($0, LedgerRecord(.synced, key: "/p/\($0)", revision: 5)) })
        absences.inherit(synced, now: .zero)
        #expect(list([], at: 1) == Absences.Loss(lacking: 20, seen: 20))
    }
}

import Fabric
import Testing

@testable import Reconciler

@Suite("The slots of what is under way")
struct SlotsTests {
    private let pkeys = (1...20).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }
    private var slots = Slots(4)

    /// So many more runs of a class ask for a write.
    private mutating func fill(_ count: Int, _ urgency: Urgency, now: Duration = .zero) -> [PKey] {
        let new = Array(pkeys[slots.count..<slots.count + count])
        for pkey in new { slots.asks(pkey, .write, as: urgency, now: now) }
        return new
    }

    private func open(now: Duration = .zero) -> [Urgency] {
        Urgency.allCases.filter { slots.isOpen(to: $0, now: now) }
    }

    @Test("What drifts takes all that are shared, and never the one kept for what leaves and the one for what arrives")
    mutating func drift() {
        _ = fill(3, .drift)
        #expect(open() == Urgency.allCases)
        _ = fill(1, .drift)
        #expect(open() == [.arrival, .departure])
        _ = fill(1, .arrival)
        #expect(open() == [.departure])
        _ = fill(1, .departure)
        #expect(open().isEmpty)
    }

    @Test("A first list has those that are shared and its own, and what leaves still finds one")
    mutating func arrivals() {
        _ = fill(4, .arrival)
        #expect(open() == Urgency.allCases)
        _ = fill(1, .arrival)
        #expect(open() == [.departure])
    }

    @Test("What began out of turn takes none of those that are kept")
    mutating func outOfTurn() {
        for pkey in pkeys.prefix(4) {
            #expect(slots.isSharedOpen(now: .zero))
            slots.asks(pkey, .write, as: nil, now: .zero)
        }
        #expect(!slots.isSharedOpen(now: .zero))
        #expect(open() == [.arrival, .departure])
        slots.asks(pkeys[4], .write, as: .arrival, now: .zero)
        #expect(open() == [.departure])
    }

    @Test("A timeout of a write halves what is shared, never the kept ones, and each success restores one")
    mutating func window() {
        let first = fill(4, .arrival)
        slots.answered(first[0], .timedOut)
        #expect(slots.window == 2)
        // More are taken than the window has, and the kept one is open.
        #expect(open() == [.departure])
        slots.answered(first[1], .timedOut)
        slots.answered(first[2], .timedOut)
        #expect(slots.window == 1)
        for pkey in first { slots.leave(pkey) }
        #expect(open() == Urgency.allCases)
        let second = fill(2, .arrival)
        #expect(open() == [.departure])
        slots.answered(second[0], .failed)
        #expect(slots.window == 1)
        slots.answered(second[1], .succeeded)
        #expect(slots.window == 2)
        for _ in 0..<4 {
            slots.asks(second[0], .write, as: .arrival, now: .zero)
            slots.answered(second[0], .succeeded)
        }
        #expect(slots.window == 4)
    }

    @Test("A read or a ledger that takes too long halves nothing", arguments: [Slots.Kind.read, .ledger])
    mutating func otherTimeouts(kind: Slots.Kind) {
        slots.asks(pkeys[0], kind, as: .arrival, now: .zero)
        slots.answered(pkeys[0], .timedOut)
        #expect(slots.window == 4)
    }

    @Test("One that takes long frees its slot only once a younger one of its kind has succeeded")
    mutating func aged() {
        _ = fill(5, .arrival)
        #expect(open(now: .seconds(60)) == [.departure])
        slots.asks(pkeys[10], .read, as: .departure, now: .seconds(1))
        slots.answered(pkeys[10], .succeeded)
        #expect(open(now: .seconds(60)) == [])
        slots.asks(pkeys[10], .write, as: .departure, now: .seconds(1))
        slots.answered(pkeys[10], .succeeded)
        slots.leave(pkeys[10])
        #expect(open(now: .milliseconds(2_999)) == [.departure])
        #expect(slots.nextFreed(after: .seconds(2)) == .seconds(3))
        #expect(open(now: .seconds(3)) == Urgency.allCases)
    }

    @Test("Never are more under way than twice as many as are shared, and the kept ones")
    mutating func most() {
        for round in 0..<20 {
            let now = Duration.seconds(10 * round)
            while slots.isOpen(to: .arrival, now: now) {
                slots.asks(pkeys[slots.count], .write, as: .arrival, now: now)
            }
            // Another one succeeds.
            slots.asks(pkeys[19], .write, as: .departure, now: now)
            slots.answered(pkeys[19], .succeeded)
            slots.leave(pkeys[19])
        }
        #expect(slots.count == 10)
        #expect(!slots.hasRoom)
        #expect(open(now: .seconds(1_000)).isEmpty)
        slots.answered(pkeys[0], .failed)
        #expect(slots.hasRoom)
    }
}

import Fabric
import Testing

@testable import Reconciler

@Suite("The reads that show what came of writes")
struct VerificationTests {
    private let pkeys = (1...200).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }
    private var verification = Verification(2, least: 4)
    private var terms = Verification.Terms(listCost: .milliseconds(50))

    private mutating func join(_ range: Range<Int>, _ manner: Verification.Manner, now: Duration = .zero) {
        for pkey in pkeys[range] { verification.join(pkey, manner, now: now) }
    }

    private mutating func next(now: Duration = .zero) -> [Verification.Request] { verification.next(terms, now: now) }

    /// A single read of one has taken so long.
    private mutating func learn(_ cost: Duration) {
        verification.join(pkeys[199], .singly, now: .zero)
        _ = next()
        _ = verification.answered(pkeys[199], .succeeded, now: cost)
        verification.leave(pkeys[199])
    }

    private func single(_ range: Range<Int>) -> [Verification.Request] { pkeys[range].map { .single($0) } }

    private mutating func answer(_ pkey: PKey, _ outcome: Slots.Outcome, now: Duration) -> Bool {
        verification.answered(pkey, outcome, now: now)
    }

    private mutating func shown() -> [PKey] {
        var all: [PKey] = []
        while let pkey = verification.nextShown() { all.append(pkey) }
        return all
    }

    @Test("As many are read by themselves at once as there are slots, and who is to see ports leave before others")
    mutating func slots() {
        join(0..<2, .soon)
        join(2..<3, .singly)
        #expect(next() == [.single(pkeys[2]), .single(pkeys[0])])
        #expect(next().isEmpty)
        #expect(answer(pkeys[2], .succeeded, now: .milliseconds(20)) == true)
        #expect(next().isEmpty)
        verification.leave(pkeys[2])
        #expect(next() == [.single(pkeys[1])])
        #expect(answer(pkeys[3], .succeeded, now: .milliseconds(20)) == false)
    }

    @Test("Those that may be seen together gather while others are to come, and one list is read for them")
    mutating func gathering() {
        learn(.milliseconds(20))
        terms.coming = 100
        join(0..<20, .together)
        #expect(next().isEmpty)
        #expect(verification.nextDue(terms, now: .zero) == Verification.gathering)
        #expect(next(now: .milliseconds(1_999)).isEmpty)
        #expect(next(now: .seconds(2)) == [.list])
        verification.listAsked(1)
        terms.isBeingRead = true
        // These are too late for it.
        join(20..<30, .together, now: .seconds(2))
        #expect(next(now: .seconds(10)).isEmpty)
        terms.isBeingRead = false
        verification.listAnswered(isWitness: true, cost: .milliseconds(50), now: .milliseconds(2_050))
        #expect(shown() == Array(pkeys[0..<20]))
        // Nobody else is to come.
        terms.coming = 0
        #expect(next(now: .milliseconds(2_100)).isEmpty)
        #expect(verification.nextDue(terms, now: .milliseconds(2_100)) == .milliseconds(2_150))
        #expect(next(now: .milliseconds(2_150)) == [.list])
    }

    @Test("Where a list is not cheaper, or of no use, each is read by itself", arguments: ["few", "dear", "unusable"])
    mutating func singly(why: String) {
        learn(.milliseconds(10))
        if why == "unusable" { terms.isListUsable = false }
        join(0..<(why == "few" ? 3 : why == "dear" ? 5 : 20), .together)
        #expect(next() == single(0..<2))
    }

    @Test("A list that was recalled or failed shows nothing, and each is read by itself")
    mutating func noWitness() {
        learn(.milliseconds(20))
        join(0..<8, .together)
        #expect(next() == [.list])
        verification.listAsked(1)
        verification.listAnswered(isWitness: false, cost: nil, now: .seconds(1))
        #expect(shown().isEmpty)
        #expect(next(now: .seconds(1)) == single(0..<2))
    }

    @Test("What a list does not show is read by itself before all others")
    mutating func contradiction() {
        learn(.milliseconds(20))
        join(0..<8, .together)
        #expect(next() == [.list])
        verification.listAsked(1)
        verification.listAnswered(isWitness: true, cost: .milliseconds(50), now: .seconds(1))
        let first = verification.nextShown()
        #expect(first == pkeys[0])
        verification.contradicted(pkeys[0])
        join(8..<9, .soon)
        #expect(next(now: .seconds(1)) == [.single(pkeys[0]), .single(pkeys[8])])
    }

    @Test("Whoever is wanted otherwise, and whoever has waited too long for a list, is read by itself")
    mutating func impatience() {
        learn(.milliseconds(20))
        terms.coming = 100
        join(0..<8, .together)
        #expect(next().isEmpty)
        verification.hasten(pkeys[5])
        #expect(next() == [.single(pkeys[5])])
        verification.leave(pkeys[5])
        #expect(next(now: .seconds(2)) == [.list])
        verification.listAsked(1)
        terms.isBeingRead = true
        verification.hasten(pkeys[6])
        #expect(next(now: .seconds(3)) == [.single(pkeys[6])])
        #expect(verification.nextDue(terms, now: .seconds(3)) == Verification.patience)
        verification.leave(pkeys[6])
        #expect(next(now: Verification.patience) == single(0..<2))
        verification.listAnswered(isWitness: true, cost: .seconds(40), now: .seconds(42))
        // What is being read by itself is not shown by the list as well.
        #expect(shown() == [pkeys[2], pkeys[3], pkeys[4], pkeys[7]])
    }

    @Test("Asked to stop, nobody waits for others, nor for UFM to have had its rest from lists")
    mutating func stopping() {
        learn(.milliseconds(20))
        terms.coming = 100
        verification.listAnswered(isWitness: true, cost: .milliseconds(50), now: .zero)
        join(0..<8, .together)
        #expect(next().isEmpty)
        terms.mayWait = false
        #expect(next() == [.list])
    }

    @Test("Who is no longer waited for is not read")
    mutating func left() {
        join(0..<3, .soon)
        for pkey in pkeys[0..<3] { verification.leave(pkey) }
        #expect(next().isEmpty && verification.isEmpty)
    }

    @Test("Of many that somebody waits for, those that find no slot are shown by a list")
    mutating func crowd() {
        learn(.milliseconds(20))
        join(0..<5, .soon)
        #expect(next() == single(0..<2))
        join(5..<7, .soon)
        #expect(next() == [.list])
        verification.listAsked(1)
        verification.listAnswered(isWitness: true, cost: .milliseconds(50), now: .milliseconds(50))
        #expect(shown() == Array(pkeys[2..<7]))
    }

    @Test("A read that hangs keeps no other waiting once a younger one has succeeded")
    mutating func aged() {
        join(0..<4, .singly)
        #expect(next() == single(0..<2))
        #expect(answer(pkeys[1], .succeeded, now: .milliseconds(20)) == true)
        verification.leave(pkeys[1])
        #expect(next(now: .milliseconds(20)) == single(2..<3))
        #expect(next(now: .seconds(2)).isEmpty)
        #expect(next(now: .seconds(3)) == single(3..<4))
    }
}

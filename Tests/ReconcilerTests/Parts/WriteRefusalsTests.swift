import Fabric
import Planning
import Testing

@testable import Reconciler

@Suite("What a fabric manager says that lets us change nothing")
struct WriteRefusalsTests {
    private var refusals = WriteRefusals()
    private let pkeys: [PKey]
    private let forbidden = Failure(.credentials, "403")

    init() throws {
        pkeys = try (1...9).map { try PKey(parsing: "0x\($0)") }
    }

    private mutating func refuse(_ index: Int, at now: Duration = .zero) {
        refusals.sending(pkeys[index], now: now)
        #expect(refusals.answered(.failure(forbidden), of: pkeys[index], now: now) == nil)
    }

    private mutating func take(_ index: Int, at now: Duration = .zero) -> WriteRefusals.Relief? {
        refusals.sending(pkeys[index], now: now)
        return refusals.answered(.success(.done), of: pkeys[index], now: now)
    }

    private mutating func words(_ index: Int, isNews: Bool = true, othersCome: Bool = false) -> WriteRefusals.Words {
        refusals.words(on: pkeys[index], forbidden, isNews: isNews, othersCome: othersCome)
    }

    @Test("One partition that is refused again and again keeps no other waiting, and is told once")
    mutating func one() {
        for second in 0..<100 {
            refuse(0, at: .seconds(second))
            #expect(words(0, isNews: second == 0) == (second == 0 ? .partition : .nothing))
            #expect(refusals.failure(now: .seconds(second)) == nil && refusals.next == nil)
        }
    }

    @Test("Two that are refused, and none taken in between, are told as one, and as nothing after that")
    mutating func everything() {
        refuse(0)
        #expect(words(0, othersCome: true) == .nothing)
        refuse(1)
        #expect(words(1, othersCome: true) == .everything)
        #expect(words(0, isNews: false) == .nothing)
        refuse(2)
        #expect(words(2) == .nothing)
        #expect(refusals.failure(now: .zero) == forbidden)
    }

    @Test("Then one write at a time is tried, less and less often, and at least once a minute")
    mutating func pauses() {
        refuse(0)
        refuse(1)
        var (now, pauses) = (Duration.zero, [Int64]())
        for round in 0..<9 {
            let next = refusals.next ?? .zero
            pauses.append((next - now).components.seconds)
            now = next
            #expect(refusals.failure(now: now - .milliseconds(1)) == forbidden)
            // Each in its turn.
            #expect(refusals.due(now: now) == pkeys[round % 2])
            #expect(refusals.due(now: now) == nil)
            #expect(refusals.failure(now: now) == nil)
            refusals.sending(pkeys[1], now: now)
            #expect(refusals.failure(now: now) == forbidden && refusals.next == nil)
            refuse(1, at: now)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60])
    }

    @Test(
        "What UFM says against the partition that is tried with shows that changes are let through: nobody waits any more"
    )
    mutating func objection() {
        refuse(0)
        refuse(1)
        refusals.sending(pkeys[0], now: .seconds(1))
        let refused = Result<StepAnswer, Failure>.success(
            .refused(StepRefusal(.noSuchPartition, Failure(.rejected, "404"), keepsEmpty: false)))
        #expect(refusals.answered(refused, of: pkeys[0], now: .seconds(1))?.pkeys == [pkeys[0], pkeys[1]])
        #expect(refusals.failure(now: .seconds(1)) == nil && refusals.next == nil)
    }

    @Test("What is told meanwhile is tried at once, but no more often than once a second")
    mutating func hurried() {
        refuse(0)
        refuse(1)
        for _ in 0..<9 { refuse(0, at: .seconds(100)) }
        refusals.hurry(now: .milliseconds(100_200))
        #expect(refusals.failure(now: .milliseconds(100_900)) == forbidden)
        #expect(refusals.failure(now: .seconds(101)) == nil)
    }

    @Test("A write that is taken ends it: what was refused may be tried, and it says for how long nothing was taken")
    mutating func relief() {
        refuse(0)
        refuse(1)
        // One that was not even sent.
        #expect(words(3) == .everything)
        #expect(
            take(2, at: .seconds(60))
                == WriteRefusals.Relief(after: .seconds(60), pkeys: [pkeys[0], pkeys[1], pkeys[3]]))
        #expect(refusals.failure(now: .seconds(60)) == nil)
        #expect(take(0) == nil && take(1) == nil)
    }

    @Test(
        "What is refused again after others were taken is refused for itself, however many these are, and told so once")
    mutating func own() {
        refuse(0)
        #expect(words(0, othersCome: true) == .nothing)
        refuse(1)
        #expect(words(1) == .everything)
        #expect(take(2)?.pkeys.count == 2)
        for index in [0, 1, 0, 1] {
            refuse(index)
            #expect(refusals.failure(now: .zero) == nil)
        }
        #expect(words(0, isNews: false) == .partition && words(1, isNews: false) == .partition)
        #expect(words(0, isNews: false) == .nothing && words(1, isNews: false) == .nothing)
        // Until it is taken once.
        #expect(take(0) == nil && take(1) == nil)
        refuse(0)
        refuse(1)
        #expect(refusals.failure(now: .zero) == forbidden)
    }

    @Test("Where others are to come, one that is refused is told when it is refused again")
    mutating func heldBack() {
        refuse(0)
        #expect(words(0, othersCome: true) == .nothing)
        refuse(0)
        #expect(words(0, isNews: false, othersCome: true) == .partition)
        #expect(words(0, isNews: false, othersCome: true) == .nothing)
    }

    @Test("What is not about us says nothing of the kind")
    mutating func others() {
        for (index, cause) in [Failure.Cause.rejected, .busy, .serverError, .timedOut].enumerated() {
            let failure = Failure(cause, "no")
            #expect(refusals.answered(.failure(failure), of: pkeys[index], now: .zero) == nil)
            #expect(refusals.words(on: pkeys[index], failure, isNews: true, othersCome: true) == .partition)
            #expect(refusals.failure(now: .zero) == nil)
        }
    }

    @Test("What is wanted while a write is tried does not wait for the pause that this one has earned")
    mutating func hurriedMeanwhile() {
        refuse(0)
        refuse(1)
        for second in [2, 5, 10] { refuse(0, at: .seconds(second)) }
        refusals.sending(pkeys[1], now: .seconds(20))
        refusals.hurry(now: .seconds(21))
        _ = refusals.answered(.failure(forbidden), of: pkeys[1], now: .seconds(23))
        #expect(refusals.failure(now: .seconds(24)) == nil)
        // The one after that waits as long as ever.
        refuse(0, at: .seconds(24))
        #expect(refusals.failure(now: .seconds(30)) == forbidden)
    }

    @Test("What was not even sent is asked for in its turn as well")
    mutating func unsent() {
        refuse(0)
        refuse(1)
        _ = words(2)
        let asked = (0..<3).map { _ in
            let next = refusals.next ?? .zero
            let pkey = refusals.due(now: next)
            refusals.sending(pkeys[0], now: next)
            _ = refusals.answered(.failure(forbidden), of: pkeys[0], now: next)
            return pkey
        }
        #expect(asked == [pkeys[0], pkeys[1], pkeys[2]])
    }
}

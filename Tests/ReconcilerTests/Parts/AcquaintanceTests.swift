import Testing

@testable import Reconciler

@Suite("Acquaintance with a server")
struct AcquaintanceTests {
    private var server = Acquaintance<[String]>.unheard(nil)
    private let gone = Failure(.unreachable, "gone")

    @Test("What it told is known once it has answered, and stays known while it is away")
    mutating func knowledge() {
        #expect(server.knowledge == nil)
        server.failed(gone, now: .zero)
        #expect(server.knowledge == nil)
        #expect(!server.isHeard)
        server.answered { ($0 ?? []) + ["first"] }
        #expect(server.knowledge == ["first"])
        #expect(server.outage == nil)
        server.failed(gone, now: .seconds(1))
        #expect(server.isHeard)
        #expect(server.knowledge == ["first"])
        server.answered { ($0 ?? []) + ["second"] }
        #expect(server.knowledge == ["first", "second"])
        #expect(server.outage == nil)
    }

    @Test("What is known is changed in place, and nothing is before it has answered")
    mutating func update() {
        server.update { $0.append("too early") }
        #expect(server.knowledge == nil)
        server.answered { _ in [] }
        server.update { $0.append("up") }
        server.failed(gone, now: .zero)
        server.update { $0.append("down") }
        #expect(server.knowledge == ["up", "down"])
        #expect(server.outage?.failures == 1)
    }

    @Test(
        "An outage keeps its beginning, and is tried at longer intervals, up to 2 s, or 15 s where a password is wrong",
        arguments: [(Failure.Cause.unreachable, [0.5, 1, 2, 2, 2, 2, 2]), (.credentials, [0.5, 1, 2, 4, 8, 15, 15])])
    mutating func backoff(cause: Failure.Cause, seconds: [Double]) {
        var now = Duration.seconds(100)
        var pauses: [Duration] = []
        for _ in 0..<7 {
            server.failed(Failure(cause, "gone"), now: now)
            let next = server.outage?.retryAt ?? now
            pauses.append(next - now)
            now = next
        }
        #expect(server.outage?.since == .seconds(100))
        #expect(server.outage?.failures == 7)
        #expect(pauses == seconds.map(Duration.seconds))
    }

    @Test("Where somebody waits the next try is made at once, but not too soon after the last")
    mutating func hurry() {
        for second in 0..<3 { server.failed(gone, now: .seconds(second)) }
        server.hurry(now: .milliseconds(2_100))
        // It was never there: nobody waits for its return.
        #expect(server.outage?.retryAt == .seconds(4))
        server.answered { _ in [] }
        for second in 0..<3 { server.failed(gone, now: .seconds(second)) }
        server.hurry(now: .milliseconds(2_100))
        #expect(server.outage?.retryAt == .milliseconds(2_250))
    }

    @Test("A server that wishes to be left alone is, but for a minute at most")
    mutating func wishes() {
        server.failed(Failure(.busy, "later", retryAfter: .seconds(30)), now: .zero)
        #expect(server.outage?.retryAt == .seconds(30))
        server.failed(Failure(.busy, "tomorrow", retryAfter: .seconds(86_400)), now: .seconds(30))
        #expect(server.outage?.retryAt == .seconds(90))
    }

    @Test("While a try is under way there is no time for the next one")
    mutating func retrying() {
        server.retrying()
        #expect(server.outage == nil)
        server.failed(gone, now: .zero)
        server.retrying()
        #expect(server.outage?.retry == .underWay)
        #expect(server.outage?.retryAt == nil)
        server.failed(gone, now: .seconds(1))
        #expect(server.outage?.retryAt == .seconds(2))
    }
}

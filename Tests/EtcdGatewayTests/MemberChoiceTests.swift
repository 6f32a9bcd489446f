import TestSupport
import Testing
import Transport

@testable import EtcdGateway

private let names = (1...5).map { EtcdEndpoint(scheme: .http, host: "m\($0)", port: 1) }

@Suite("In which order endpoints are asked")
struct EndpointOrderTests {
    private typealias Order = EndpointOrder<ManualClock.Instant>

    private func at(_ seconds: Int) -> ManualClock.Instant { ManualClock.Instant(offset: .seconds(seconds)) }

    @Test("The one that answered last is asked first, one that has failed last, and after a while in its turn again")
    func order() {
        var order = Order()
        let three = Array(names[..<3])
        #expect(order.order(of: three, now: at(0)) == three)
        order.answered(names[1], isChoice: true)
        #expect(order.order(of: three, now: at(0)) == [names[1], names[2], names[0]])
        order.failed(names[1], now: at(1))
        order.failed(names[0], now: at(2))
        #expect(order.order(of: three, now: at(3)) == [names[2], names[1], names[0]])
        #expect(order.order(of: three, now: at(11)) == [names[1], names[2], names[0]])
        order.answered(names[0], isChoice: false)
        #expect(order.order(of: three, now: at(12)) == [names[1], names[2], names[0]])
    }

    @Test("Who is to be asked last comes after those that have failed, with all addresses of its name")
    func last() {
        var order = Order()
        let addressed = ["10.0.0.1", "10.0.0.2"].map {
            EtcdEndpoint(scheme: .http, host: "m1", port: 1, address: $0)
        }
        order.failed(names[1], now: at(1))
        #expect(order.order(of: addressed + [names[1]], last: names[0], now: at(2)) == [names[1]] + addressed)
    }
}

@Suite("Which cluster is ours")
struct ClusterVoteTests {
    private func vote(_ ballots: [ClusterVote.Ballot?]) -> ClusterVote {
        var vote = ClusterVote(Array(names[..<ballots.count]))
        for (name, ballot) in zip(names, ballots) { if let ballot { vote.take(ballot, of: name) } }
        return vote
    }

    @Test(
        "A majority of the names elects at once; else all that answer have to agree, when nobody is waited for any more",
        arguments: [
            ([.cluster(7), .cluster(7), nil], .elected(7), .elected(7)),
            ([.cluster(8), nil, nil], .open, .elected(8)),
            ([.cluster(8), .silent, .silent], .open, .elected(8)),
            ([.cluster(8), .noVote, .noVote], .elected(8), .elected(8)),
            ([.cluster(8), .cluster(7), .cluster(7)], .elected(7), .elected(7)),
            ([.cluster(8), .cluster(7), .silent], .open, .split),
            ([.cluster(8), .cluster(7)], .split, .split),
            ([.cluster(8), .cluster(7), .cluster(7), .cluster(6), .silent], .open, .split),
            ([.silent, .silent], .nobody, .nobody), ([.noVote, .silent], .nobody, .nobody),
            ([nil, .silent], .open, .open), ([.cluster(7)], .elected(7), .elected(7)),
        ] as [([ClusterVote.Ballot?], ClusterVote.Outcome, ClusterVote.Outcome)])
    func outcomes(ballots: [ClusterVote.Ballot?], early: ClusterVote.Outcome, late: ClusterVote.Outcome) {
        #expect(vote(ballots).outcome(isTimeUp: false) == early)
        #expect(vote(ballots).outcome(isTimeUp: true) == late)
    }
}

@Suite("How often is logged in")
struct LoginRateTests {
    private typealias Rate = LoginRate<ManualClock.Instant>

    private func at(_ milliseconds: Int) -> ManualClock.Instant {
        ManualClock.Instant(offset: .milliseconds(milliseconds))
    }

    @Test("Once a second in all until a login was a good one, and again after one that was not")
    func rate() {
        var rate = Rate()
        #expect(rate.reserve(now: at(0)) == nil)
        #expect(rate.reserve(now: at(10)) == at(1_000))
        #expect(rate.reserve(now: at(20)) == at(2_000))
        rate.ended(isGood: false)
        #expect(rate.reserve(now: at(5_000)) == nil)
        rate.ended(isGood: true)
        for _ in 0..<9 { #expect(rate.reserve(now: at(5_001)) == nil) }
        rate.ended(isGood: false)
        #expect(rate.reserve(now: at(5_010)) == at(6_000))
    }
}

@Suite("How long a follower waits")
struct FollowerConnectionTests {
    private typealias Connection = FollowerConnection<ManualClock.Instant>

    private let now = ManualClock.Instant()
    private let outage = EtcdError(.unavailable, "")

    private func failed(_ part: Connection.Part, _ count: Int, in connection: inout Connection) {
        for _ in 0..<count { _ = connection.lose(outage, during: part, now: now) }
    }

    @Test("The wait grows up to five seconds, and nothing but progress takes it back")
    func growing() {
        var connection = Connection()
        var longest: [Duration] = []
        for _ in 1...9 {
            failed(.watch, 1, in: &connection)
            longest.append((1...50).map { _ in connection.pause(of: .watch) }.max() ?? .zero)
        }
        #expect(longest[0] == .zero && longest[1] <= .milliseconds(100) && longest[1] > .milliseconds(50))
        #expect(longest[8] <= .seconds(5) && longest[8] > .seconds(2.5))
        // A list that works, and a watch that is only set up, say nothing of what a watch will do.
        connection.delivered(.list)
        _ = connection.regain(told: 1, now: now)
        #expect(connection.pause(of: .watch) > .seconds(2))
        connection.delivered(.watch)
        #expect(connection.pause(of: .watch) == .zero)
    }

    @Test("A server that comes back is tried at once, one time")
    func chance() {
        var connection = Connection()
        let answers = [false, true, true, false, true, true]
        #expect(answers.map { connection.takesChance(isAtWork: $0) } == [false, true, false, false, true, false])
        connection.delivered(.watch)
        let again = connection.takesChance(isAtWork: true)
        #expect(again)
    }
}

import Reconciler
import TestSupport
import Testing

@testable import Ledger

@Suite("When a heartbeat is written, and whom others take for alive")
struct HeartbeatPaceTests {
    private static func summary(_ words: String) -> Heartbeat.Summary {
        Heartbeat.Summary(.running, isWell: true, words)
    }

    /// Takes all steps of some seconds, each of which succeeds; gives those of each second that has any.
    private func steps(
        _ pace: inout HeartbeatPace, _ seconds: Range<Int>, _ words: (Int) -> String
    ) -> [Int: [HeartbeatPace.Step]] {
        var found: [Int: [HeartbeatPace.Step]] = [:]
        for second in seconds {
            let (now, summary) = (Duration.seconds(second), Self.summary(words(second)))
            for step in pace.steps(for: summary, now: now) {
                pace.done(step, summary, now: now)
                found[second, default: []].append(step)
            }
        }
        return found
    }

    @Test("At rest it is written once, and its lease alone is renewed every ten seconds")
    func rest() {
        var pace = HeartbeatPace()
        let found = steps(&pace, 0..<3_600) { _ in "well" }
        #expect(found[0] == [.write, .note, .look])
        #expect(found.values.count { $0.contains(.write) } == 1)
        #expect(found.filter { $0.value.contains(.renew) }.keys.sorted() == Array(stride(from: 10, to: 3_600, by: 10)))
        #expect(found.values.count { $0.contains(.note) } == 12)
        #expect(found.values.count { $0.contains(.look) } == 240)
    }

    @Test(
        "What changes is written at once, and what changes all the time every ten seconds; the lease is renewed all the same"
    )
    func change() {
        var pace = HeartbeatPace()
        let found = steps(&pace, 0..<100) { $0 < 25 ? "well" : $0 < 55 ? "\($0)" : "ill" }
        #expect(found.filter { $0.value.contains(.write) }.keys.sorted() == [0, 25, 35, 45, 55])
        #expect(found.filter { $0.value.contains(.renew) }.keys.sorted() == Array(stride(from: 10, to: 100, by: 10)))
    }

    @Test("After a failure it is tried again three seconds later, and what was lost is written at once")
    func failure() {
        var pace = HeartbeatPace()
        _ = steps(&pace, 0..<8) { _ in "well" }
        pace.failed(now: .seconds(10))
        #expect(pace.steps(for: Self.summary("well"), now: .seconds(12)) == [])
        #expect(pace.steps(for: Self.summary("well"), now: .seconds(13)).contains(.renew))
        pace.done(.renew, Self.summary("well"), now: .seconds(13))
        pace.lost()
        #expect(pace.steps(for: Self.summary("well"), now: .seconds(14)) == [.write])
    }

    @Test("That it cannot be written is told once, after half a minute, and again only after it could be")
    func trouble() {
        var trouble = HeartTrouble(forbearance: .seconds(30))
        var over: [Bool] = [trouble.isOver()]
        #expect((0..<100).filter { trouble.isToBeTold(now: .seconds($0)) } == [30])
        over += [trouble.isOver(), trouble.isOver()]
        // A short one in between is none.
        #expect((100..<110).filter { trouble.isToBeTold(now: .seconds($0)) } == [])
        over.append(trouble.isOver())
        #expect((200..<300).filter { trouble.isToBeTold(now: .seconds($0)) } == [230])
        #expect(over == [false, true, false, false])
    }

    // MARK: Others

    private let own = Heartbeat.Daemon(host: "admin1", process: 10, version: "1")

    private func sighting(_ daemon: Heartbeat.Daemon, created: Int64) -> Sighting {
        Sighting(name: "/alive/\(daemon.name)", heartbeat: Heartbeat(of: daemon, Self.summary("")), created: created)
    }

    @Test("What a restart left behind is nobody's: it goes before any lease is over")
    func leftover() {
        var others = OtherDaemons(besides: own)
        let old = sighting(Heartbeat.Daemon(host: "admin1", process: 9, version: "1"), created: 5)
        let ours = sighting(own, created: 7)
        for second in stride(from: 0, to: 61, by: 15) {
            #expect(others.see([old, ours], now: .seconds(second)) == [])
        }
        #expect(others.see([ours], now: .seconds(75)) == [])
        #expect(others.hasOwn([ours]) && !others.hasOwn([old]))
    }

    @Test("One that stands for longer than any lease, or came up after ours, is another daemon's, and told once")
    func another() {
        var others = OtherDaemons(besides: own)
        let elder = sighting(Heartbeat.Daemon(host: "admin2", process: 10, version: "1"), created: 5)
        let ours = sighting(own, created: 7)
        let younger = sighting(Heartbeat.Daemon(host: "admin3", process: 10, version: "1"), created: 9)
        #expect(others.see([elder, ours], now: .zero) == [])
        #expect(others.see([elder, ours, younger], now: .seconds(15)) == [.lives(younger)])
        #expect(others.see([elder, ours, younger], now: .seconds(60)) == [])
        #expect(others.see([elder, ours, younger], now: .seconds(75)) == [.lives(elder)])
        #expect(others.see([elder, ours, younger], now: .seconds(90)) == [])
        #expect(others.see([ours, younger], now: .seconds(105)) == [.isGone(elder)])
        #expect(others.see([ours], now: .seconds(120)) == [.isGone(younger)])
        #expect(others.see([ours], now: .seconds(135)) == [])
    }

    @Test("A process of our own host and number, as in two containers, is another daemon")
    func sameName() {
        var others = OtherDaemons(besides: own)
        let twin = sighting(Heartbeat.Daemon(host: "admin1", process: 10, version: "1"), created: 7)
        #expect(!others.hasOwn([twin]))
        #expect(others.see([twin], now: .seconds(15)) == [.lives(twin)])
    }

    @Test("What cannot be read counts for a daemon as well, once it is no leftover")
    func unreadable() {
        var others = OtherDaemons(besides: own)
        let strange = Sighting(name: "/alive/x-1", heartbeat: nil, created: 1)
        #expect(others.see([strange, sighting(own, created: 2)], now: .zero) == [])
        #expect(others.see([strange, sighting(own, created: 2)], now: .seconds(70)) == [.lives(strange)])
    }
}

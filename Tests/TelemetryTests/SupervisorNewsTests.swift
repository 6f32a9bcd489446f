import KeyHistory
import Testing

@testable import Reconciler
@testable import Telemetry

@Suite("What the service manager hears")
struct SupervisorNewsTests {
    private static let etcd = SourceID("etcd", prefix: KeyName("/pkeys/"))

    /// A status; by default all is well, and the first pass is done.
    private func status(
        _ seconds: Double, _ stage: EngineStatus.Stage = .running, told: Bool = true, source: String? = nil,
        fabric: String? = nil, knowsFabric: Bool = true, records: [LedgerRecord.State: Int] = [.synced: 2]
    ) -> EngineStatus {
        func outage(_ words: String?) -> Outage? { words.map { Outage(Failure(.unavailable, $0), now: .zero) } }
        var totals = EngineStatus.Totals()
        if stage != .starting { totals.lastSuccess = .zero }
        let point = StorePoint(store: 1, revision: KeyVersion(5))
        return EngineStatus(
            at: .seconds(seconds), stage: stage, closedBy: stage == .starting ? [.starting] : [],
            sources: [EngineStatus.Source(id: Self.etcd, told: told ? point : nil, outage: outage(source))],
            fabric: EngineStatus.Server(isKnown: knowsFabric, outage: outage(fabric)),
            ledger: EngineStatus.Server(isKnown: told, outage: nil), records: records, guarded: Capped(),
            conflicts: Capped(),
            queue: [:],
            underWay: EngineStatus.UnderWay(runs: [], busy: 0, resting: 0), totals: totals, findings: Findings(),
            lines: 0)
    }

    /// What is sent for these in turn; each is taken.
    private func sent(_ patience: Duration? = nil, _ statuses: EngineStatus...) -> [[Substring]] {
        var news = SupervisorNews(patience: patience)
        return statuses.map { status in
            guard let (datagram, after) = news.next(status) else { return [] }
            news = after
            return datagram.split(separator: "\n")
        }
    }

    @Test("It is ready when the first pass is done, and says so once")
    func ready() {
        let sent = sent(
            nil, status(0, .starting, told: false, knowsFabric: false), status(0.2), status(3),
            status(4, records: [.synced: 2, .failing: 1]))
        #expect(sent[0] == ["EXTEND_TIMEOUT_USEC=30000000", "STATUS=starting: not read yet: etcd, the ledger, UFM"])
        #expect(sent[1] == ["READY=1", "STATUS=2 partitions: 2 synced"])
        #expect(sent[2].isEmpty)
        #expect(sent[3] == ["STATUS=3 partitions: 2 synced, 1 failing"])
    }

    @Test("It is ready when what does not answer is being tried, and says why")
    func tried() {
        let away = status(2, .starting, fabric: "connection refused", knowsFabric: false)
        #expect(
            sent(nil, away)[0] == [
                "READY=1",
                "STATUS=starting: not read yet: UFM; UFM does not answer, trying until it does: connection refused",
            ])
        // One has failed, and of the other nothing is known: that is no state to be ready in, but not for ever.
        let half = status(2, .starting, told: false, fabric: "connection refused", knowsFabric: false)
        #expect(!sent(nil, half)[0].contains("READY=1"))
        #expect(sent(nil, status(20, .starting, told: false, knowsFabric: false))[0].contains("READY=1"))
    }

    @Test("A sign of life goes with a turn when half a beat has passed, and a start that takes long asks for time")
    func alive() {
        let starting = { (time: Double) in status(time, .starting, told: false, knowsFabric: false) }
        let sent = sent(.seconds(8), starting(0), starting(0.5), starting(1), starting(6.5))
        #expect(sent[0].first == "WATCHDOG=1")
        #expect(sent[1].isEmpty)
        #expect(sent[2] == ["WATCHDOG=1"])
        #expect(sent[3] == ["WATCHDOG=1", "EXTEND_TIMEOUT_USEC=30000000"])
        #expect(SupervisorNews(patience: .seconds(8)).beat == .seconds(2))
        #expect(SupervisorNews(patience: .seconds(600)).beat == .seconds(5))
        #expect(!self.sent(nil, status(0), status(100)).joined().contains("WATCHDOG=1"))
    }

    @Test("What was not taken is told again")
    func notTaken() throws {
        let news = SupervisorNews(patience: nil)
        let first = try #require(news.next(status(1)))
        #expect(first.datagram.hasPrefix("READY=1"))
        #expect(try #require(news.next(status(2))).datagram == first.datagram)
        #expect(first.after.next(status(2)) == nil)
    }

    @Test("It stops once, and a reload is told while it is at work alone")
    func stopping() throws {
        var news = SupervisorNews(patience: nil)
        #expect(news.reloading(at: 7) == nil && news.reloaded == nil)
        news = try #require(news.next(status(1))).after
        #expect(news.reloading(at: 7) == "RELOADING=1\nMONOTONIC_USEC=7\nSTATUS=reading the configuration again")
        #expect(news.reloaded == "READY=1\nSTATUS=2 partitions: 2 synced")
        let stop = try #require(news.next(status(2, .stopping)))
        #expect(stop.datagram.hasPrefix("STOPPING=1\nEXTEND_TIMEOUT_USEC=30000000\nSTATUS=stopping: 0 under way"))
        #expect(stop.after.reloading(at: 8) == nil)
        #expect(stop.after.next(status(2.1, .stopping)) == nil)
    }

    @Test("Words of a server end no line, and a long one is cut")
    func words() {
        let evil = status(1, fabric: "a\nREADY=1\u{1b}[31m" + String(repeating: "x", count: 1_000))
        let lines = sent(nil, evil)[0]
        #expect(lines.count == 2)
        #expect(lines.allSatisfy { !$0.contains("\u{1b}") })
        #expect((lines.last?.count ?? 0) < 450)
    }

    @Test("What changes all the time is told once a second")
    func pause() {
        let sent = sent(
            nil, status(1), status(1.5, records: [.synced: 3]), status(1.9, records: [.synced: 4]),
            status(2, records: [.synced: 4]))
        #expect(sent[1].isEmpty && sent[2].isEmpty)
        #expect(sent[3] == ["STATUS=4 partitions: 4 synced"])
    }
}

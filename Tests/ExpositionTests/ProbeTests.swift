import KeyHistory
import Testing

@testable import Exposition
@testable import Reconciler

@Suite("Probes")
struct ProbeTests {
    private let gone = Failure(.unreachable, "connection refused")

    private func status(
        stage: EngineStatus.Stage = .running, closedBy: Set<WriteGate.Reason> = [], told: Bool = true,
        source: Failure? = nil,
        fabric: Failure? = nil, knowsFabric: Bool = true, ledger: Failure? = nil, hasPassed: Bool = true
    ) -> EngineStatus {
        func outage(_ failure: Failure?) -> Outage? { failure.map { Outage($0, now: .zero) } }
        var totals = EngineStatus.Totals()
        if hasPassed { totals.lastSuccess = .zero }
        let point = StorePoint(store: 1, revision: KeyVersion(5))
        return EngineStatus(
            at: .seconds(9), stage: stage, closedBy: closedBy,
            sources: [
                EngineStatus.Source(
                    id: SourceID("etcd", prefix: "/p/"), told: told ? point : nil, outage: outage(source))
            ],
            fabric: EngineStatus.Server(isKnown: knowsFabric, outage: outage(fabric)),
            ledger: EngineStatus.Server(isKnown: true, outage: outage(ledger)), records: [:], guarded: Capped(),
            conflicts: Capped(), queue: [:], underWay: EngineStatus.UnderWay(runs: [], busy: 0, resting: 0),
            totals: totals,
            findings: Findings(), lines: 0)
    }

    private func words(_ status: EngineStatus?, idle: Duration? = .seconds(1)) -> Probe {
        Probe.readiness(status, idle: idle)
    }

    @Test("The loop works while it turns; before its first turn it starts")
    func loop() {
        #expect(Probe.ofLoop(idle: nil) == .well("ok: starting"))
        #expect(Probe.ofLoop(idle: .seconds(15)) == .well("ok"))
        #expect(Probe.ofLoop(idle: .seconds(16)) == .ill("the loop that does the work has not turned for 16 s"))
    }

    @Test("It is ready once the watch is proven, UFM and the ledger answer and the first pass is done")
    func ready() {
        #expect(words(status()) == .well("ready"))
        #expect(words(status(closedBy: [.dryRun])) == .well("ready: dry run, nothing is written"))
        #expect(words(nil) == .ill("not ready: nothing has been read yet"))
        #expect(words(status(told: false)) == .ill("not ready: etcd has not been read yet"))
        #expect(words(status(knowsFabric: false)) == .ill("not ready: UFM has not been read yet"))
        #expect(words(status(source: gone)) == .ill("not ready: etcd cannot be read: connection refused"))
        #expect(words(status(fabric: gone)) == .ill("not ready: UFM does not answer: connection refused"))
        #expect(words(status(ledger: gone)) == .ill("not ready: the ledger does not answer: connection refused"))
        #expect(words(status(hasPassed: false)) == .ill("not ready: the first pass is not done"))
        #expect(words(status(stage: .stopping)) == .ill("not ready: stopping"))
        #expect(words(status(closedBy: [.sourceDoubt])) == .ill("not ready: nothing is written: source-doubt"))
        #expect(!words(status(), idle: .seconds(60)).isWell)
    }

    @Test("A standby is ready, and says that it is one")
    func standby() {
        #expect(words(status(closedBy: [.notLeading])) == .well("ready: standby, another daemon writes"))
        #expect(!words(status(closedBy: [.notLeading], fabric: gone)).isWell)
    }
}

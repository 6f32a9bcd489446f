import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

@Suite("What is due because time has passed")
struct ClockworkTests {
    private var clockwork = Clockwork(interval: .seconds(30))
    private var sides = Sides(
        source: SourceSide(DesiredState([SourceID("etcd", prefix: "/p/")], flags: FlagPolicy())),
        fabric: FabricSide(Absences(DeletionGuard.Threshold(), runsOnce: false)))
    private let gone = Failure(.unreachable, "gone")

    /// All sides have been read once.
    private mutating func acquaint() {
        let list = KeySnapshot(complete: [], revision: 1)
        _ = sides.source.listed(list, .afresh, from: SourceID("etcd", prefix: "/p/"), now: .zero)
        _ = sides.ledger.read(sides.ledger.readingStarted(), LedgerContent([PKey: KeptRecord]()), now: .zero)
        readFabric(now: .zero)
    }

    private mutating func readFabric(from start: Duration? = nil, now: Duration) {
        sides.fabric.readingStarted(now: start ?? now)
        clockwork.fabricWasRead(in: sides.fabric.read(FabricSnapshot(complete: []), now: now).duration, now: now)
    }

    private mutating func due(_ seconds: Int) -> [Clockwork.Due] {
        clockwork.due(now: .seconds(seconds), sides)
    }

    @Test("Before all sides are known nothing is read again for the time's sake")
    mutating func start() {
        readFabric(now: .zero)
        #expect(clockwork.next(sides) { nil } == nil)
        #expect(due(1_000).isEmpty)
    }

    @Test("All sides are read again at the interval, once")
    mutating func interval() {
        acquaint()
        #expect(clockwork.next(sides) { nil } == .seconds(30))
        #expect(due(29).isEmpty)
        #expect(due(30) == [.resync])
        #expect(due(31).isEmpty)
        readFabric(from: .seconds(30), now: .seconds(32))
        #expect(due(61).isEmpty)
        #expect(due(62) == [.resync])
    }

    @Test("A slow fabric manager is read at most a tenth of its time")
    mutating func slow() {
        acquaint()
        readFabric(from: .seconds(30), now: .seconds(40))
        #expect(clockwork.next(sides) { nil } == .seconds(130))
    }

    @Test("A server that is away is tried when its pause is over, and nothing else is read meanwhile")
    mutating func outages() {
        acquaint()
        sides.fabric.failed(gone, now: .seconds(30))
        #expect(clockwork.next(sides) { nil } == .milliseconds(30_500))
        #expect(due(30).isEmpty)
        #expect(due(31) == [.fabricRetry])
        sides.fabric.readingStarted(now: .seconds(31))
        #expect(due(32).isEmpty)
        #expect(clockwork.next(sides) { nil } == nil)
        sides.ledger.failed(gone, now: .seconds(32))
        #expect(due(33) == [.ledgerRetry])
    }

    @Test("A PKey that waits for time alone is waited for, but not while the fabric manager is away")
    mutating func ready() {
        acquaint()
        #expect(clockwork.next(sides) { .seconds(4) } == .seconds(4))
        sides.fabric.failed(gone, now: .seconds(1))
        #expect(clockwork.next(sides) { .seconds(1) } == .milliseconds(1_500))
    }
}

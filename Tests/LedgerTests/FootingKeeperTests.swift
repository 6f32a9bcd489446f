import Fabric
import KeyHistory
import Planning
import Reconciler
import Synchronization
import TestSupport
import Testing

@testable import Ledger

/// A daemon that is to work with another UFM, or a wider range, than the ledger says.
@Suite("Who keeps the gate until somebody confirms")
struct FootingKeeperTests {
    private let harness: FileLedgerHarness
    private let ledger: FileLedger
    private let board: FileInstructions
    private let clock = ManualClock()

    /// What the keeper said and asked for.
    private struct Heard {
        var isOpen = false
        var range: ManagedRange?
        var lines: [String] = []
    }

    private let heard = Watched(Heard())

    init() throws {
        harness = try FileLedgerHarness()
        ledger = harness.open()
        board = FileInstructions(besideLedger: harness.path, fabric: "default", interval: .milliseconds(10))
    }

    private static func footing(_ host: String, _ range: String = "0x2000-0x3000") throws -> Footing {
        Footing(hosts: [host], range: try #require(ManagedRange(described: range)))
    }

    /// Runs a keeper, and the desk of its daemon, beside the body.
    private func with(
        _ ours: Footing, running: ManagedRange? = nil, hasOurs: Bool = false, _ body: () async throws -> Void
    ) async throws {
        let keeper = FootingKeeper(
            ours, running: running ?? ours.range, ledger, board, hasOurs: { () async throws(Failure) in hasOurs },
            runAgain: { [heard] range in heard.update { $0.range = range } }, clock: clock,
            say: { [heard] message in heard.update { $0.lines.append(message.text) } })
        let desk = keeper.desk
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask {
                await keeper.keep { [heard] word in
                    heard.update { heard in if case .open = word { heard.isOpen = true } else { heard.isOpen = false } }
                }
            }
            group.addTask { try? await desk.follow { _ in } }
            try await body()
            group.cancelAll()
        }
    }

    private func known(_ footing: Footing) async throws {
        try await ledger.amendAbout { (about) throws(Failure) in about.footing = footing }
    }

    @Test("The first daemon writes down what it stands on, and may write")
    func first() async throws {
        let ours = try Self.footing("ufm1")
        try await with(ours) {
            _ = await heard.wait { $0.isOpen ? true : nil }
            let about = try await ledger.about().about
            #expect(about.footing == ours)
        }
    }

    @Test("With another UFM nothing is written until somebody confirms it, as it was shown to him")
    func anotherUFM() async throws {
        let (before, ours) = (try Self.footing("ufm1"), try Self.footing("ufm9"))
        try await known(before)
        try await with(ours) {
            _ = await heard.wait { $0.lines.isEmpty ? nil : true }
            #expect(heard.read { $0.lines[0].contains("UFM is ufm9 and was ufm1") && !$0.isOpen })
            try await eventually("what waits") { try await ledger.about().about.waiting == ours }
            let telling = Telling(board, clock: ContinuousClock())
            let other = try await telling(.confirm(.init(before: before, after: try Self.footing("ufm8"))))
            #expect(other.problem != nil && heard.read { !$0.isOpen })
            let older = try await telling(.confirm(.init(before: nil, after: ours)))
            #expect(older.problem != nil && heard.read { !$0.isOpen })
            let outcome = try await telling(.confirm(.init(before: before, after: ours)))
            #expect(outcome.problem == nil)
            _ = await heard.wait { $0.isOpen ? true : nil }
            let about = try await ledger.about().about
            #expect(about.footing == ours && about.waiting == nil)
        }
    }

    @Test("A UFM that has our partitions is ours, whatever it is called, and that is written down")
    func renamed() async throws {
        let ours = try Self.footing("ufm9")
        try await known(try Self.footing("ufm1"))
        try await with(ours, hasOurs: true) {
            _ = await heard.wait { $0.isOpen ? true : nil }
            let about = try await ledger.about().about
            #expect(about.footing == ours)
        }
    }

    @Test("With a wider range the daemon is to run with the old one, and with all of it once it is confirmed")
    func wider() async throws {
        let (before, ours) = (try Self.footing("ufm1"), try Self.footing("ufm1", "0x1-0x7ffe"))
        try await known(before)
        try await with(ours) {
            let range = await heard.wait { $0.range }
            #expect(range == before.range && heard.read { !$0.isOpen })
        }
        heard.update { $0 = Heard() }
        try await with(ours, running: before.range) {
            _ = await heard.wait { $0.isOpen ? true : nil }
            #expect(heard.read { $0.lines[0].contains("only 0x2000-0x3000 is written until somebody says") })
            let telling = Telling(board, clock: ContinuousClock())
            let outcome = try await telling(.confirm(.init(before: before, after: ours)))
            #expect(outcome.problem == nil)
            let range = await heard.wait { $0.range }
            #expect(range == ours.range)
        }
    }

    @Test("A ledger that says of itself what cannot be read keeps the gate closed, and that is told once")
    func unreadable() async throws {
        try harness.directory.write(
            #"{"about":{"change":1,"footing":{"range":"all","ufm":["ufm1"]},"format":1},"changes":1,"fabric":"default","format":1,"partitions":{}}"#,
            to: "ledger.json")
        try await with(try Self.footing("ufm1")) {
            try await clock.waitForSleepers(count: 1)
            clock.advance(by: .seconds(2))
            try await clock.waitForSleepers(count: 1)
            #expect(heard.read { !$0.isOpen })
        }
    }
}

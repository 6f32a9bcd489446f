import Fabric
import Foundation
import KeyHistory
import Planning
import Reconciler
import TestSupport
import Testing

/// How many histories one run generates: `HISTORIES`, or 100,000.
private let count = ProcessInfo.processInfo.environment["HISTORIES"].flatMap { Int($0) } ?? 100_000

/// The whole engine in one thread, on manual time, with a scheduler drawn from a seed: etcd, UFM, the ledger and the daemon
/// itself fail at any point, keys come and go, and somebody else changes UFM.
///
/// A history that breaks an invariant is run once more with a journal, and printed with its seed:
/// `TEST_SEED=0x… scripts/test --filter oneHistory` runs it alone.
@Suite("Generated histories of the engine", .timeLimit(.minutes(60)))
struct EngineHistoryTests {
    static let pkeys = (0x2000...0x2007).compactMap { PKey(PartitionNumber(lowBitsOf: UInt16($0))) }
    static let steps = 50

    @Test("One history, for a seed that failed", .enabled(if: Seed.isChosen))
    func oneHistory() throws {
        try History.expectSound(.fresh(), of: Self.life)
        try History.expectSound(.fresh(), of: Self.massDeletion)
    }

    @Test("Whatever fails, every invariant holds after each step, and in the end UFM is what etcd says")
    func lives() async throws {
        try await History.run(count, named: "lives", of: Self.life)
    }

    @Test("Many deletions at once are held until they are approved, whatever fails meanwhile")
    func massDeletions() async throws {
        try await History.run(count / 50, named: "mass deletions", of: Self.massDeletion)
    }

    @Test("A wiped etcd deletes nothing, and when the keys are put back everything is in step")
    func wipes() async throws {
        try await History.run(count / 100, named: "wipes", of: Self.wipe)
    }

    /// Anything may happen at any time.
    private static let life: History.Script = { history in
        for _ in 0..<steps {
            let pkey = pkeys[Int.random(in: 0..<pkeys.count, using: &history.world.random)]
            switch Int.random(in: 0..<30, using: &history.world.random) {
            case 0, 1, 2: history.world.put(pkey)
            case 3: history.world.delete(pkey)
            case 4:
                // What pcocc does on a quiet machine: the next job gets the PKey of the last one.
                history.world.delete(pkey)
                history.world.put(pkey)
            case 5: history.world.cutWatch()
            case 6 where Bool.random(using: &history.world.random): history.world.killDaemon()
            case 7 where Int.random(in: 0..<6, using: &history.world.random) == 0: history.world.wipe()
            case 8: history.world.meddle(with: pkey)
            case 9 where Int.random(in: 0..<4, using: &history.world.random) == 0: history.world.delete(pkeys)
            case 10 where Int.random(in: 0..<4, using: &history.world.random) == 0: history.world.approve()
            case 11 where Int.random(in: 0..<3, using: &history.world.random) == 0: history.world.turnGate()
            default: history.world.step()
            }
            history.check()
        }
        history.world.settle(approvingAll: true)
        history.check()
        try history.expectAgreement()
    }

    /// Everything is in step; then many keys go in one revision.
    private static let massDeletion: History.Script = { history in
        for pkey in pkeys { history.world.put(pkey) }
        history.world.settle()
        let before = history.world.fabric
        let gone = Array(
            pkeys.shuffled(using: &history.world.random).prefix(Int.random(in: 5...8, using: &history.world.random)))
        history.world.delete(gone)
        // What is not yet in the ledger is judged anew after a restart, from the same list: it comes to the same.
        history.world.faults = true
        for _ in 0..<steps {
            switch Int.random(in: 0..<20, using: &history.world.random) {
            case 0: history.world.cutWatch()
            case 1: history.world.killDaemon()
            default: history.world.step()
            }
            history.expect(history.world.fabric == before, "a held deletion was made")
        }
        history.world.settle()
        history.expect(history.world.fabric == before, "a held deletion was made")
        history.expect(
            history.world.store.ledger.filter { $0.value.state == .guarded }.keys.sorted() == gone.sorted(),
            "the ledger does not say what is held")
        history.world.settle(approvingAll: true)
        history.check()
        try history.expectAgreement()
    }

    /// etcd loses its data while everything is in step.
    private static let wipe: History.Script = { history in
        for pkey in pkeys { history.world.put(pkey) }
        history.world.settle()
        let before = history.world.fabric
        let values = history.world.store.keys.mapValues(\.value)
        history.world.wipe()
        history.world.settle()
        history.expect(history.world.fabric == before, "a wipe changed UFM")
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            history.world.set(
                try PKey(parsing: key.text(behind: history.world.source.id.prefix) ?? ""),
                String(decoding: value, as: UTF8.self))
        }
        history.world.settle()
        history.expect(history.world.fabric == before, "the keys were put back and UFM is not as it was")
        history.expect(history.world.store.ledger.values.allSatisfy { $0.state == .synced }, "not all are synced")
    }
}

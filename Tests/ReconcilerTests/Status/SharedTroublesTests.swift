import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

@Suite("What is wrong with a store is told once for all partitions that wait")
struct SharedTroublesTests {
    private var troubles = SharedTroubles()
    private let pkeys: [PKey]

    init() throws {
        pkeys = try (1...9).map { try PKey(parsing: "0x\($0)") }
    }

    private func behind(_ index: Int) -> Failure {
        Failure(.history, "etcd lists its v2 store at \(index), which is behind \(index + 7)")
    }

    @Test("All that join within moments of one another are told together, with what was said last")
    mutating func together() {
        for (second, pkey) in pkeys.prefix(4).enumerated() {
            troubles.add(pkey, behind(second), now: .seconds(second))
            #expect(troubles.due(now: .seconds(second)).isEmpty)
        }
        #expect(troubles.next == .seconds(5))
        let due = troubles.due(now: .seconds(5))
        #expect(due.map(\.pkeys) == [Array(pkeys.prefix(4))])
        #expect(due.map(\.failure) == [behind(3)])
        #expect(troubles.next == nil && troubles.due(now: nil).isEmpty)
    }

    @Test("While ever more join, it is told after ten seconds")
    mutating func coming() throws {
        for second in 0..<10 {
            troubles.add(try PKey(parsing: "0x\(second + 1)"), behind(1), now: .seconds(second))
            #expect(troubles.next == .seconds(min(second + 2, 10)))
        }
        #expect(troubles.due(now: .seconds(10)).map(\.pkeys.count) == [10])
    }

    @Test("Another trouble is told by itself; at the end all of it is")
    mutating func others() {
        let missing = Failure(.history, "there is no directory /p")
        troubles.add(pkeys[0], behind(1), now: .zero)
        troubles.add(pkeys[1], missing, now: .seconds(1))
        #expect(troubles.due(now: .seconds(2)).map(\.failure) == [behind(1)])
        troubles.add(pkeys[2], behind(1), now: .seconds(2))
        #expect(Set(troubles.due(now: nil).map(\.pkeys)) == [[pkeys[1]], [pkeys[2]]])
    }

    @Test("A store that says the same with other numbers says no news; whoever refuses a partition does")
    func news() {
        #expect(behind(1).saysTheSame(as: behind(20)))
        #expect(!behind(1).saysTheSame(as: Failure(.history, "there is no directory /p")))
        #expect(!Failure(.rejected, "GUID 1").saysTheSame(as: Failure(.rejected, "GUID 2")))
        #expect(!behind(1).saysTheSame(as: Failure(.rejected, behind(2).message)))
    }

    @Test("Partitions that fail for the store alone are one line of the log, and each is told anew once it was right")
    func line() throws {
        var told = ToldEngine()
        _ = told.begin(keys: [])
        let names = (1...5).map { "0x\($0)" }
        let keys = names.enumerated().map { ToldEngine.key($1, host: UInt8($0 + 1), 101) }
        _ = told.tell(.source(.changed(revision: 101, keys.map { .set($0) })))
        var lines: [String] = []
        for second in 0..<60 {
            for (index, pkey) in pkeys.prefix(5).enumerated() where told.asked[pkey]?.isClaim == true {
                let failure = behind(second * 10 + index)
                lines += told.answer(pkey, .ledger(.failure(failure)), at: .seconds(second)).texts
            }
            lines += told.tell(.timer, at: .seconds(second)).texts
        }
        let said = lines.filter { $0.contains("in step") }
        #expect(said.count == 1, "\(said)")
        let start = "5 PKeys are not in step: [0x1, 0x2, 0x3, 0x4, 0x5]; trying again: etcd lists its v2 store at"
        #expect(said.first?.hasPrefix(start) == true, "\(said)")
    }
}

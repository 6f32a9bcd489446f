import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// How the engine finds out what came of its writes where many are made at once.
@Suite("Verification by a list")
struct EngineVerificationTests {
    private var told: ToldEngine
    private let pkeys: [PKey]
    private var now = Duration.zero

    init() throws {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.leastListed = 3
        told = ToldEngine(configuration)
        pkeys = try (1...5).map { try PKey(parsing: "0x\($0)") }
    }

    /// A start with keys of which nothing is there yet; all of them are written.
    private mutating func writeAll(lastIsAnswered: Bool = true) throws {
        // Lists that take so long leave UFM in peace for twice as long.
        now = .milliseconds(5)
        _ = told.tell(.started)
        _ = told.tell(
            .source(
                .listed(
                    KeySnapshot(complete: pkeys.map { ToldEngine.key("\($0)", host: host($0)) }, revision: 100),
                    reason: "start")))
        _ = told.ledger(.success([:]))
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: now)
        for pkey in pkeys { _ = told.answer(pkey, .done, at: now) }
        now += .milliseconds(20)
        for pkey in pkeys.dropLast() { #expect(told.answer(pkey, .written, at: now).onPartitions.isEmpty) }
        if lastIsAnswered {
            let last = told.answer(pkeys[4], .written, at: now)
            #expect(last.onPartitions.isEmpty && last.readsFabric)
        }
    }

    private func host(_ pkey: PKey) -> UInt8 { UInt8(pkey.number.value) }

    private func fabric(without hidden: [PKey] = []) throws -> FabricSnapshot {
        FabricSnapshot(
            complete: try pkeys.filter { !hidden.contains($0) }.map { try ToldEngine.partition($0, host: host($0)) })
    }

    private func isSynced(_ request: PartitionRequest?) -> Bool {
        if case .claim(let record) = request { record.state == .synced } else { false }
    }

    @Test("One list that was asked for after the last write was answered shows what came of all")
    mutating func oneList() throws {
        try writeAll()
        let seen = told.tell(.fabricRead(.success(try fabric())), at: .milliseconds(120)).onPartitions
        #expect(seen.keys.sorted() == pkeys && seen.values.allSatisfy(isSynced))
    }

    @Test("A list shows nothing of a write that was answered after it was asked for")
    mutating func answeredLater() throws {
        try writeAll(lastIsAnswered: false)
        // The others have waited long enough.
        let asked = told.tell(.timer, at: .milliseconds(2_100))
        #expect(asked.readsFabric && asked.onPartitions.isEmpty)
        #expect(told.answer(pkeys[4], .written, at: .milliseconds(2_110)).onPartitions == [pkeys[4]: .read])
        let seen = told.tell(.fabricRead(.success(try fabric())), at: .milliseconds(2_150)).onPartitions
        #expect(seen.keys.sorted() == Array(pkeys.prefix(4)) && seen.values.allSatisfy(isSynced))
    }

    @Test("A list that was recalled shows nothing, and each partition is read by itself")
    mutating func recalled() throws {
        try writeAll()
        let seen = told.tell(.fabricRead(.success(try fabric().recalled)), at: .milliseconds(120)).onPartitions
        #expect(seen.keys.sorted() == pkeys && seen.values.allSatisfy { $0 == .read })
    }

    @Test("A list that failed shows nothing, and each partition is read by itself")
    mutating func failed() throws {
        try writeAll()
        let failure = Failure(.malformed, "no JSON")
        let seen = told.tell(.fabricRead(.failure(failure)), at: .milliseconds(120)).onPartitions
        #expect(seen.keys.sorted() == pkeys && seen.values.allSatisfy { $0 == .read })
    }

    @Test("What a list shows otherwise is read by itself, patiently, and nothing is sent again before that")
    mutating func disagreement() throws {
        try writeAll()
        let lacking = pkeys[2]
        let seen = told.tell(.fabricRead(.success(try fabric(without: [lacking]))), at: .milliseconds(120)).onPartitions
        #expect(seen[lacking] == .read)
        #expect(seen.filter { isSynced($0.value) }.keys.sorted() == pkeys.filter { $0 != lacking })
        // Three single reads within ten seconds.
        #expect(told.answer(lacking, .read(nil), at: .milliseconds(140)).onPartitions.isEmpty)
        #expect(told.tell(.timer, at: .milliseconds(1_140)).onPartitions == [lacking: .read])
        #expect(told.answer(lacking, .read(nil), at: .milliseconds(1_160)).onPartitions.isEmpty)
        #expect(told.tell(.timer, at: .milliseconds(5_160)).onPartitions == [lacking: .read])
        let partition = try ToldEngine.partition(lacking, host: host(lacking))
        #expect(isSynced(told.answer(lacking, .read(partition), at: .milliseconds(5_200)).onPartitions[lacking]))
    }

    @Test("A partition that is written again meanwhile is not shown by a list that was asked for before")
    mutating func writtenMeanwhile() throws {
        try writeAll()
        // Its key changes: it is read at once, and written anew, while the list is under way.
        let pkey = pkeys[0]
        let change = told.tell(
            .source(.changed(revision: 101, [.set(ToldEngine.key("0x1", host: 9, 101))])), at: .milliseconds(80))
        #expect(change.onPartitions == [pkey: .read])
        let before = try ToldEngine.partition(pkey, host: host(pkey))
        guard case .step(.replace) = told.answer(pkey, .read(before), at: .milliseconds(90)).onPartitions[pkey] else {
            Issue.record("nothing was written")
            return
        }
        // A list of before, and one that shows what is wanted now: neither has seen the write done.
        var shown = try fabric().partitions
        shown[pkey.number] = try ToldEngine.partition(pkey, host: 9)
        let snapshot = FabricSnapshot(complete: shown.values)
        let seen = told.tell(.fabricRead(.success(snapshot)), at: .milliseconds(120)).onPartitions
        #expect(seen.keys.sorted() == Array(pkeys.dropFirst()))
        #expect(told.answer(pkey, .written, at: .milliseconds(130)).onPartitions == [pkey: .read])
    }

    @Test("What takes ports away is read by itself at once, and what is still there is removed once more at once")
    mutating func departures() throws {
        let ledger = Dictionary(
            uniqueKeysWithValues: pkeys.map { ($0, LedgerRecord(.synced, key: "/p/\($0)", revision: 5)) })
        _ = told.begin(
            keys: pkeys.map { ToldEngine.key("\($0)", host: host($0)) }, ledger: ledger,
            fabric: try fabric().sortedPartitions)
        let changes = pkeys.map { KeyChange.set(ToldEngine.key("\($0)", host: host($0) + 15, 101)) }
        let steps = told.tell(.source(.changed(revision: 101, changes)), at: .seconds(1)).onPartitions
        #expect(steps.count == 5 && steps.values.allSatisfy(\.isStep))
        for pkey in pkeys.prefix(4) {
            #expect(told.answer(pkey, .written, at: .milliseconds(1_020)).onPartitions[pkey] == .read)
        }
        let old = try ToldEngine.partition(pkeys[0], host: host(pkeys[0]))
        let again = told.answer(pkeys[0], .read(old), at: .milliseconds(1_040)).onPartitions[pkeys[0]]
        #expect(again == .step(.remove(pkeys[0], old.members.guids)))
    }

    @Test("A slot is free for others as soon as its write is answered")
    mutating func slots() throws {
        let many = try (0x10...0x1f).map { try PKey(parsing: "0x" + String($0, radix: 16)) }
        _ = told.begin(keys: [])
        let keys = many.map { KeyChange.set(ToldEngine.key("\($0)", host: UInt8($0.number.value), 101)) }
        let claims = told.tell(.source(.changed(revision: 101, keys)), at: .seconds(1)).onPartitions
        #expect(claims.count == 5)
        let first = try #require(claims.keys.min())
        _ = told.answer(first, .done, at: .milliseconds(1_002))
        let next = told.answer(first, .written, at: .milliseconds(1_020)).onPartitions
        #expect(next[first] == .read)
        #expect(next.values.count(where: \.isClaim) == 1)
    }

    @Test("While UFM is away nothing is read in vain, and what was to be seen is read when it is back")
    mutating func outage() throws {
        try writeAll()
        _ = told.tell(.fabricRead(.failure(Failure(.unreachable, "gone"))), at: .milliseconds(120))
        #expect(told.status.underWay.busy == 0)
        let back = told.tell(.fabricPinged(.success(())), at: .seconds(1))
        #expect(back.readsFabric)
        let seen = told.tell(.fabricRead(.success(try fabric())), at: .milliseconds(1_050)).onPartitions
        #expect(seen.values.allSatisfy { isSynced($0) || $0 == .read })
    }
}

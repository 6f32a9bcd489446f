import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// Whose the ports are of a partition that a claim may yet make ours.
@Suite("Claims that nobody has answered")
struct EngineLateClaimTests {
    private var told = ToldEngine()
    private let old: PKey
    private let new: PKey
    /// A partition that nobody's record names and that its key wants as it is.
    private let there: Partition
    private let lost = Failure(.malformed, "nonsense", outcome: .unknown)

    init() throws {
        old = try PKey(parsing: "0x5")
        new = try PKey(parsing: "0x6")
        let members = Array(try ToldEngine.partition(old).members)
        there = Partition(number: old.number, name: "api_pkey_0x5", ipOverIB: false, members: members)
    }

    private var claimed: LedgerRecord { LedgerRecord(.claimed, key: "/p/0x6", revision: 102) }

    /// A claim of the old partition is under way; then its key goes.
    private mutating func claim() {
        #expect(told.begin(keys: [ToldEngine.key("0x5")], fabric: [there]).onPartitions[old]?.isClaim == true)
    }

    private mutating func endKey() {
        _ = told.tell(.source(.changed(revision: 101, [.deleted(key: "/p/0x5", revision: 101)])), at: .seconds(1))
    }

    /// A list that is not whole lacks the old partition, and another one shows it again.
    private mutating func vanishForOneList() {
        for partitions in [[], [there]] {
            _ = told.tell(.timer, at: .seconds(40))
            _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: partitions))), at: .seconds(40))
        }
    }

    /// Another partition wants the old one's port, is claimed, and notes that it waits; or it does not wait.
    private mutating func want() -> Bool {
        let wants = told.tell(
            .source(.changed(revision: 102, [.set(ToldEngine.key("0x6", 102))])), at: .seconds(2))
        #expect(wants.onPartitions[new]?.isClaim == true)
        let isStep = told.answer(new, .done, at: .seconds(2)).onPartitions[new]?.isStep
        if isStep == false { _ = told.answer(new, .done, at: .seconds(2)) }
        return isStep == false
    }

    @Test(
        "No port joins that a partition has of which a claim was given up, until that can act no more: it may yet be ours"
    )
    mutating func late() {
        claim()
        #expect(told.answer(old, .ledger(.failure(lost))).readsLedger)
        _ = told.ledger(.success([:]))
        endKey()
        #expect(want())
        #expect(told.tell(.timer, at: .seconds(601)).readsLedger)
        #expect(told.ledger(.success([new: claimed]), at: .seconds(601)).onPartitions[new]?.isStep == true)
    }

    @Test(
        "Nor does it where a list that is not whole has lacked the partition meanwhile, and another one shows it again")
    mutating func shownAgain() {
        claim()
        #expect(told.answer(old, .ledger(.failure(lost))).readsLedger)
        _ = told.ledger(.success([:]))
        endKey()
        vanishForOneList()
        #expect(want())
    }

    @Test("Nor does it before the ledger has been read, whatever a list of UFM's shows meanwhile")
    mutating func doubted() {
        claim()
        _ = told.answer(old, .refused)
        endKey()
        vanishForOneList()
        #expect(want())
    }

    @Test("A claim that has failed for sure frees at once what it might have made ours")
    mutating func failed() {
        claim()
        endKey()
        #expect(want())
        let free = told.answer(old, .ledger(.failure(Failure(.rejected, "no"))), at: .seconds(3))
        #expect(free.onPartitions[new]?.isStep == true)
    }

    @Test("A conflict's note that was given up makes nothing ours: nobody waits for it")
    mutating func note() throws {
        let theirs = try ToldEngine.partition(old)
        let start = told.begin(keys: [ToldEngine.key("0x5", host: 3)], fabric: [theirs])
        #expect(start.onPartitions[old]?.isClaim == false)
        #expect(told.answer(old, .ledger(.failure(lost))).readsLedger)
        _ = told.ledger(.success([:]))
        #expect(!want())
    }

    @Test("An adoption that was given up may make a partition ours as any claim may")
    mutating func adopted() throws {
        let theirs = try ToldEngine.partition(old)
        _ = told.begin(keys: [ToldEngine.key("0x5", host: 3)], fabric: [theirs])
        _ = told.answer(old, .done)
        let note = ConflictNote(key: "/p/0x5", revision: 5, Conflict([try GUID(parsing: "043f720300f55101")]))
        let instruction = Instruction("1", .adopt([old: note]))
        let actions = told.tell(.instructed(instruction)) + told.tell(.took(instruction))
        for case .carryOut(let work, _) in actions {
            _ = told.tell(.carriedOut(work, [old: .failure(lost)]))
        }
        _ = told.ledger(.success([:]))
        #expect(want())
    }
}

import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

@Suite("What is to be done and what is under way")
struct WorkTests {
    private let pkey: PKey
    private let run: Run
    private let failure = Failure(.rejected, "no such GUID")
    private let claim = NewClaim(LedgerRecord(.claimed, key: "/p/0x5", revision: 5), KeyState(5, []))

    init() throws {
        pkey = try PKey(parsing: "0x5")
        run = .noting(LedgerRecord(.claimed, key: "/p/0x5", revision: 5), .failure)
    }

    private func work(once: Bool = false) -> Work { Work(seed: 1, concurrency: 4, runsOnce: once) }

    /// Takes a PKey from the queue and has a run of it fail.
    private func fail(_ work: inout Work, now: Duration) {
        _ = work.next(now: now)
        _ = work.troubled(pkey, failure)
        work.over(pkey, .failed, now: now)
    }

    @Test("A PKey waits since it was first asked for, until it is right")
    func since() {
        var work = work()
        work.ask(pkey, .arrival, isNews: true, now: .seconds(1))
        work.ask(pkey, .arrival, isNews: true, now: .seconds(2))
        #expect(work.next(now: .seconds(3))?.since == .seconds(1))
        work.over(pkey, .again, now: .seconds(4))
        #expect(work.next(now: .seconds(5))?.since == .seconds(1))
        work.over(pkey, .done, now: .seconds(6))
        work.isRight(pkey)
        work.ask(pkey, .arrival, isNews: true, now: .seconds(7))
        #expect(work.next(now: .seconds(8))?.since == .seconds(7))
    }

    @Test("A run is found by its own number, and by no other's")
    func numbers() {
        var work = work()
        work.ask(pkey, .arrival, isNews: true, now: .zero)
        _ = work.next(now: .zero)
        let first = work.goesOn(pkey, as: run, asking: .ledger, now: .zero)
        #expect(work.goesOn(pkey, as: run, asking: .ledger, now: .zero) == first)
        #expect(work.run(of: pkey, first) != nil)
        work.over(pkey, .again, now: .zero)
        #expect(work.run(of: pkey, first) == nil)
        _ = work.next(now: .zero)
        let second = work.goesOn(pkey, as: run, asking: .ledger, now: .zero)
        #expect(work.run(of: pkey, first) == nil)
        #expect(work.run(of: pkey, second) != nil)
    }

    @Test("What was outdated comes back at once, what failed after its backoff, what is done not at all")
    func endings() throws {
        var work = work()
        work.ask(pkey, .arrival, isNews: true, now: .zero)
        _ = work.next(now: .zero)
        work.over(pkey, .again, now: .zero)
        #expect(work.next(now: .zero) != nil)
        work.over(pkey, .failed, now: .zero)
        #expect(work.next(now: .zero) == nil)
        let ready = try #require(work.nextReady(after: .zero))
        #expect(work.next(now: ready) != nil)
        work.over(pkey, .done, now: ready)
        #expect(work.isDone)
    }

    @Test("What a PKey fails with is news once, and again after it was right")
    func news() {
        var work = work()
        #expect(work.troubled(pkey, failure) == true)
        #expect(work.troubled(pkey, failure) == false)
        #expect(work.troubled(pkey, Failure(.rejected, "another reason")) == true)
        work.ask(pkey, .arrival, isNews: true, now: .zero)
        _ = work.next(now: .zero)
        work.over(pkey, .done, now: .zero)
        #expect(work.troubled(pkey, failure) == true)
    }

    @Test("A single run gives a PKey up after three tries and says why; a daemon never does", arguments: [true, false])
    func givingUp(once: Bool) {
        var work = work(once: once)
        work.ask(pkey, .arrival, isNews: true, now: .zero)
        for minute in 1...3 {
            #expect(work.givenUp.pkeys.isEmpty)
            fail(&work, now: .seconds(60 * minute))
        }
        #expect(work.givenUp.pkeys == (once ? [pkey] : []))
        #expect(work.givenUp.reason == (once ? "no such GUID" : nil))
        #expect(work.isDone == once)
    }

    @Test("A claim of many is done with when it is answered, or when a run knows better")
    func batches() {
        var work = work()
        work.claiming([pkey: claim])
        #expect(work.isBeingClaimed(pkey))
        #expect(!work.isDone)
        #expect(work.claimed(pkey, claim) == true)
        #expect(work.isDone)
        work.claiming([pkey: claim])
        work.ask(pkey, .arrival, isNews: true, now: .zero)
        _ = work.next(now: .zero)
        // It is not claimed with others once more before that one is answered.
        #expect(work.isBeingClaimed(pkey) && work.isClaiming(pkey))
        #expect(work.claimed(pkey, claim) == false)
        #expect(!work.isBeingClaimed(pkey) && !work.isClaiming(pkey))
    }

    @Test(
        "Too few are claimed one by one, and no batch is larger than a transaction",
        arguments: [(0, []), (7, []), (8, [8]), (40, [40]), (90, [40, 40, 10])])
    func sizes(count: Int, sizes: [Int]) throws {
        let pkeys = try (0..<count).map { try PKey(parsing: "0x" + String($0 + 1, radix: 16)) }
        let batches = Batches.split(pkeys.map { ($0, claim) })
        #expect(batches.map(\.count) == sizes)
        #expect(batches.flatMap(\.keys).sorted() == (sizes.isEmpty ? [] : pkeys))
    }

    @Test("What has been rehearsed is known by how it stood then")
    func rehearsals() throws {
        var work = work()
        func standing(_ revision: KeyVersion) -> Standing {
            Standing(
                pkey: pkey, source: "etcd", wanted: .absent, intent: .absent, word: .told, key: "/p/0x5",
                revision: revision, record: nil, version: .absent, lostHistory: nil, isLost: false,
                actual: .some(nil), absence: .unknown)
        }
        #expect(!work.isRehearsed(standing(5)))
        work.rehearsed(standing(5))
        #expect(work.isRehearsed(standing(5)))
        #expect(!work.isRehearsed(standing(6)))
    }
}

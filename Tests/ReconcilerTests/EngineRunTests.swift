import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// How a run goes about a partition: what it waits for, and what it believes.
@Suite("The runs of the engine")
struct EngineRunTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let claim = LedgerRecord(.claimed, key: "/p/0x5", revision: 5)
    private let synced = LedgerRecord(.synced, key: "/p/0x5", revision: 5)

    init() throws {
        pkey = try PKey(parsing: "0x5")
    }

    private func write(in actions: [EngineAction]) -> PlanStep? {
        if case .step(let step) = actions.onPartitions[pkey] { step } else { nil }
    }

    private mutating func answer(_ answer: EngineEvent.Answer, at now: Duration = .zero) -> [EngineAction] {
        told.answer(pkey, answer, at: now)
    }

    @Test("A change that UFM has accepted and does not show is an error in the log and in the ledger, and tried again")
    mutating func unshownChange() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        _ = answer(.done)
        #expect(answer(.written).onPartitions == [pkey: .read])
        // Reads may lag behind: it is looked for three times before it counts as failed.
        #expect(answer(.read(nil)).isEmpty && told.wakeAt == .seconds(1))
        #expect(told.tell(.timer, at: .seconds(1)).onPartitions == [pkey: .read])
        #expect(answer(.read(nil), at: .seconds(1)).isEmpty && told.wakeAt == .seconds(5))
        #expect(told.tell(.timer, at: .seconds(5)).onPartitions == [pkey: .read])
        let actions = answer(.read(nil), at: .seconds(5))
        #expect(
            actions.texts == [
                "PKey 0x5 is not in step; trying again: UFM accepted the change of PKey 0x5 but does not show it"
            ])
        guard case .amend(let record) = actions.onPartitions[pkey] else {
            Issue.record("\(actions)")
            return
        }
        #expect(record.state == .failing && record.revision == 5 && record.error?.contains("does not show it") == true)
        #expect(write(in: answer(.done, at: .seconds(5))) == nil)
        #expect(write(in: told.tell(.timer, at: .seconds(6))) != nil)
    }

    @Test("What is looked for once more keeps no other partition waiting, and gives way to what is newer")
    mutating func patience() throws {
        let names = (1...6).map { "0x\($0)" }
        _ = told.begin(keys: names.map { ToldEngine.key($0) })
        let (first, last) = (try PKey(parsing: "0x1"), try PKey(parsing: "0x6"))
        for name in names.prefix(5) {
            let pkey = try PKey(parsing: name)
            _ = told.answer(pkey, .done)
            let begun = told.answer(pkey, .written).onPartitions
            #expect(begun[pkey] == .read && begun[last]?.isClaim == (pkey == first ? true : nil))
        }
        #expect(told.answer(first, .read(nil)).isEmpty)
        // The newer value is taken up at once, though the one place that is free is taken by the last.
        _ = told.answer(last, .ledger(.failure(Failure(.rejected, "no"))))
        let change = told.tell(
            .source(.changed(revision: 101, [.set(ToldEngine.key("0x1", host: 2, 101))])), at: .milliseconds(10))
        #expect(change.onPartitions[first]?.isStep == true)
    }

    @Test("A refused request is told once, written into the ledger, and the partition is read before the next try")
    mutating func refusedRequest() {
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        _ = answer(.done)
        let actions = answer(.written(.failure(Failure(.rejected, "no such GUID"))))
        #expect(actions.texts.count == 1)
        let record = LedgerRecord(.failing, key: "/p/0x5", revision: 5, error: "no such GUID")
        #expect(actions.onPartitions == [pkey: .amend(record)])
        _ = answer(.done)
        #expect(told.tell(.timer, at: .seconds(1)).onPartitions == [pkey: .read])
        #expect(write(in: answer(.read(nil), at: .seconds(1))) != nil)
        #expect(answer(.written(.failure(Failure(.rejected, "no such GUID"))), at: .seconds(1)).texts == [])
    }

    @Test("A plan with two requests ends after the first when the key has changed, and what that did is not forgotten")
    mutating func outdatedPlan() throws {
        // Mixed index 0 takes two requests.
        var before = try ToldEngine.partition(pkey, host: 1)
        let staying = Member(guid: try GUID(parsing: "043f720300f55109"), index0: false)
        before.members[staying.guid] = staying
        let both = KeyEntry(
            key: "/p/0x5", value: Array("{'host_guids': ['0x043f720300f55109', '0x043f720300f55102']}".utf8),
            revision: 7)
        let first = told.begin(keys: [both], ledger: [pkey: synced], fabric: [before])
        let old = try #require(before.members.guids.first { $0 != staying.guid })
        #expect(write(in: first) == .remove(pkey, [old]))
        // Before the answer comes the key wants what was there before.
        let value = "{'host_guids': ['0x043f720300f55109', '0x\(old)']}"
        _ = told.tell(
            .source(.changed(revision: 101, [.set(KeyEntry(key: "/p/0x5", value: Array(value.utf8), revision: 101))])))
        #expect(answer(.written).onPartitions == [pkey: .read])
        before.members[old] = nil
        let next = answer(.read(before))
        #expect(write(in: next) == .add(pkey, [Member(guid: old, index0: true)], ipOverIB: false))
    }

    @Test("Asked to stop, it sends no first request, and sees a change through that takes several")
    mutating func stopping() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        _ = told.tell(.stop)
        let actions = answer(.done)
        #expect(actions.onPartitions == [:])
        #expect(actions.end == .stopped)

        told = ToldEngine()
        var before = try ToldEngine.partition(pkey, host: 1)
        let staying = Member(guid: try GUID(parsing: "043f720300f55109"), index0: false)
        before.members[staying.guid] = staying
        let both = KeyEntry(
            key: "/p/0x5", value: Array("{'host_guids': ['0x043f720300f55109', '0x043f720300f55102']}".utf8),
            revision: 7)
        _ = told.begin(keys: [both], ledger: [pkey: synced], fabric: [before])
        #expect(told.tell(.stop).end == nil)
        #expect(answer(.written).onPartitions == [pkey: .read])
        before.members = [staying]
        #expect(write(in: answer(.read(before))) != nil)
        #expect(answer(.written).onPartitions == [pkey: .read])
    }

    @Test("The answer to a run that is over is not taken for one to the run after it")
    mutating func answerOfAnotherRun() throws {
        let first = told.begin(keys: [ToldEngine.key("0x5")])
        let claims = first.compactMap { action in
            if case .write(.claim, _, let run, _) = action { run } else { nil }
        }
        let old = try #require(claims.first)
        _ = answer(.ledger(.failure(Failure(.rejected, "no"))))
        // The next run claims; what comes now is what was said of the first.
        #expect(told.tell(.timer, at: .seconds(1)).onPartitions == [pkey: .claim(claim)])
        #expect(told.tell(.answered(pkey, old, .done), at: .seconds(1)).isEmpty)
        #expect(write(in: answer(.done, at: .seconds(1))) != nil)
    }

    @Test("No more runs are under way at once than allowed, and the next begins when one ends")
    mutating func concurrency() throws {
        let names = (1...7).map { "0x\($0)" }
        let actions = told.begin(keys: names.map { ToldEngine.key($0) })
        // Four, and one in the slot that is kept for what arrives.
        #expect(actions.onPartitions.count == 5)
        let one = try #require(actions.onPartitions.keys.min())
        let next = told.answer(one, .ledger(.failure(Failure(.rejected, "no"))))
        #expect(next.onPartitions.count == 1)
    }

    @Test("While UFM is down no run starts; when it answers again they do")
    mutating func outage() {
        _ = told.begin(keys: [])
        _ = told.tell(.fabricRead(.failure(Failure(.unreachable, "gone"))))
        let change = told.tell(.source(.changed(revision: 101, [.set(ToldEngine.key("0x5", 101))])))
        #expect(change.onPartitions == [:])
        let back = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: .seconds(1))
        let record = LedgerRecord(.claimed, key: "/p/0x5", revision: 101)
        #expect(back.onPartitions == [pkey: .claim(record)])
    }

    @Test("While the ledger is away no run starts, and nothing is asked of UFM in vain; when it answers again they do")
    mutating func ledgerOutage() throws {
        _ = told.begin(keys: [])
        #expect(told.tell(.timer, at: .seconds(60)).readsLedger)
        _ = told.ledger(.failure(Failure(.unreachable, "gone")), at: .seconds(60))
        let change = told.tell(.source(.changed(revision: 101, [.set(ToldEngine.key("0x5", 101))])), at: .seconds(60))
        #expect(change.onPartitions == [:])
        let retry = try #require(told.wakeAt)
        #expect(told.tell(.timer, at: retry).readsLedger)
        let back = told.ledger(.success([:]), at: retry)
        #expect(back.onPartitions == [pkey: .claim(LedgerRecord(.claimed, key: "/p/0x5", revision: 101))])
    }

    @Test("A claim that is refused or fails is followed by no request")
    mutating func noClaim() {
        for result in [Result<LedgerAnswer, Failure>.success(.refused), .failure(Failure(.rejected, "no"))] {
            told = ToldEngine()
            #expect(told.begin(keys: [ToldEngine.key("0x5")]).onPartitions == [pkey: .claim(claim)])
            #expect(answer(.ledger(result)).onPartitions == [:])
        }
    }

    @Test("A deletion names every key that could want the partition, the one that made it among them")
    mutating func keysOfDeletion() throws {
        let record = LedgerRecord(.synced, key: "/p/0x0005", revision: 5)
        let actions = told.begin(keys: [], ledger: [pkey: record], fabric: [try ToldEngine.partition(pkey)])
        let deleting = LedgerRecord(.deleting, key: "/p/0x0005", revision: 0)
        #expect(
            actions.onPartitions
                == [pkey: .authoriseDeletion(deleting, expecting: ["/p/0x5": 0, "/p/0x0005": 0])])
    }

    @Test("A list that failed, and one of the etcd before, change nothing")
    mutating func uselessLists() throws {
        let partition = try ToldEngine.partition(pkey)
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [partition])
        let resync = told.tell(.timer, at: .seconds(31))
        let epoch = try #require(resync.listRequest)
        let failed = told.tell(.sourceListed(epoch, .failure(Failure(.unreachable, "gone"))), at: .seconds(31))
        #expect(failed.onPartitions == [:])
        _ = told.tell(
            .source(.listed(KeySnapshot(complete: [ToldEngine.key("0x5")], revision: 6), reason: "anew")),
            at: .seconds(31))
        let old = told.tell(
            .sourceListed(epoch, .success(KeySnapshot(complete: [], revision: 200))), at: .seconds(31))
        #expect(old.onPartitions.isEmpty && old.texts == [])
        // A failed read of the others is no empty one either.
        #expect(told.tell(.fabricRead(.failure(Failure(.rejected, "no"))), at: .seconds(31)).onPartitions == [:])
        #expect(told.ledger(.failure(Failure(.rejected, "no")), at: .seconds(31)).onPartitions == [:])
    }

    @Test("A list that failed puts no key in doubt: what has drifted meanwhile is put right")
    mutating func failedList() throws {
        _ = told.begin(
            keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [try ToldEngine.partition(pkey)])
        let request = try #require(told.tell(.timer, at: .seconds(31)).listRequest)
        _ = told.tell(.sourceListed(request, .failure(Failure(.unreachable, "gone"))), at: .seconds(31))
        let drifted = FabricSnapshot(complete: [try ToldEngine.partition(pkey, host: 2)])
        let repair = told.tell(.fabricRead(.success(drifted)), at: .seconds(32))
        #expect(repair.onPartitions[pkey] != nil)
    }

    @Test("A list that begins anew has the ledger read again")
    mutating func relist() throws {
        let partition = try ToldEngine.partition(pkey)
        _ = told.begin(keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [partition])
        let anew = told.tell(
            .source(.listed(KeySnapshot(complete: [ToldEngine.key("0x5")], revision: 6), reason: "anew")))
        #expect(anew.readsLedger)
    }

    @Test("Held deletions are made once they are approved")
    mutating func approval() throws {
        let pkeys = try (1...6).map { try PKey(parsing: "0x\($0)") }
        var ledger: [PKey: LedgerRecord] = [:]
        for pkey in pkeys { ledger[pkey] = LedgerRecord(.guarded, key: "/p/\(pkey)", revision: 5) }
        let partitions = try pkeys.map { try ToldEngine.partition($0) }
        let start = told.begin(keys: [], ledger: ledger, fabric: partitions)
        #expect(!start.onPartitions.values.contains { $0.isAuthorisation })
        for pkey in pkeys { _ = told.answer(pkey, .done) }
        let approved = told.approve([pkeys[2]], shown: RecordVersion(1), at: .seconds(2))
        let asked = approved.onPartitions.filter { $0.value.isAuthorisation }
        #expect(Array(asked.keys) == [pkeys[2]])
    }

    @Test("A single deletion that was held before a restart is held after it")
    mutating func heldBefore() throws {
        let record = LedgerRecord(.guarded, key: "/p/0x5", revision: 5)
        let start = told.begin(keys: [], ledger: [pkey: record], fabric: [try ToldEngine.partition(pkey)])
        #expect(!start.onPartitions.values.contains { $0.isAuthorisation })
    }

    @Test("Ledger records that are gone, and not by us, are told of, and their partitions stay")
    mutating func lostRecords() throws {
        let start = told.begin(
            keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [try ToldEngine.partition(pkey)])
        #expect(start.onPartitions == [:])
        _ = told.tell(.timer, at: .seconds(31))
        _ = told.tell(.source(.changed(revision: 101, [.deleted(key: "/p/0x5", revision: 101)])), at: .seconds(31))
        _ = answer(.ledger(.failure(Failure(.rejected, "no"))), at: .seconds(31))
        let lost = told.ledger(.success([:]), at: .seconds(31))
        #expect(lost.texts.contains { $0.hasPrefix("1 of 1 ledger records are gone from etcd") })
        #expect(told.tell(.timer, at: .seconds(60)).onPartitions == [:])
    }
}

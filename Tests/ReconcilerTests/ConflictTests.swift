import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// A key asks for a partition that UFM has and the ledger does not.
@Suite("Conflicts")
struct ConflictTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let theirs: Partition
    private let note: ConflictNote

    init() throws {
        pkey = try PKey(parsing: "0x5")
        theirs = try ToldEngine.partition(pkey, host: 9)
        note = ConflictNote(key: "/p/0x5", revision: 5, Conflict([try GUID(parsing: "043f720300f55109")]))
    }

    @Test("Nothing is written but what is in the way, once; and it is told, and shown")
    mutating func conflict() {
        let start = told.begin(keys: [ToldEngine.key("0x5")], fabric: [theirs])
        #expect(start.onPartitions == [pkey: .conflict(note)])
        #expect(start.texts.contains { $0.contains("PKey 0x5 is in conflict") && $0.contains("043f720300f55109") })
        let noted = told.answer(pkey, .done)
        #expect(noted.onPartitions.isEmpty)
        #expect(told.status.conflicts.first == [pkey])
        let again =
            told.tell(.timer, at: .seconds(31)) + told.ledger(.success([:]), at: .seconds(31))
            + told.tell(.fabricRead(.success(FabricSnapshot(complete: [theirs]))), at: .seconds(31))
        #expect(!again.texts.contains { $0.contains("in conflict") })
    }

    @Test("When they are gone the partition is made, and the first record takes the note away")
    mutating func resolved() {
        _ = told.begin(keys: [ToldEngine.key("0x5")], fabric: [theirs])
        _ = told.answer(pkey, .done)
        _ = told.tell(.timer, at: .seconds(31))
        let free = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: .seconds(32))
        #expect(free.onPartitions == [pkey: .claim(LedgerRecord(.claimed, key: "/p/0x5", revision: 5))])
        #expect(free.texts.contains("PKey 0x5 is in conflict no more"))
        #expect(told.status.conflicts.isEmpty)
    }

    @Test("A key that goes takes its note with it")
    mutating func keyGone() {
        _ = told.begin(keys: [ToldEngine.key("0x5")], fabric: [theirs])
        _ = told.answer(pkey, .done)
        let gone = told.tell(.source(.changed(revision: 101, [.deleted(key: "/p/0x5", revision: 101)])))
        #expect(gone.onPartitions == [pkey: .conflict(nil)])
        let noted = told.answer(pkey, .done)
        #expect(noted.onPartitions.isEmpty)
    }

    @Test("What only a read of the partition has shown is not taken over either")
    mutating func readLater() throws {
        let fabric = [try ToldEngine.partition(PKey(parsing: "0x6"))]
        let six = try PKey(parsing: "0x6")
        let synced = LedgerRecord(.synced, key: "/p/0x6", revision: 5)
        _ = told.begin(keys: [ToldEngine.key("0x6")], ledger: [six: synced], fabric: fabric)
        // The list is of no use any more, so that every run looks first.
        _ = told.tell(.timer, at: .seconds(31))
        _ = told.tell(.fabricRead(.failure(Failure(.malformed, "nonsense"))), at: .seconds(31))
        _ = told.tell(.fabricPinged(.success(())), at: .seconds(31))
        let news = told.tell(.source(.changed(revision: 101, [.set(ToldEngine.key("0x5", 101))])), at: .seconds(32))
        #expect(news.onPartitions[pkey] == .read)
        let seen = told.answer(pkey, .read(theirs), at: .seconds(32))
        #expect(seen.onPartitions[pkey]?.isClaim != true)
        #expect(seen.onPartitions[pkey]?.isStep != true)
    }

    @Test("What has lost its record while it was written to is not called ours for that")
    mutating func lostMeanwhile() throws {
        let synced = LedgerRecord(.synced, key: "/p/0x5", revision: 5)
        _ = told.begin(
            keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [try ToldEngine.partition(pkey)])
        let news = told.tell(.source(.changed(revision: 101, [.set(ToldEngine.key("0x5", host: 9, 101))])))
        #expect(news.onPartitions[pkey]?.isStep == true)
        _ = told.tell(.timer, at: .seconds(31))
        for second in 31...34 { _ = told.ledger(.success([:]), at: .seconds(second)) }
        #expect(told.answer(pkey, .written, at: .seconds(35)).onPartitions[pkey] == .read)
        let seen = told.answer(pkey, .read(theirs), at: .seconds(36))
        #expect(seen.onPartitions[pkey]?.isClaim != true && told.asked[pkey]?.isClaim != true)
    }

    @Test("In a dry run it is told, and nothing is written")
    mutating func rehearsal() {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.closedBy = [.dryRun]
        told = ToldEngine(configuration)
        let start = told.begin(keys: [ToldEngine.key("0x5")], fabric: [theirs])
        #expect(start.onPartitions.isEmpty)
        #expect(start.texts.contains { $0.contains("PKey 0x5 is in conflict") })
    }

    @Test("A single run ends with what is in conflict")
    mutating func once() {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.runsOnce = true
        told = ToldEngine(configuration)
        _ = told.begin(keys: [ToldEngine.key("0x5")], fabric: [theirs])
        let end = told.answer(pkey, .done).end
        guard case .inConflict([pkey], let reason) = end else {
            Issue.record("it did not end so")
            return
        }
        #expect(reason.contains("043f720300f55109"))
    }

    // MARK: Instructions

    private mutating func instruct(_ what: Instruction.What) -> [EngineAction] {
        let instruction = Instruction("1", what)
        let asked = told.tell(.instructed(instruction))
        #expect(asked.contains { if case .take = $0 { true } else { false } })
        return told.tell(.took(instruction))
    }

    private func outcome(_ actions: [EngineAction]) -> InstructionOutcome? {
        actions.compactMap { if case .answer(_, let outcome) = $0 { outcome } else { nil } }.first
    }

    private func toDo(_ actions: [EngineAction]) -> InstructionWork? {
        actions.compactMap { if case .carryOut(let work, _) = $0 { work } else { nil } }.first
    }

    @Test("Somebody who was shown the conflict says that it is ours: it is claimed, and made what its key says")
    mutating func adopted() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")], fabric: [theirs])
        _ = told.answer(pkey, .done)
        let asked = instruct(.adopt([pkey: note]))
        let work = try #require(toDo(asked))
        let written = told.tell(.carriedOut(work, [pkey: .success(.written(RecordVersion(7)))]))
        #expect(outcome(written) == InstructionOutcome(done: [pkey]))
        #expect(written.onPartitions[pkey]?.isConfirmation != false || written.onPartitions[pkey]?.isStep == true)
        #expect(written.texts.contains("PKey 0x5 is ours from now on: somebody has said so"))
        #expect(told.status.conflicts.isEmpty)
    }

    @Test("What was not shown so, or has changed since, stays as it is")
    mutating func changed() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")], fabric: [theirs])
        _ = told.answer(pkey, .done)
        let other = ConflictNote(key: "/p/0x5", revision: 5, Conflict([try GUID(parsing: "043f720300f55108")]))
        var asked = instruct(.adopt([pkey: other]))
        let shown = try #require(toDo(asked))
        #expect(shown.writes.isEmpty)
        let answer = told.tell(.carriedOut(shown, [:]))
        #expect(outcome(answer) == InstructionOutcome(changed: [pkey]))
        asked = instruct(.adopt([pkey: ConflictNote(key: "/p/0x5", revision: 4, note.conflict)]))
        #expect(toDo(asked)?.writes.isEmpty == true)
        // And what the ledger finds otherwise is not claimed.
        asked = instruct(.adopt([pkey: note]))
        let work = try #require(toDo(asked))
        let refused = told.tell(.carriedOut(work, [pkey: .success(.refused)]))
        #expect(outcome(refused) == InstructionOutcome(changed: [pkey]))
        #expect(refused.onPartitions.isEmpty)
    }

    @Test("An approval is of the record that was shown, and of no other")
    mutating func approval() throws {
        let guarded = LedgerRecord(.guarded, key: "/p/0x5", revision: 5)
        _ = told.begin(keys: [], ledger: [pkey: guarded], fabric: [try ToldEngine.partition(pkey)])
        var asked = instruct(.approve([pkey: RecordVersion(9)]))
        let stale = try #require(toDo(asked))
        #expect(stale.writes.isEmpty)
        let answer = told.tell(.carriedOut(stale, [:]))
        #expect(outcome(answer) == InstructionOutcome(changed: [pkey]))
        asked = instruct(.approve([pkey: RecordVersion(1)]))
        let work = try #require(toDo(asked))
        let written = told.tell(.carriedOut(work, [pkey: .success(.written(RecordVersion(2)))]))
        #expect(outcome(written) == InstructionOutcome(done: [pkey]))
        #expect(written.onPartitions[pkey]?.isAuthorisation == true)
        #expect(written.texts.contains("The deletion of PKey 0x5 has been approved"))
    }

    @Test("Nobody approves a record that is not held, whatever was shown", arguments: LedgerRecord.State.allCases)
    mutating func notHeld(state: LedgerRecord.State) throws {
        _ = told.begin(
            keys: [ToldEngine.key("0x5")], ledger: [pkey: LedgerRecord(state, key: "/p/0x5", revision: 5)],
            fabric: [try ToldEngine.partition(pkey)])
        let asked = try #require(toDo(instruct(.approve([pkey: RecordVersion(1)]))))
        #expect(asked.writes.isEmpty == (state != .guarded))
    }

    @Test("A daemon that may not write says so, and one that does not lead, or rehearses, takes nothing")
    mutating func closed() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")], fabric: [theirs])
        _ = told.answer(pkey, .done)
        _ = told.tell(.gate(.close(.unconfirmed)))
        let asked = instruct(.adopt([pkey: note]))
        let answer = try #require(outcome(asked))
        #expect(answer.problem == "the daemon may not write now (unconfirmed)")
        for reason in [WriteGate.Reason.notLeading, .dryRun, .stopping] {
            _ = told.tell(.gate(.close(reason)))
            #expect(told.tell(.instructed(Instruction("2", .adopt([pkey: note])))).isEmpty, "\(reason)")
            _ = told.tell(.gate(.open(reason)))
        }
    }
}

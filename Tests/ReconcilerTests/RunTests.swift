import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// Every way from each case of a run, by what it waits for and what it is answered.
@Suite("Runs")
struct RunTests {
    private let pkey: PKey
    private let wanted: DesiredPartition
    private let right: Partition
    private let wrong: Partition
    private let permit: WritePermit
    private let rejected = Failure(.rejected, "no such GUID")
    private let outage = Failure(.unreachable, "gone")
    private static let written = LedgerAnswer.written(RecordVersion(4))

    init() throws {
        pkey = try PKey(parsing: "0x5")
        let member = Member(guid: try GUID(parsing: "043f720300f55101"), index0: true)
        let stranger = Member(guid: try GUID(parsing: "043f720300f55102"), index0: true)
        wanted = try #require(DesiredPartition(members: [member], ipOverIB: false))
        right = Partition(number: pkey.number, name: "api_pkey_0x5", ipOverIB: false, members: [member])
        wrong = Partition(number: pkey.number, ipOverIB: false, members: [stranger])
        permit = try #require(WriteGate().permit(for: .step))
    }

    @Test("A change that was begun on the watch's word goes no further once a list alone says so")
    func groundLost() {
        #expect(Ground.begun(permit).stands(on: .told))
        #expect(!Ground.begun(permit).stands(on: .listed))
        // A transaction has just found the keys so.
        #expect(Ground.compared.stands(on: .listed))
    }

    @Test("What a comparison refutes is contested where lists are in doubt, and a list's word ends with its list")
    func refuted() throws {
        var doubted = facts(present)
        doubted.isListInDoubt = true
        let runs = [Run.confirming(present), .recording(present, record(.synced), nil)]
        for (index, run) in runs.enumerated() {
            func effects(_ facts: Run.Facts) throws -> [String] {
                try #require(run.recorded(.success(.refused), facts)).effects.compactMap { effect in
                    switch effect {
                    case .refuted: "refuted"
                    case .contested: "contested"
                    default: nil
                    }
                }
            }
            #expect(try effects(facts(present)) == [])
            #expect(try effects(doubted) == ["contested"])
            #expect(try effects(facts(present, word: .listed)) == [index == 0 ? "refuted" : "contested"])
        }
    }

    @Test("None is begun on the word of a list, nor on the watch's while lists are in doubt")
    func noGround() {
        var doubted = facts(present)
        doubted.isListInDoubt = true
        #expect(Ground(facts(present)) != nil && Ground(doubted) == nil && Ground(facts(present, word: .listed)) == nil)
    }

    private var errand: Errand { Errand(pkey: pkey, key: "/p/0x5", revision: 7, since: .zero) }
    private var present: Goal { Goal(errand: errand, wish: .present(wanted), keys: ["/p/0x5": KeyState(7, [])]) }
    private var absent: Goal {
        Goal(
            errand: Errand(pkey: pkey, key: "/p/0x5", revision: 0, since: .zero), wish: .absent,
            keys: ["/p/0x5": .absent])
    }

    private func record(_ state: LedgerRecord.State) -> LedgerRecord {
        LedgerRecord(state, key: "/p/0x5", revision: 7)
    }

    private var gone: LedgerRecord { LedgerRecord(.deleting, key: "/p/0x5", revision: 0, isSeenGone: true) }

    /// What is known once UFM has done our DELETE, and these witnesses have said that the partition is not there.
    private func deleted(single: Bool = false, list: Bool = false) -> Absence {
        var absences = Absences()
        absences.claimed(pkey)
        absences.sent(.delete(pkey))
        absences.ended(.delete(pkey), failed: nil, now: .zero)
        if single { absences.read(pkey, isThere: false, began: .zero) }
        if list { _ = absences.listed(FabricSnapshot(complete: []), began: .zero, overlapped: []) }
        return absences[pkey]
    }

    private func proof() throws -> ProofOfAbsence { try #require(deleted(single: true, list: true).proof) }

    private func facts(
        _ goal: Goal, ledger record: LedgerRecord? = nil, actual: Partition?? = .none, absence: Absence = .unknown,
        closedBy: Set<WriteGate.Reason> = [], leaving: LeavingPorts = LeavingPorts(), word: Word = .told
    ) -> Run.Facts {
        let standing = Standing(
            pkey: pkey, source: "etcd", wanted: goal.wish.intent, intent: goal.wish.intent, word: word,
            key: goal.errand.key, revision: goal.errand.revision, record: record,
            version: record == nil ? .absent : RecordVersion(3), lostHistory: nil, isLost: false, actual: actual,
            absence: absence)
        return Run.Facts(
            standing: standing, leaving: leaving, planner: Planner(), gate: WriteGate(closedBy: closedBy),
            isRecordDoubtful: false,
            now: .seconds(1))
    }

    /// Facts in which something newer is wanted.
    private func outdated(_ goal: Goal, ledger record: LedgerRecord?) -> Run.Facts {
        let standing = Standing(
            pkey: pkey, source: "etcd", wanted: goal.wish.intent, intent: goal.wish.intent, word: .told,
            key: goal.errand.key, revision: 8, record: record,
            version: record == nil ? .absent : RecordVersion(3), lostHistory: nil, isLost: false, actual: .none,
            absence: .unknown)
        return Run.Facts(
            standing: standing, leaving: LeavingPorts(), planner: Planner(), gate: WriteGate(), isRecordDoubtful: false,
            now: .seconds(1))
    }

    /// Where a turn goes, in words.
    private func way(_ turn: Turn?) -> String {
        switch turn?.next {
        case nil: "dropped"
        case .over(let ending): "over, \(ending)"
        case .request(let run, let request):
            switch (run, request) {
            case (.reading, .read): "reading"
            case (.verifying, .verify): "verifying"
            case (.confirming, .write(.confirm, _)): "confirming"
            case (.claiming, .write(.claim, _)): "claiming"
            case (.authorising, .write(.authoriseDeletion, _)): "authorising"
            case (.writing(_, let attempt, _), .write(.step(let step), _)) where step == attempt.step:
                "writing \(step.kind)"
            case (.resting, .nothing): "resting"
            case (.recording(_, let record, _), .write(.claim(let sent, _, _), _)) where sent == record:
                "recording"
            case (.releasing, .write(.release, _)): "releasing"
            case (.noting(let record, .gone), .write(.amend(let sent, _), _)) where sent == record && record.isSeenGone:
                "noting its end"
            case (.noting(let record, .wait(let note)), .write(.wait(let sent, let told, _), _))
            where sent == record && note == told:
                "noting what it waits for"
            case (.noting(let record, let note), .write(.amend(let sent, _), _)) where sent == record:
                "noting a \(note)"
            case (.asking, .ping): "asking"
            default: "\(run) with \(request)"
            }
        }
    }

    private func begin(_ goal: Goal, _ facts: Run.Facts) -> String {
        way(Run.begin(goal.errand, keys: goal.keys, facts))
    }

    @Test("While as much is being written as may be, nothing is sent, and what is left is taken up by another run")
    func noRoom() {
        var full = facts(present, ledger: record(.claimed), actual: wrong)
        full.hasRoom = false
        #expect(begin(present, full) == "over, again")
    }

    @Test("It begins with what it has to know or write first")
    func beginnings() {
        #expect(begin(present, facts(present)) == "reading")
        #expect(begin(present, facts(present, actual: .some(nil))) == "claiming")
        #expect(begin(present, facts(present, actual: right)) == "recording")
        #expect(begin(present, facts(present, ledger: record(.claimed), actual: wrong)) == "writing replace")
        #expect(begin(present, facts(present, ledger: record(.claimed), actual: right)) == "recording")
        #expect(begin(present, facts(present, ledger: record(.synced), actual: right)) == "over, done")
        #expect(begin(absent, facts(absent, ledger: record(.synced), actual: right)) == "authorising")
        #expect(begin(absent, facts(absent, actual: right)) == "over, done")
        #expect(begin(absent, facts(absent, actual: .some(nil))) == "over, done")
    }

    @Test("What only a list has told of a partition of ours is written after a second opinion, and not otherwise")
    func listedOnly() {
        let listed = facts(present, ledger: record(.synced), actual: wrong, word: .listed)
        #expect(begin(present, listed) == "confirming")
        #expect(begin(present, facts(present, ledger: record(.synced), actual: right, word: .listed)) == "over, done")
        // A claim and an authorisation compare the keys by themselves.
        #expect(begin(present, facts(present, actual: .some(nil), word: .listed)) == "claiming")
        #expect(begin(absent, facts(absent, ledger: record(.synced), actual: right, word: .listed)) == "authorising")
        let run = Run.confirming(present)
        #expect(way(run.recorded(.success(Self.written), listed)) == "writing replace")
        #expect(way(run.recorded(.success(.refused), listed)) == "over, failed")
        #expect(way(run.recorded(.failure(outage), listed)) == "over, failed")
    }

    @Test(
        "A deletion is sent even where the partition is said to be gone, its end is noted, and only proof releases it")
    func endOfOwnership() {
        func way(_ record: LedgerRecord, _ absence: Absence = .unknown) -> String {
            begin(absent, facts(absent, ledger: record, actual: .some(nil), absence: absence))
        }
        #expect(way(record(.synced)) == "authorising")
        #expect(way(record(.deleting)) == "authorising")
        #expect(way(record(.claimed), deleted(single: true, list: true)) == "authorising")
        #expect(way(record(.deleting), deleted(single: true)) == "noting its end")
        #expect(way(record(.deleting), deleted(single: true, list: true)) == "noting its end")
        #expect(way(gone) == "over, done")
        #expect(way(gone, deleted(single: true)) == "over, done")
        #expect(way(gone, deleted(list: true)) == "reading")
        #expect(way(gone, deleted(single: true, list: true)) == "releasing")
        // What is there is deleted once more, and what is not is all the same.
        #expect(begin(absent, facts(absent, ledger: gone, actual: right)) == "authorising")
        let authorising = Run.authorising(absent, record(.deleting))
        #expect(
            self.way(authorising.recorded(.success(Self.written), facts(absent, actual: .some(nil))))
                == "writing delete")
    }

    @Test("A key that is there again has its partition claimed, whatever record is there")
    func cancelled() {
        #expect(begin(present, facts(present, ledger: gone, actual: .some(nil))) == "claiming")
        #expect(begin(present, facts(present, ledger: record(.deleting), actual: wrong)) == "claiming")
    }

    @Test("What was read is planned for")
    func reading() {
        let run = Run.reading(present)
        #expect(way(run.read(.success(nil), facts(present))) == "claiming")
        #expect(way(run.read(.success(wrong), facts(present, ledger: record(.claimed)))) == "writing replace")
        #expect(way(run.read(.success(right), facts(present, ledger: record(.claimed)))) == "recording")
        #expect(way(run.read(.success(right), facts(present, ledger: record(.synced)))) == "over, done")
        #expect(way(run.read(.failure(rejected), facts(present, ledger: record(.claimed)))) == "noting a failure")
        #expect(way(run.read(.failure(rejected), facts(present))) == "over, failed")
        #expect(way(run.read(.failure(outage), facts(present, ledger: record(.claimed)))) == "over, failed")
        let deletion = Run.reading(absent)
        #expect(way(deletion.read(.success(right), facts(absent, ledger: record(.synced)))) == "authorising")
        #expect(way(deletion.read(.success(nil), facts(absent, ledger: record(.synced)))) == "authorising")
        #expect(way(deletion.read(.success(right), facts(absent))) == "over, done")
    }

    @Test("Only a claim or an authorisation that was made is followed by a request")
    func claimingAndAuthorising() {
        for (run, goal, step) in [
            (Run.claiming(present, record(.claimed)), present, "replace"),
            (Run.authorising(absent, record(.deleting)), absent, "delete"),
        ] {
            #expect(way(run.recorded(.success(Self.written), facts(goal, actual: wrong))) == "writing \(step)")
            #expect(way(run.recorded(.success(Self.written), facts(goal))) == "over, again")
            #expect(way(run.recorded(.success(Self.written), outdated(goal, ledger: nil))) == "over, again")
            #expect(way(run.recorded(.success(.refused), facts(goal))) == "over, failed")
            #expect(way(run.recorded(.failure(rejected), facts(goal))) == "over, failed")
            #expect(way(run.recorded(.failure(outage), facts(goal))) == "over, failed")
        }
        // What is known of the partition may have changed meanwhile.
        let claiming = Run.claiming(present, record(.claimed))
        #expect(way(claiming.recorded(.success(Self.written), facts(present, actual: right))) == "recording")
    }

    private var removal: PlanStep { .remove(pkey, wrong.members.guids) }
    private var addition: PlanStep { .add(pkey, Array(wanted.members), ipOverIB: false) }
    private var replacement: PlanStep { .replace(pkey, Array(wanted.members), ipOverIB: false) }

    private func attempt(_ step: PlanStep) -> Attempt { Attempt(step, strategy: .single) }

    @Test("After each step the partition is read")
    func writing() {
        let run = Run.writing(present, attempt(removal), permit)
        let owned = facts(present, ledger: record(.claimed))
        #expect(way(run.written(.success(.done), owned)) == "verifying")
        #expect(way(run.written(.success(.done), outdated(present, ledger: record(.claimed)))) == "verifying")
        #expect(way(run.written(.failure(rejected), owned)) == "noting a failure")
        #expect(way(run.written(.failure(outage), owned)) == "over, failed")
    }

    @Test("Only what is seen is recorded, and only what is seen gone is followed by an addition")
    func verifying() throws {
        let owned = facts(present, ledger: record(.claimed))
        let removing = Run.verifying(present, attempt(removal), permit)
        #expect(way(removing.read(.success(nil), owned)) == "writing create")
        #expect(way(removing.read(.success(right), owned)) == "recording")
        #expect(way(removing.read(.success(nil), outdated(present, ledger: record(.claimed)))) == "over, again")
        // It is there still: the removal is sent once more, and no more than once.
        let insisting = try #require(removing.read(.success(wrong), owned))
        #expect(way(insisting) == "writing remove")
        guard case .request(let run, _) = insisting.next,
            case .request(let verifying, _) = run.written(.success(.done), owned)?.next
        else {
            Issue.record("\(insisting)")
            return
        }
        #expect(way(verifying.read(.success(wrong), owned)) == "noting a failure")
        #expect(way(verifying.read(.success(nil), owned)) == "writing create")
        #expect(way(verifying.read(.failure(rejected), owned)) == "noting a failure")
        #expect(way(verifying.read(.failure(outage), owned)) == "over, failed")
        let deletion = Run.verifying(absent, attempt(.delete(pkey)), permit)
        let gone = facts(absent, ledger: record(.deleting), absence: deleted(single: true))
        #expect(way(deletion.read(.success(nil), gone)) == "noting its end")
        #expect(way(deletion.read(.success(right), facts(absent, ledger: record(.deleting)))) == "writing remove")
    }

    @Test("What is said of a deletion that fails goes on saying that it was authorised")
    func failedDeletion() {
        let run = Run.writing(absent, attempt(.delete(pkey)), permit)
        let turn = run.written(.failure(rejected), facts(absent, ledger: record(.deleting)))
        #expect(way(turn) == "noting a failure")
        guard case .request(.noting(let noted, .failure), _)? = turn?.next else { return }
        #expect(noted.state == .deleting && noted.error == rejected.message)
    }

    @Test("A replacement that is not done is followed by a removal and, when that is seen, by an addition")
    func replacing() throws {
        let owned = facts(present, ledger: record(.claimed))
        let first = Run.verifying(present, attempt(replacement), permit)
        #expect(way(first.read(.success(right), owned)) == "recording")
        let turn = try #require(first.read(.success(wrong), owned))
        #expect(way(turn) == "writing remove")
        guard case .request(let run, _) = turn.next,
            case .request(let second, _) = run.written(.success(.done), owned)?.next
        else {
            Issue.record("\(turn)")
            return
        }
        #expect(way(second.read(.success(nil), owned)) == "writing create")
    }

    private func refusal(_ setback: WriteCourse.Setback, keepsEmpty: Bool = true) -> StepAnswer {
        .refused(StepRefusal(setback, Failure(.rejected, "no such method"), keepsEmpty: keepsEmpty))
    }

    /// The run that a turn goes on with.
    private func next(_ turn: Turn?) throws -> Run {
        let turn = try #require(turn)
        guard case .request(let run, _) = turn.next else {
            Issue.record("\(turn)")
            throw rejected
        }
        return run
    }

    @Test(
        "A replacement that is refused is followed by a read, a removal, and an addition once that is seen",
        arguments: [
            WriteCourse.Setback.noSuchCall, .refusedWhole(isDoubtful: true), .refusedWhole(isDoubtful: false),
        ])
    func refusedReplacement(_ setback: WriteCourse.Setback) throws {
        let owned = facts(present, ledger: record(.claimed))
        let run = Run.writing(present, attempt(replacement), permit)
        let answer = run.written(.success(refusal(setback)), owned)
        #expect(way(answer) == "verifying")
        let reading = try next(answer)
        // It may have been done all the same.
        #expect(way(reading.read(.success(right), owned)) == "recording")
        let removal = reading.read(.success(wrong), owned)
        #expect(way(removal) == "writing remove")
        let verifying = try next(try next(removal).written(.success(.done), owned))
        #expect(way(verifying.read(.success(nil), owned)) == "writing create")
        // The removal is not seen: it is sent once more.
        #expect(way(verifying.read(.success(wrong), owned)) == "writing remove")
    }

    @Test("A deletion that UFM has no call for is made of the removal of all members; without any it has failed")
    func refusedDeletion() throws {
        let owned = facts(absent, ledger: record(.deleting))
        let reading = try next(
            Run.writing(absent, attempt(.delete(pkey)), permit).written(.success(refusal(.noSuchCall)), owned))
        #expect(way(reading.read(.success(wrong), owned)) == "writing remove")
        let empty = Partition(number: pkey.number, ipOverIB: false, members: [])
        #expect(way(reading.read(.success(empty), owned)) == "noting a failure")
    }

    @Test("A partition that neither adding nor setting makes is made empty, where UFM keeps such ones")
    func madeEmpty() throws {
        let owned = facts(present, ledger: record(.claimed))
        let creation = PlanStep.create(
            NewPartition(pkey, Array(wanted.members), ipOverIB: false, by: .adding))
        let adding = Run.writing(present, attempt(creation), permit)
        let refused = adding.written(.success(refusal(.noSuchPartition)), owned)
        #expect(way(refused) == "verifying")
        let looking = try next(refused)
        // Somebody may have made it meanwhile.
        #expect(way(looking.read(.success(wrong), owned)) == "writing replace")
        let second = looking.read(.success(nil), owned)
        #expect(way(second) == "writing create")
        let whole = try next(second)
        let empty = try next(whole.written(.success(refusal(.noSuchCall)), owned)).read(.success(nil), owned)
        #expect(way(empty) == "writing create")
        guard case .request(_, .write(.step(.create(let new)), _)) = empty?.next else {
            Issue.record("\(String(describing: empty))")
            return
        }
        #expect(new.way == .empty(index0: true) && new.members.isEmpty)
        let verifying = try next(try next(empty).written(.success(.done), owned))
        let made = Partition(number: pkey.number, ipOverIB: false, members: [])
        #expect(way(verifying.read(.success(made), owned)) == "writing add")
        #expect(
            way(whole.written(.success(refusal(.noSuchCall, keepsEmpty: false)), owned)) == "noting a failure")
    }

    @Test("A port that has begun to leave another partition meanwhile is not added the other way round")
    func detourOfAPortThatWaits() throws {
        let creation = PlanStep.create(
            NewPartition(pkey, Array(wanted.members), ipOverIB: false, by: .adding))
        var leaving = LeavingPorts()
        _ = leaving.set(Set(wanted.members.guids), of: try PKey(parsing: "0x6"))
        let owned = facts(present, ledger: record(.claimed), leaving: leaving)
        let adding = Run.writing(present, attempt(creation), permit)
        let looking = try next(adding.written(.success(refusal(.noSuchPartition)), owned))
        #expect(way(looking.read(.success(nil), owned)) == "over, again")
    }

    @Test("What was added may take a while to be seen: it is read three times before it counts as failed")
    func patience() throws {
        let owned = facts(present, ledger: record(.claimed))
        var run = Run.verifying(present, attempt(addition), permit)
        for _ in Attempt.pauses {
            let turn = try #require(run.read(.success(nil), owned))
            #expect(way(turn) == "resting")
            guard case .request(let resting, _) = turn.next else { return }
            #expect(resting.restsUntil != nil && way(resting.read(.success(nil), owned)) == "dropped")
            #expect(way(resting.woken(outdated(present, ledger: nil))) == "over, again")
            let woken = try #require(resting.woken(owned))
            #expect(way(woken) == "verifying")
            guard case .request(let verifying, _) = woken.next else { return }
            run = verifying
        }
        #expect(way(run.read(.success(nil), owned)) == "noting a failure")
        #expect(way(run.read(.success(right), owned)) == "recording")
        // Whoever is to end does not wait.
        let ending = facts(present, ledger: record(.claimed), closedBy: [.stopping])
        #expect(way(Run.verifying(present, attempt(addition), permit).read(.success(nil), ending)) == "over, again")
        #expect(run.woken(owned) == nil)
    }

    @Test(
        "A port that another partition has yet to give up is not added, and what is left of the wish is never in step")
    func waiting() throws {
        let other = try PKey(parsing: "0x6")
        var leaving = LeavingPorts()
        _ = leaving.set(Set(wanted.members.guids), of: other)
        let owned = facts(present, ledger: record(.claimed), leaving: leaving)
        #expect(way(Run.reading(present).read(.success(nil), owned)) == "noting what it waits for")
        #expect(way(Run.reading(present).read(.success(wrong), owned)) == "writing remove")
        #expect(
            way(Run.verifying(present, attempt(removal), permit).read(.success(nil), owned))
                == "noting what it waits for")
        // It is claimed first, so that everybody can see that it waits.
        let unowned = facts(present, leaving: leaving)
        let claiming = try next(Run.reading(present).read(.success(nil), unowned))
        #expect(
            way(claiming.recorded(.success(Self.written), facts(present, actual: .some(nil), leaving: leaving)))
                == "noting what it waits for")
        // What is in it already waits for nobody.
        #expect(way(Run.reading(present).read(.success(right), owned)) == "recording")
        let told = Run.reading(present).read(.success(nil), owned)?.effects.contains { effect in
            if case .waits(let waiting?) = effect { waiting.holders.values.contains(other) } else { false }
        }
        #expect(told == true)
        #expect(leaving.set([], of: other) == Set(wanted.members.guids))
        #expect(leaving.waiting(pkey, for: wanted.members.guids, actual: nil) == nil)
    }

    @Test("The last record ends the run, whatever the ledger answers")
    func ends() throws {
        let owned = facts(present, ledger: record(.claimed))
        for (run, done, refused, failed) in [
            (Run.recording(present, record(.synced), permit), "done", "failed", "failed"),
            (.releasing(try proof()), "done", "failed", "failed"),
            (.noting(gone, .gone(errand, hasWritten: true)), "done", "failed", "failed"),
            (.noting(record(.held), .hold), "done", "failed", "failed"),
            (.noting(record(.failing), .failure), "failed", "failed", "failed"),
        ] {
            #expect(way(run.recorded(.success(Self.written), owned)) == "over, \(done)")
            #expect(way(run.recorded(.success(.refused), owned)) == "over, \(refused)")
            #expect(way(run.recorded(.failure(rejected), owned)) == "over, \(failed)")
            #expect(way(run.recorded(.failure(outage), owned)) == "over, \(failed)")
        }
    }

    @Test("An answer to what was not asked is dropped")
    func otherAnswers() throws {
        let facts = facts(present)
        for run in [Run.reading(present), .verifying(present, attempt(addition), permit)] {
            #expect(way(run.written(.success(.done), facts)) == "dropped")
            #expect(way(run.recorded(.success(Self.written), facts)) == "dropped")
        }
        let writing = Run.writing(present, attempt(addition), permit)
        #expect(way(writing.read(.success(nil), facts)) == "dropped")
        #expect(way(writing.recorded(.success(Self.written), facts)) == "dropped")
        for run in [
            Run.claiming(present, record(.claimed)), .authorising(absent, record(.deleting)),
            .recording(present, record(.synced), nil), .releasing(try proof()), .noting(record(.held), .hold),
        ] {
            #expect(way(run.read(.success(nil), facts)) == "dropped")
            #expect(way(run.written(.success(.done), facts)) == "dropped")
        }
    }

    @Test(
        "At a closed gate a run asks for nothing that writes, but sees through what it may",
        arguments: WriteGate.Reason.allCases)
    func closedGate(reason: WriteGate.Reason) throws {
        let seesThrough = reason.letsFinish
        let told = reason == .dryRun ? "over, rehearsed" : "over, again"
        #expect(begin(present, facts(present, actual: .some(nil), closedBy: [reason])) == told)
        #expect(begin(present, facts(present, actual: right, closedBy: [reason])) == told)
        #expect(begin(absent, facts(absent, ledger: record(.synced), actual: right, closedBy: [reason])) == told)
        #expect(begin(absent, facts(absent, ledger: record(.deleting), actual: .some(nil), closedBy: [reason])) == told)
        let claimed = Run.claiming(present, record(.claimed))
        #expect(
            way(claimed.recorded(.success(Self.written), facts(present, actual: wrong, closedBy: [reason])))
                == "over, again")
        let verified = Run.verifying(present, attempt(addition), permit)
        let owned = facts(present, ledger: record(.claimed), closedBy: [reason])
        let way = way(verified.read(.success(right), owned))
        #expect(way == (seesThrough ? "recording" : reason == .dryRun ? "over, rehearsed" : "over, again"))
    }

    @Test("Each ledger record that was sent is what is known afterwards")
    func records() throws {
        let deleting = LedgerRecord(.deleting, key: "/p/0x0005", revision: 0)
        let failing = LedgerRecord(.failing, key: "/p/0x5", revision: 7, error: "no such GUID")
        let turns = [
            Run.authorising(absent, deleting).recorded(.success(Self.written), facts(absent)),
            Run.noting(failing, .failure).recorded(.success(Self.written), facts(present)),
        ]
        let known = turns.map { turn in
            turn?.effects.compactMap { effect -> KeptRecord? in
                if case .recorded(let record) = effect { record } else { nil }
            }
        }
        let version = RecordVersion(4)
        #expect(known == [[KeptRecord(deleting, version)], [KeptRecord(failing, version)]])
    }

    @Test("A deletion that fails stays approved, or authorised; what is wanted, and what was told to go, is failing")
    func failingRecords() {
        let failure = Failure(.credentials, "403", at: .partition(pkey))
        func noted(_ goal: Goal, _ state: LedgerRecord.State) -> LedgerRecord? {
            facts(goal, ledger: record(state)).standing.record(failing: goal.errand, failure)
        }
        #expect(noted(absent, .approved)?.state == .approved && noted(absent, .approved)?.error == failure.message)
        #expect(noted(absent, .deleting)?.state == .deleting)
        #expect(noted(absent, .synced)?.state == .failing && noted(present, .approved)?.state == .failing)
        #expect(noted(absent, .guarded) == nil)
    }

    @Test("Every write of the ledger is over the version that was last seen, and names keys and values")
    func conditions() throws {
        let (version, key) = (RecordVersion(3), KeyState(7, []))
        let claim = Run.begin(errand, keys: present.keys, facts(present, actual: .some(nil)))
        guard case .request(_, .write(.claim(_, over: .absent, expecting: key), _)) = claim.next else {
            Issue.record("\(claim)")
            return
        }
        let synced = Run.begin(errand, keys: present.keys, facts(present, ledger: record(.claimed), actual: right))
        guard case .request(_, .write(.claim(_, over: version, expecting: key), _)) = synced.next else {
            Issue.record("\(synced)")
            return
        }
        var elsewhere = record(.synced)
        elsewhere.key = "/p/0x0005"
        let keys: [KeyName: KeyState] = ["/p/0x5": .absent, "/p/0x0005": .absent]
        let deletion = Run.begin(absent.errand, keys: absent.keys, facts(absent, ledger: elsewhere, actual: right))
        let tombstone = Tombstone(key: "/p/0x0005", members: right.members.guids)
        guard
            case .request(
                _, .write(.authoriseDeletion(_, over: version, expecting: keys, leaving: tombstone), _)) = deletion.next
        else {
            Issue.record("\(deletion)")
            return
        }
    }

    @Test("A write that was refused, or may have been made, leaves the record in doubt; nothing begins while it is")
    func doubts() throws {
        let lost = Failure(.timedOut, "no answer", outcome: .unknown)
        for run in [
            Run.claiming(present, record(.claimed)), .authorising(absent, record(.deleting)),
            .recording(present, record(.synced), nil), .releasing(try proof()), .noting(record(.failing), .failure),
            .noting(record(.held), .hold),
        ] {
            for result in [Result<LedgerAnswer, Failure>.success(.refused), .failure(lost)] {
                let turn = try #require(run.recorded(result, facts(present)))
                #expect(way(turn) == "over, failed")
                let isDoubted = turn.effects.contains { effect in
                    switch (effect, result) {
                    case (.recordDoubted, .success), (.recordUnanswered, .failure): true
                    default: false
                    }
                }
                #expect(isDoubted)
                #expect(!turn.effects.contains { if case .recorded = $0 { true } else { false } })
            }
        }
        let known = facts(present, actual: .some(nil))
        let doubtful = Run.Facts(
            standing: known.standing, leaving: LeavingPorts(), planner: Planner(), gate: WriteGate(),
            isRecordDoubtful: true, now: .zero)
        #expect(begin(present, doubtful) == "over, waits")
    }

    @Test("A deletion that a full store allows is made, and what is known of its record stays")
    func allowed() throws {
        let run = Run.authorising(absent, record(.deleting))
        let turn = try #require(
            run.recorded(.success(.allowed), facts(absent, ledger: record(.synced), actual: wrong)))
        #expect(way(turn) == "writing delete")
        #expect(!turn.effects.contains { if case .recorded = $0 { true } else { false } })
    }
}

extension PlanStep {
    fileprivate var kind: String {
        switch self {
        case .create: "create"
        case .add: "add"
        case .remove: "remove"
        case .replace: "replace"
        case .setQoS: "setQoS"
        case .delete: "delete"
        }
    }
}

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

    init() throws {
        pkey = try PKey(parsing: "0x5")
        let member = Member(guid: try GUID(parsing: "043f720300f55101"), index0: true)
        let stranger = Member(guid: try GUID(parsing: "043f720300f55102"), index0: true)
        wanted = try #require(DesiredPartition(members: [member], ipOverIB: false))
        right = Partition(number: pkey.number, ipOverIB: false, members: [member])
        wrong = Partition(number: pkey.number, ipOverIB: false, members: [stranger])
        permit = try #require(WriteGate().permit(for: .step))
    }

    private var errand: Errand { Errand(pkey: pkey, key: "/p/0x5", revision: 7, since: .zero) }
    private var present: Goal { Goal(errand: errand, wish: .present(wanted), keys: ["/p/0x5": 7]) }
    private var absent: Goal {
        Goal(
            errand: Errand(pkey: pkey, key: "/p/0x5", revision: 0, since: .zero), wish: .absent, keys: ["/p/0x5": 0])
    }

    private func record(_ state: LedgerRecord.State) -> LedgerRecord {
        LedgerRecord(state, key: "/p/0x5", revision: 7)
    }

    private func facts(
        _ goal: Goal, ledger record: LedgerRecord? = nil, actual: Partition?? = .none,
        closedBy: Set<WriteGate.Reason> = []
    ) -> Run.Facts {
        let standing = Standing(
            pkey: pkey, source: "etcd", wanted: goal.wish.intent, intent: goal.wish.intent, key: goal.errand.key,
            revision: goal.errand.revision, record: record, lostHistory: nil, actual: actual)
        return Run.Facts(
            standing: standing, planner: Planner(), gate: WriteGate(closedBy: closedBy), now: .seconds(1))
    }

    /// Facts in which something newer is wanted.
    private func outdated(_ goal: Goal, ledger record: LedgerRecord?) -> Run.Facts {
        let standing = Standing(
            pkey: pkey, source: "etcd", wanted: goal.wish.intent, intent: goal.wish.intent, key: goal.errand.key,
            revision: 8,
            record: record, lostHistory: nil, actual: .none)
        return Run.Facts(standing: standing, planner: Planner(), gate: WriteGate(), now: .seconds(1))
    }

    /// Where a turn goes, in words.
    private func way(_ turn: Turn?) -> String {
        switch turn?.next {
        case nil: "dropped"
        case .over(let ending): "over, \(ending)"
        case .request(let run, let request):
            switch (run, request) {
            case (.reading, .read): "reading"
            case (.verifying, .read): "verifying"
            case (.claiming, .write(.claim, _)): "claiming"
            case (.authorising, .write(.authoriseDeletion, _)): "authorising"
            case (.writing(_, let steps, _), .write(.step(let step), _)) where step == steps.first: "writing"
            case (.recording(_, let record, _), .write(.claim(let sent), _)) where sent == record: "recording"
            case (.releasing, .write(.release, _)): "releasing"
            case (.noting(let record, let note), .write(.amend(let sent), _)) where sent == record: "noting a \(note)"
            default: "\(run) with \(request)"
            }
        }
    }

    private func begin(_ goal: Goal, _ facts: Run.Facts) -> String {
        way(Run.begin(goal.errand, keys: goal.keys, facts))
    }

    @Test("It begins with what it has to know or write first")
    func beginnings() {
        #expect(begin(present, facts(present)) == "reading")
        #expect(begin(present, facts(present, actual: .some(nil))) == "claiming")
        #expect(begin(present, facts(present, actual: right)) == "recording")
        #expect(begin(present, facts(present, ledger: record(.claimed), actual: wrong)) == "writing")
        #expect(begin(present, facts(present, ledger: record(.claimed), actual: right)) == "recording")
        #expect(begin(present, facts(present, ledger: record(.synced), actual: right)) == "over, done")
        #expect(begin(absent, facts(absent, ledger: record(.synced), actual: right)) == "authorising")
        #expect(begin(absent, facts(absent, ledger: record(.deleting), actual: .some(nil))) == "releasing")
        #expect(begin(absent, facts(absent, actual: right)) == "over, done")
        #expect(begin(absent, facts(absent, actual: .some(nil))) == "over, done")
    }

    @Test("What was read is planned for")
    func reading() {
        let run = Run.reading(present)
        #expect(way(run.read(.success(nil), facts(present))) == "claiming")
        #expect(way(run.read(.success(wrong), facts(present, ledger: record(.claimed)))) == "writing")
        #expect(way(run.read(.success(right), facts(present, ledger: record(.claimed)))) == "recording")
        #expect(way(run.read(.success(right), facts(present, ledger: record(.synced)))) == "over, done")
        #expect(way(run.read(.failure(rejected), facts(present, ledger: record(.claimed)))) == "noting a failure")
        #expect(way(run.read(.failure(rejected), facts(present))) == "over, failed")
        #expect(way(run.read(.failure(outage), facts(present, ledger: record(.claimed)))) == "over, failed")
        let deletion = Run.reading(absent)
        #expect(way(deletion.read(.success(right), facts(absent, ledger: record(.synced)))) == "authorising")
        #expect(way(deletion.read(.success(nil), facts(absent, ledger: record(.synced)))) == "releasing")
        #expect(way(deletion.read(.success(right), facts(absent))) == "over, done")
    }

    @Test("Only a claim or an authorisation that was made is followed by a request")
    func claimingAndAuthorising() throws {
        let steps = try #require(Steps([.add(pkey, Array(wanted.members.values), ipOverIB: false)]))
        let deletion = try #require(Steps([.delete(pkey)]))
        for (run, goal) in [
            (Run.claiming(present, record(.claimed), steps), present),
            (Run.authorising(absent, record(.deleting), deletion), absent),
        ] {
            #expect(way(run.recorded(.success(.done), facts(goal))) == "writing")
            #expect(way(run.recorded(.success(.done), outdated(goal, ledger: nil))) == "over, again")
            #expect(way(run.recorded(.success(.refused), facts(goal))) == "over, failed")
            #expect(way(run.recorded(.failure(rejected), facts(goal))) == "over, failed")
            #expect(way(run.recorded(.failure(outage), facts(goal))) == "over, failed")
        }
    }

    @Test("After each step comes the next one, after the last the proof")
    func writing() throws {
        let two = try #require(
            Steps([.remove(pkey, Array(wrong.members.keys)), .add(pkey, Array(wanted.members.values), ipOverIB: false)])
        )
        let run = Run.writing(present, two, permit)
        let owned = facts(present, ledger: record(.claimed))
        #expect(way(run.written(.success(()), owned)) == "writing")
        #expect(way(run.written(.success(()), outdated(present, ledger: record(.claimed)))) == "over, again")
        #expect(way(run.written(.failure(rejected), owned)) == "noting a failure")
        #expect(way(run.written(.failure(outage), owned)) == "over, failed")
        let last = Run.writing(present, try #require(two.rest), permit)
        #expect(way(last.written(.success(()), owned)) == "verifying")
        #expect(way(last.written(.success(()), outdated(present, ledger: record(.claimed)))) == "verifying")
    }

    @Test("Only what is seen is recorded")
    func verifying() {
        let run = Run.verifying(present, permit)
        let owned = facts(present, ledger: record(.claimed))
        #expect(way(run.read(.success(right), owned)) == "recording")
        #expect(way(run.read(.success(wrong), owned)) == "noting a failure")
        #expect(way(run.read(.success(nil), owned)) == "noting a failure")
        #expect(way(run.read(.failure(rejected), owned)) == "noting a failure")
        #expect(way(run.read(.failure(outage), owned)) == "over, failed")
        let deletion = Run.verifying(absent, permit)
        #expect(way(deletion.read(.success(nil), facts(absent, ledger: record(.deleting)))) == "releasing")
        // A deletion that is not seen is not written over the authorisation.
        #expect(way(deletion.read(.success(right), facts(absent, ledger: record(.deleting)))) == "over, failed")
    }

    @Test("The last record ends the run, whatever the ledger answers")
    func ends() {
        let owned = facts(present, ledger: record(.claimed))
        for (run, done, refused, failed) in [
            (Run.recording(errand, record(.synced), permit), "done", "failed", "failed"),
            (.releasing(errand, permit), "done", "failed", "failed"),
            (.noting(record(.held), .hold), "done", "done", "failed"),
            (.noting(record(.failing), .failure), "failed", "failed", "failed"),
        ] {
            #expect(way(run.recorded(.success(.done), owned)) == "over, \(done)")
            #expect(way(run.recorded(.success(.refused), owned)) == "over, \(refused)")
            #expect(way(run.recorded(.failure(rejected), owned)) == "over, \(failed)")
            #expect(way(run.recorded(.failure(outage), owned)) == "over, \(failed)")
        }
    }

    @Test("An answer to what was not asked is dropped")
    func otherAnswers() throws {
        let steps = try #require(Steps([.delete(pkey)]))
        let facts = facts(present)
        for run in [Run.reading(present), .verifying(present, permit)] {
            #expect(way(run.written(.success(()), facts)) == "dropped")
            #expect(way(run.recorded(.success(.done), facts)) == "dropped")
        }
        let writing = Run.writing(present, steps, permit)
        #expect(way(writing.read(.success(nil), facts)) == "dropped")
        #expect(way(writing.recorded(.success(.done), facts)) == "dropped")
        for run in [
            Run.claiming(present, record(.claimed), steps), .authorising(absent, record(.deleting), steps),
            .recording(errand, record(.synced), nil), .releasing(errand, nil), .noting(record(.held), .hold),
        ] {
            #expect(way(run.read(.success(nil), facts)) == "dropped")
            #expect(way(run.written(.success(()), facts)) == "dropped")
        }
    }

    @Test(
        "At a closed gate a run asks for nothing that writes, but sees through what it may",
        arguments: WriteGate.Reason.allCases)
    func closedGate(reason: WriteGate.Reason) throws {
        let seesThrough = reason.letsFinish
        let steps = try #require(Steps([.add(pkey, Array(wanted.members.values), ipOverIB: false)]))
        let told = reason == .dryRun ? "over, rehearsed" : "over, again"
        #expect(begin(present, facts(present, actual: .some(nil), closedBy: [reason])) == told)
        #expect(begin(present, facts(present, actual: right, closedBy: [reason])) == told)
        #expect(begin(absent, facts(absent, ledger: record(.synced), actual: right, closedBy: [reason])) == told)
        #expect(begin(absent, facts(absent, ledger: record(.deleting), actual: .some(nil), closedBy: [reason])) == told)
        let claimed = Run.claiming(present, record(.claimed), steps)
        #expect(way(claimed.recorded(.success(.done), facts(present, closedBy: [reason]))) == "over, again")
        let verified = Run.verifying(present, permit)
        let owned = facts(present, ledger: record(.claimed), closedBy: [reason])
        let way = way(verified.read(.success(right), owned))
        #expect(way == (seesThrough ? "recording" : reason == .dryRun ? "over, rehearsed" : "over, again"))
    }

    @Test("Each ledger record that was sent is what is known afterwards")
    func records() throws {
        let steps = try #require(Steps([.delete(pkey)]))
        let deleting = LedgerRecord(.deleting, key: "/p/0x0005", revision: 0)
        let failing = LedgerRecord(.failing, key: "/p/0x5", revision: 7, error: "no such GUID")
        let turns = [
            Run.authorising(absent, deleting, steps).recorded(.success(.done), facts(absent)),
            Run.noting(failing, .failure).recorded(.success(.done), facts(present)),
        ]
        let known = turns.map { turn in
            turn?.effects.compactMap { effect -> LedgerRecord? in
                if case .recorded(let record) = effect { record } else { nil }
            }
        }
        #expect(known == [[deleting], [failing]])
    }
}

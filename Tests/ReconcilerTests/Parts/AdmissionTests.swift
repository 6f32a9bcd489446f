import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

@Suite("What may be done of what is wanted")
struct AdmissionTests {
    private let source = SourceID("etcd", prefix: "/p/")
    private let pkeys: [PKey]
    private let present: Intent

    init() throws {
        pkeys = try (0x10...0x15).map { try PKey(parsing: "0x" + String($0, radix: 16)) }
        let member = Member(guid: try GUID(parsing: "043f720300f55101"), index0: true)
        present = .present(try #require(DesiredPartition(members: [member], ipOverIB: false)))
    }

    private func record(_ pkey: PKey, _ state: LedgerRecord.State = .synced) -> LedgerRecord {
        LedgerRecord(state, key: KeyName("/p/\(pkey)"), revision: 5)
    }

    /// Those of our partitions that are to be judged, where these have keys.
    private func candidates(
        wanting wanted: [PKey] = [], revision: KeyVersion = 100, _ state: LedgerRecord.State = .synced,
        told: [PKey] = []
    ) -> [Admission.Candidate] {
        var desired = DesiredState([source], flags: FlagPolicy())
        let keys = (wanted + told).map { ToldEngine.key($0.description, 2) }
        _ = desired.take(KeySnapshot(complete: keys, revision: revision), .afresh, from: source)
        for pkey in told {
            let end = KeyChange.deleted(key: KeyName("/p/\(pkey)"), revision: revision)
            _ = desired.take([end], at: StorePoint(revision: revision), from: source)
        }
        return pkeys.map { Admission.Candidate($0, desired, record: record($0, state)) }
    }

    @Test("What is wanted passes, but not outside the range, nor what the policy forbids")
    func limits() {
        let (first, last) = (pkeys[0], pkeys[5])
        let free = Admission(Limits(), DeletionGuard.Threshold())
        #expect(free.intent(of: first, wanted: present) == present)
        let narrow = Admission(Limits(range: ManagedRange([first...first])), DeletionGuard.Threshold())
        #expect(narrow.intent(of: first, wanted: present) == present)
        #expect(narrow.intent(of: last, wanted: present) == .held(.outsideRange))
        let careful = Admission(Limits(policy: .upsertOnly), DeletionGuard.Threshold())
        #expect(careful.intent(of: first, wanted: present) == present)
        #expect(careful.intent(of: first, wanted: .absent) == .held(.policy))
    }

    @Test("Many deletions at once are held and named, until keys come back or somebody approves")
    func deletions() {
        var admission = Admission(Limits(), DeletionGuard.Threshold())
        let judged = admission.judge(candidates(), owned: 6, isListed: true)
        #expect(judged == Admission.Judgement(held: pkeys))
        #expect(admission.guarded == Capped(pkeys))
        #expect(admission.isHolding)
        #expect(admission.intent(of: pkeys[0], wanted: .absent) == .held(.deletionGuard))
        #expect(admission.intent(of: pkeys[0], wanted: present) == present)
        // Nothing of it is news the next time.
        #expect(admission.judge(candidates(), owned: 6, isListed: true) == Admission.Judgement())
        #expect(admission.judge(candidates(wanting: [pkeys[0]]), owned: 6, isListed: true) == Admission.Judgement())
        #expect(admission.guarded == Capped(Array(pkeys.dropFirst())))
        let approved = admission.judge(candidates(wanting: [pkeys[0]], .approved), owned: 6, isListed: true)
        #expect(approved == Admission.Judgement(approved: Array(pkeys.dropFirst())))
        #expect(admission.guarded.isEmpty)
        #expect(!admission.isHolding)
        #expect(admission.intent(of: pkeys[1], wanted: .absent) == .absent)
    }

    @Test("What was guarded before is held at once, however little it is, and told once")
    func guarded() {
        var admission = Admission(Limits(), DeletionGuard.Threshold())
        let one = [candidates(.guarded)[0]]
        #expect(admission.judge(one, owned: 6, isListed: true) == Admission.Judgement(held: [pkeys[0]]))
        #expect(admission.judge(one, owned: 6, isListed: true) == Admission.Judgement())
        #expect(admission.guarded == Capped([pkeys[0]]))
    }

    @Test("What was believed is held once the ledger says that it is guarded: somebody else has held it")
    func guardedByAnother() {
        var admission = Admission(Limits(), DeletionGuard.Threshold())
        #expect(admission.judge([candidates()[0]], owned: 6, isListed: true) == Admission.Judgement())
        let guarded = [candidates(.guarded)[0]]
        #expect(admission.judge(guarded, owned: 6, isListed: true) == Admission.Judgement(held: [pkeys[0]]))
    }

    @Test(
        "What is absent from a source that has lost its history is held, however little it is, unless the watch told its end"
    )
    func lostHistory() {
        var admission = Admission(Limits(), DeletionGuard.Threshold())
        let one = [candidates(revision: 4)[2]]
        #expect(admission.judge(one, owned: 6, isListed: true) == Admission.Judgement(held: [pkeys[2]]))
        admission = Admission(Limits(), DeletionGuard.Threshold())
        let told = [candidates(revision: 4, told: [pkeys[2]])[2]]
        #expect(admission.judge(told, owned: 6, isListed: false) == Admission.Judgement())
    }

    @Test("That a key is absent, as a second opinion agrees, is no word of anybody who has deleted it")
    func absenceConfirmed() throws {
        let pkey = try PKey(parsing: "0x5")
        var desired = DesiredState([source], flags: FlagPolicy())
        _ = desired.take(KeySnapshot(complete: [], revision: 10), .afresh, from: source)
        desired.confirmed(pkey, .absent, by: ["/p/0x5"])
        #expect(desired.word(on: pkey) == .listed)
        _ = desired.take(
            KeySnapshot(complete: [ToldEngine.key("0x5", 11)], revision: 12), .afresh, from: source)
        desired.confirmed(pkey, 11, by: ["/p/0x5"])
        #expect(desired.word(on: pkey) == .told)
    }

    @Test("Verdicts end with ownership")
    func ownership() {
        var admission = Admission(Limits(), DeletionGuard.Threshold())
        _ = admission.judge(candidates(), owned: 6, isListed: true)
        let kept = pkeys[3]
        admission.forgetAll { $0 == kept }
        #expect(admission.guarded == Capped([kept]))
        #expect(admission.held == [kept])
    }

    @Test("What a policy holds is not for the guard to judge")
    func policy() {
        var admission = Admission(Limits(policy: .report), DeletionGuard.Threshold())
        #expect(admission.judge(candidates(), owned: 6, isListed: true) == Admission.Judgement())
        #expect(!admission.isHolding)
    }
}

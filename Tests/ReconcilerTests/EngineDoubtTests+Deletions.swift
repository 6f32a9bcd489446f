import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// What a list alone says is to be deleted, while another one contradicts it.
extension EngineDoubtTests {
    private var rest: [KeyEntry] { [ToldEngine.key("0x6", host: 2, 91)] }

    /// The watch begins anew from a list that lacks 0x5.
    private mutating func beginAnew() throws {
        try begin()
        let lacking = KeySnapshot(complete: rest, at: StorePoint(revision: 102), by: Respondent("one"))
        let asked = told.tell(.source(.listed(lacking, reason: "anew")), at: .seconds(1))
        #expect(asked.onPartitions[pkey]?.isAuthorisation == true)
    }

    /// And again from one that contradicts that.
    private mutating func contradict() {
        let other = KeySnapshot(complete: [ToldEngine.key("0x6", host: 3, 80)], at: StorePoint(revision: 105))
        _ = told.tell(.source(.listed(other, reason: "anew")), at: .seconds(2))
    }

    @Test(
        "Nothing is deleted by a list's word that another one contradicts: a store without keys agrees with any absence"
    )
    mutating func authorisedInDoubt() throws {
        try beginAnew()
        contradict()
        #expect(told.answer(pkey, .done, at: .seconds(3)).onPartitions == [:])
        // The watch's word is obeyed at once.
        let end = watch(.deleted(key: "/p/0x6", revision: 106), .seconds(4))
        #expect(end.onPartitions[other]?.isAuthorisation == true)
        #expect(told.answer(other, .done, at: .seconds(4)).onPartitions[other] == .step(.delete(other)))
    }

    @Test("What a list of before the doubt has taken away is guarded, like what that one lacks which ends it")
    mutating func lackedBefore() throws {
        try beginAnew()
        contradict()
        _ = told.answer(pkey, .done, at: .seconds(3))
        let either = try list(rest, at: 106, by: "two", .seconds(8))
        #expect(either.texts.contains { $0.contains("after a list that contradicted") })
        #expect(isGuarded(either.onPartitions[pkey]), "\(either.onPartitions)")
    }

    @Test("Unless its partition is gone by then: of that nobody is asked for an approval")
    mutating func goneBefore() throws {
        try beginAnew()
        for answer in [.done, .written, .read(nil), .done] as [EngineEvent.Answer] {
            _ = told.answer(pkey, answer, at: .seconds(1))
        }
        contradict()
        let either = try list(rest, at: 106, by: "two", .seconds(8))
        #expect(either.texts.contains { $0.contains("after a list that contradicted") })
        #expect(either.onPartitions[pkey] == nil && told.status.guarded == Capped([]), "\(either.onPartitions)")
    }

    @Test("A doubt that a list ends which merely was old puts a deletion off, and no longer than until then")
    mutating func putOff() throws {
        try beginAnew()
        fallBack(.seconds(2))
        #expect(told.answer(pkey, .done, at: .seconds(3)).onPartitions == [:])
        let agreed = try list(rest, at: 106, by: "two", .seconds(8))
        #expect(agreed.onPartitions[pkey]?.isAuthorisation == true, "\(agreed.onPartitions)")
    }

    @Test(
        "A key that a doubt's watch told to be there is lost with its history, though another key's end was told meanwhile"
    )
    mutating func otherKeysEnd() throws {
        _ = told.begin(
            keys: [ToldEngine.key("0x0005", 90)] + rest,
            ledger: [pkey: record(.synced, "0x0005"), other: record(.synced, "0x6", 91)],
            fabric: [try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2)])
        fallBack(.seconds(1))
        _ = watch(.set(ToldEngine.key("0x5", host: 3, 70)), .seconds(2))
        _ = watch(.deleted(key: "/p/0x0005", revision: 110), .seconds(3))
        let list = KeySnapshot(complete: rest, at: StorePoint(revision: 120))
        let anew = told.tell(.source(.listed(list, reason: "compacted")), at: .seconds(4))
        #expect(isGuarded(anew.onPartitions[pkey]), "\(anew.onPartitions)")
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// What may have been lost with a history.
extension EngineDoubtTests {
    /// A list contradicts what was told and lacks 0x5; the next one goes on from it as well as from what was told.
    private mutating func either() throws {
        try begin()
        let suspect = try list([ToldEngine.key("0x6", host: 3, 80)], at: 120, by: "one", .seconds(31))
        #expect(suspect.onPartitions == [:])
        let either = try list([ToldEngine.key("0x6", host: 4, 122)], at: 125, by: "two", .seconds(33))
        #expect(
            either.texts.contains { $0.contains("goes on from what had been told, after a list that contradicted") })
        #expect(either.onPartitions[pkey] == nil)
    }

    @Test("What a list lacks that ends a doubt is guarded, however few they are")
    mutating func goesOnFromBoth() throws {
        try either()
        let late = told.tell(.timer, at: .seconds(48))
        #expect(isGuarded(late.onPartitions[pkey]))
    }

    @Test("So is what it lacks that goes on from nothing but what was told: the store may have gone back twice")
    mutating func goesOnFromOurs() throws {
        try begin()
        _ = try list([ToldEngine.key("0x6", host: 3, 80)], at: 120, by: "one", .seconds(31))
        _ = try list([ToldEngine.key("0x6", host: 2, 91)], at: 125, by: "two", .seconds(33))
        #expect(isGuarded(told.tell(.timer, at: .seconds(48)).onPartitions[pkey]))
    }

    /// A list beside the watch lacks 0x5, and contradicts nothing.
    private mutating func lack(at revision: KeyVersion) throws {
        told = ToldEngine()
        try begin()
        let lacking = try list([ToldEngine.key("0x6", host: 2, 91)], at: revision, by: "one", .seconds(31))
        #expect(lacking.onPartitions == [:])
    }

    @Test("What a list lacks is guarded when the watch has come past it and told no end of it")
    mutating func unexplained() throws {
        try lack(at: 120)
        // It goes on from where it was, and tells all that there is.
        _ = watch(.set(ToldEngine.key("0x7", host: 4, 119)), .seconds(40))
        _ = watch(.set(ToldEngine.key("0x8", host: 5, 121)), .seconds(41))
        #expect(isGuarded(told.tell(.timer, at: .seconds(47)).onPartitions[pkey]))
    }

    @Test("While the watch is not as far, its silence says nothing")
    mutating func silent() throws {
        try lack(at: 120)
        _ = watch(.set(ToldEngine.key("0x7", host: 4, 119)), .seconds(40))
        #expect(told.tell(.timer, at: .seconds(47)).onPartitions[pkey]?.isAuthorisation == true)
    }

    @Test("What is missing after a leap of the revision that no store makes by itself is guarded: it was restored")
    mutating func leapt() throws {
        try lack(at: KeyVersion(100 + 1_000_000_000))
        #expect(isGuarded(told.tell(.timer, at: .seconds(47)).onPartitions[pkey]))
        try lack(at: KeyVersion(100 + 10_000_000))
        #expect(told.tell(.timer, at: .seconds(47)).onPartitions[pkey]?.isAuthorisation == true)
    }

    @Test("So it is when the watch begins anew from there, or a life begins that a former one had told how far it came")
    mutating func leaptAfresh() throws {
        try begin()
        let far = KeyVersion(100 + 1_000_000_000)
        let restored = KeySnapshot(complete: [ToldEngine.key("0x6", host: 2, 91)], revision: far)
        let anew = told.tell(.source(.listed(restored, reason: "compacted")), at: .seconds(5))
        #expect(anew.texts.contains { $0.contains("was it restored?") })
        #expect(isGuarded(anew.onPartitions[pkey]))
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.floors = [ToldEngine.source: StorePoint(revision: 100)]
        told = ToldEngine(configuration)
        let started = told.begin(
            keys: [ToldEngine.key("0x6", host: 2, 91)], ledger: [pkey: record(), other: record(.synced, "0x6", 91)],
            fabric: [try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2)], revision: far)
        #expect(isGuarded(started.onPartitions[pkey]))
    }

    @Test("A list that ends before what a former life was told begins nothing, and one that goes on from there does")
    mutating func below() throws {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.floors = [ToldEngine.source: StorePoint(revision: 100)]
        told = ToldEngine(configuration)
        let keys = [ToldEngine.key("0x6", host: 2, 41)]
        let ledger = [pkey: record(.synced, "0x5", 50), other: record(.synced, "0x6", 41)]
        let fabric = [try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2)]
        #expect(told.begin(keys: keys, ledger: ledger, fabric: fabric, revision: 60).onPartitions == [:])
        let list = KeySnapshot(complete: keys, revision: 101)
        let listed = told.tell(.source(.listed(list, reason: "anew")), at: .seconds(1))
        #expect(listed.onPartitions[pkey]?.isAuthorisation == true)
    }

    @Test("It is guarded as well when the watch begins anew from another list before that")
    mutating func suspectedRemembered() throws {
        try either()
        let list = KeySnapshot(complete: [ToldEngine.key("0x6", host: 4, 122)], at: StorePoint(revision: 126))
        let anew = told.tell(.source(.listed(list, reason: "compacted")), at: .seconds(35))
        #expect(isGuarded(anew.onPartitions[pkey]))
    }

    @Test(
        "What the watch had told in a doubt to be there, and a list lacks that goes on, is guarded: nobody has told its end"
    )
    mutating func disputedLost() throws {
        try begin()
        fallBack(.seconds(1))
        _ = watch(.set(ToldEngine.key("0x5", host: 3, 70)), .seconds(2))
        let list = KeySnapshot(complete: [ToldEngine.key("0x6", host: 2, 91)], at: StorePoint(revision: 101))
        let anew = told.tell(.source(.listed(list, reason: "compacted")), at: .seconds(3))
        #expect(isGuarded(anew.onPartitions[pkey]))
    }

    @Test("The watch's word on it is obeyed all the same")
    mutating func toldAfterBoth() throws {
        try either()
        let end = watch(.deleted(key: "/p/0x5", revision: 110), .seconds(40))
        #expect(end.onPartitions[pkey]?.isAuthorisation == true)
    }

    @Test(
        "A key that was there and is lost with its history has its partition guarded, whatever an older record says of its end",
        arguments: [false, true])
    mutating func lostWhileDeleting(isSeenGone: Bool) throws {
        let old = LedgerRecord(.deleting, key: "/p/0x5", revision: 0, isSeenGone: isSeenGone)
        let ledger = [pkey: old, other: record(.synced, "0x6", 91)]
        try begin(ledger: ledger)
        // The claim meets a store that is another by now.
        #expect(told.asked[pkey]?.isClaim == true)
        _ = told.answer(pkey, .refused)
        for _ in 0..<3 { _ = told.ledger(.success(ledger)) }
        let rest = [ToldEngine.key("0x6", host: 2, 91)]
        _ = try list(rest, at: 100, by: "one", .seconds(31))
        var actions = try list(rest, at: 100, by: "two", .seconds(37))
        actions += told.answer(pkey, .refused, at: .seconds(37))
        for _ in 0..<6 { actions += told.ledger(.success(ledger), at: .seconds(37)) }
        actions += told.tell(.timer, at: .seconds(60))
        #expect(!actions.contains { if case .write(.authoriseDeletion, _, _, _) = $0 { true } else { false } })
        #expect(isGuarded(told.asked[pkey]))
    }

    // MARK: Records that are lost

    /// Two lists lack 0x5, or more, and so does the ledger: the store came back from before.
    private mutating func comeBack(_ keys: [KeyEntry], _ ledger: [PKey: LedgerRecord]) throws {
        _ = try list(keys, at: 100, by: "one", .seconds(31))
        _ = try list(keys, at: 100, by: "two", .seconds(37))
        // What is written of it now meets a record that is not there.
        _ = told.answer(pkey, .refused, at: .seconds(37))
        for _ in 0..<6 { _ = told.ledger(.success(ledger), at: .seconds(37)) }
        _ = told.tell(.timer, at: .seconds(38))
        for _ in 0..<6 { _ = told.ledger(.success(ledger), at: .seconds(38)) }
    }

    @Test(
        "A partition whose key and record are gone with a history is ours all the same: its record is written again, guarded"
    )
    mutating func lostRecord() throws {
        try begin()
        try comeBack([ToldEngine.key("0x6", host: 2, 91)], [other: record(.synced, "0x6", 91)])
        guard case .claim(let again) = told.asked[pkey] else {
            Issue.record("\(String(describing: told.asked[pkey]))")
            return
        }
        #expect(again.state == .guarded && again.key == "/p/0x5" && again.revision == 90)
        #expect(again.error == "gone since etcd came back with another history: waits for an approval")
        #expect(told.answer(pkey, .done, at: .seconds(39)).onPartitions == [:])
    }

    @Test(
        "Of how many partitions deletions are held is never less than those, though the ledger was lost with the keys")
    mutating func lostLedger() throws {
        try begin()
        _ = try list([], at: 90, by: "one", .seconds(31))
        for _ in 0..<6 { _ = told.ledger(.success([:]), at: .seconds(31)) }
        let texts = try list([], at: 90, by: "two", .seconds(37)).texts.filter { $0.contains("are held back") }
        #expect(texts.last?.hasPrefix("2 deletions at once, of 2 partitions, are held back") == true, "\(texts)")
    }

    @Test("A record of what was seen to be gone is missed by nobody")
    mutating func goneRecord() throws {
        let gone = LedgerRecord(.deleting, key: "/p/0x5", revision: 0, isSeenGone: true)
        let rest = [other: record(.synced, "0x6", 91)]
        _ = told.begin(
            keys: [ToldEngine.key("0x6", host: 2, 91)], ledger: rest.merging([pkey: gone]) { $1 },
            fabric: [try ToldEngine.partition(other, host: 2)])
        try comeBack([ToldEngine.key("0x6", host: 2, 80)], rest)
        #expect(told.asked[pkey]?.isClaim != true)
    }

    @Test("An approval ends with the record that it was of: one that is there again, guarded, waits for another")
    mutating func released() throws {
        let there = try ToldEngine.partition(other, host: 2)
        let rest = record(.synced, "0x6", 91)
        let start = told.begin(
            keys: [ToldEngine.key("0x6", host: 2, 91)], ledger: [pkey: record(.approved), other: rest], fabric: [there])
        #expect(start.onPartitions[pkey]?.isAuthorisation == true)
        _ = told.answer(pkey, .done)
        _ = told.answer(pkey, .written)
        _ = told.answer(pkey, .read(nil))
        _ = told.answer(pkey, .done)
        // What an earlier life may have sent is waited for.
        let gone = LedgerRecord(.deleting, key: "/p/0x5", revision: 0, isSeenGone: true)
        _ = told.tell(.timer, at: .seconds(700))
        _ = told.ledger(.success([pkey: gone, other: rest]), at: .seconds(700))
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: [there]))), at: .seconds(701))
        if told.asked[pkey] == .read { _ = told.answer(pkey, .read(nil), at: .seconds(702)) }
        #expect(told.asked[pkey]?.isRelease == true)
        _ = told.answer(pkey, .done, at: .seconds(702))
        // Both come back from before.
        #expect(told.tell(.timer, at: .seconds(740)).readsLedger)
        var actions = told.ledger(.success([pkey: record(.guarded), other: rest]), at: .seconds(740))
        let fabric = FabricSnapshot(complete: [there, try ToldEngine.partition(pkey)])
        actions += told.tell(.fabricRead(.success(fabric)), at: .seconds(741))
        #expect(actions.onPartitions[pkey] == nil, "\(actions.texts)")
        #expect(told.status.guarded == Capped([pkey]), "\(actions.texts)")
    }

    @Test("So it does when another record takes its place before it is carried out")
    mutating func replaced() throws {
        let rest = record(.synced, "0x6", 91)
        let start = told.begin(
            keys: [ToldEngine.key("0x6", host: 2, 91)], ledger: [pkey: record(.approved), other: rest],
            fabric: [try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2)])
        #expect(start.onPartitions[pkey]?.isAuthorisation == true)
        #expect(told.answer(pkey, .refused).readsLedger)
        let actions = told.ledger(.success([pkey: record(.guarded), other: rest]))
        #expect(actions.onPartitions[pkey] == nil && told.status.guarded == Capped([pkey]), "\(actions.onPartitions)")
    }

    @Test("Somebody's approval ends that what lists brought is held because members disagree")
    mutating func approved() throws {
        told.agrees = false
        try begin()
        let back = [ToldEngine.key("0x5", host: 3, 80)]
        _ = try list(back, at: 120, by: "one", .seconds(31))
        var actions = try list(back, at: 121, by: "two", .seconds(37))
        #expect(actions.onPartitions[pkey]?.isConfirmation == true && isGuarded(actions.onPartitions[other]))
        _ = told.answer(other, .done, at: .seconds(37))
        actions = told.answer(pkey, .refused, at: .seconds(37))
        let before = [ToldEngine.key("0x5", 90), ToldEngine.key("0x6", host: 2, 91)]
        let list = KeySnapshot(complete: before, at: StorePoint(revision: 122), by: Respondent("one"))
        _ = told.tell(.sourceListed(try #require(asked(actions)), .success(list)), at: .seconds(38))
        let ledger = [pkey: record(), other: record(.guarded, "0x6", 91)]
        actions = []
        for _ in 0..<6 { actions += told.ledger(.success(ledger), at: .seconds(39)) }
        actions += told.tell(.timer, at: .seconds(42))
        #expect(actions.onPartitions[pkey] == nil)
        actions = told.approve([other], shown: RecordVersion(1), at: .seconds(43))
        #expect(actions.onPartitions[pkey]?.isConfirmation == true)
    }

    @Test("A held partition whose key went back keeps the ports that this key wants, whoever wants them since")
    mutating func revertedKeeps() throws {
        let pkeys = try (1...5).map { try PKey(parsing: "0x\($0)") }
        func keys(_ revision: KeyVersion) -> [KeyEntry] {
            (1...5).map { ToldEngine.key("0x\($0)", host: UInt8($0), revision) }
        }
        let records = Dictionary(uniqueKeysWithValues: pkeys.map { ($0, record(.synced, "\($0)", 90)) })
        let partitions = try (1...5).map { try ToldEngine.partition(pkeys[$0 - 1], host: UInt8($0)) }
        _ = told.begin(keys: keys(90), ledger: records, fabric: partitions)
        _ = try list(keys(80), at: 120, by: "one", .seconds(31))
        let believed = try list(keys(80), at: 121, by: "two", .seconds(37))
        #expect(isGuarded(believed.onPartitions[pkeys[0]]))
        var actions = believed
        for _ in 0..<2 { for pkey in pkeys { actions += told.answer(pkey, .done, at: .seconds(37)) } }
        let new = try PKey(parsing: "0x9")
        actions += watch(.set(ToldEngine.key("0x9", host: 1, 130)), .seconds(38))
        actions += told.answer(new, .done, at: .seconds(38)) + told.answer(new, .done, at: .seconds(38))
        actions += told.tell(.timer, at: .seconds(60))
        #expect(!actions.contains { if case .write(.step, _, _, _) = $0 { true } else { false } })
        guard case .wait = told.asked[new] else {
            Issue.record("\(String(describing: told.asked[new]))")
            return
        }
    }
}

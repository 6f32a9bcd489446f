import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// What is held while nobody knows which history a source is in, and what may have been lost with one.
@Suite("In doubt")
struct EngineDoubtTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let other: PKey

    init() throws {
        pkey = try PKey(parsing: "0x5")
        other = try PKey(parsing: "0x6")
    }

    private func record(_ state: LedgerRecord.State = .synced, _ name: String = "0x5", _ revision: KeyVersion = 90)
        -> LedgerRecord
    {
        LedgerRecord(state, key: ToldEngine.prefix + name, revision: revision)
    }

    /// 0x5 with host 1 at revision 90 and 0x6 with host 2 at 91, told up to 100; all is in step.
    private mutating func begin(ledger: [PKey: LedgerRecord]? = nil) throws {
        _ = told.begin(
            keys: [ToldEngine.key("0x5", 90), ToldEngine.key("0x6", host: 2, 91)],
            ledger: ledger ?? [pkey: record(), other: record(.synced, "0x6", 91)],
            fabric: [try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2)])
    }

    private func asked(_ actions: [EngineAction]) -> ListRequest? {
        actions.compactMap { if case .listSource(let asked) = $0 { asked } else { nil } }.last
    }

    /// Lets time pass, and answers the list that is asked for then.
    private mutating func list(
        _ keys: [KeyEntry], at revision: KeyVersion, by witness: String, _ now: Duration
    ) throws -> [EngineAction] {
        let request = try #require(asked(told.tell(.timer, at: now)))
        let list = KeySnapshot(complete: keys, at: StorePoint(revision: revision), by: Respondent(witness))
        return told.tell(.sourceListed(request, .success(list)), at: now)
    }

    /// The watch is lost, and goes on from a list that ends before what was told.
    private mutating func fallBack(_ now: Duration) {
        let list = KeySnapshot(
            complete: [ToldEngine.key("0x5", host: 3, 50)], at: StorePoint(revision: 60), by: Respondent("one"))
        let actions = told.tell(.source(.listed(list, reason: "back")), at: now)
        #expect(actions.onPartitions == [:])
    }

    private mutating func watch(_ change: KeyChange, _ now: Duration) -> [EngineAction] {
        told.tell(.source(.changed(revision: change.revision, [change])), at: now)
    }

    private func isGuarded(_ request: PartitionRequest?) -> Bool {
        if case .amend(let record) = request { record.state == .guarded } else { false }
    }

    // MARK: What is disputed

    @Test("What the watch tells in a doubt and below what was told holds its partition until a list is believed")
    mutating func disputed() throws {
        try begin()
        fallBack(.seconds(1))
        let (first, second) = (ToldEngine.key("0x5", host: 3, 70), ToldEngine.key("0x6", host: 2, 61))
        #expect(watch(.set(first), .seconds(2)).onPartitions == [:])
        // Nor does another list settle it that is not used.
        let again = KeySnapshot(complete: [first, second], at: StorePoint(revision: 75), by: Respondent("one"))
        _ = told.tell(.source(.listed(again, reason: "back")), at: .seconds(2))
        // Neither value is written, though the fabric has lost the partition.
        let fabric = FabricSnapshot(complete: [try ToldEngine.partition(other, host: 2)])
        #expect(told.tell(.fabricRead(.success(fabric)), at: .seconds(3)).onPartitions[pkey] == nil)
        // A list that is not used settles nothing.
        let suspect = try list([first, second], at: 75, by: "two", .seconds(7))
        #expect(suspect.onPartitions[pkey] == nil)
        let believed = try list([first, second], at: 76, by: "one", .seconds(13))
        #expect(believed.texts.contains { $0.hasPrefix("etcd has another history than before") })
        guard case .step(let step) = believed.onPartitions[pkey] else {
            Issue.record("\(believed.onPartitions)")
            return
        }
        #expect(step.arriving.map(\.description) == ["043f720300f55103"])
    }

    @Test("What went in a doubt, as a watch told, hides nothing that a store has which came after it")
    mutating func anotherOne() throws {
        try begin()
        let (first, second) = (ToldEngine.key("0x5", 90), ToldEngine.key("0x6", host: 2, 91))
        // One store after the other: in the first 0x7 ends at a version that the second one has not reached yet.
        let lost = KeySnapshot(complete: [ToldEngine.key("0x5", host: 3, 50)], revision: 105)
        _ = told.tell(.source(.listed(lost, reason: "back")), at: .seconds(1))
        _ = watch(.deleted(key: "/p/0x7", revision: 108), .seconds(2))
        let new = ToldEngine.key("0x7", host: 4, 99)
        let back = KeySnapshot(
            complete: [first, second, new], at: StorePoint(revision: 101), by: Respondent("one"))
        _ = told.tell(.source(.listed(back, reason: "back again")), at: .seconds(3))
        let believed = try list([first, second, new], at: 101, by: "two", .seconds(9))
        #expect(believed.onPartitions[try PKey(parsing: "0x7")]?.isClaim == true)
    }

    @Test("No port of a disputed partition joins another one")
    mutating func disputedPorts() throws {
        try begin()
        fallBack(.seconds(1))
        _ = watch(.set(ToldEngine.key("0x5", host: 3, 70)), .seconds(2))
        let new = try PKey(parsing: "0x7")
        let wanted = watch(.set(ToldEngine.key("0x7", host: 1, 130)), .seconds(3))
        #expect(wanted.onPartitions[new]?.isClaim == true)
        let claimed = told.answer(new, .done, at: .seconds(3))
        guard case .wait = claimed.onPartitions[new] else {
            Issue.record("0x7 does not wait: \(claimed.onPartitions)")
            return
        }
    }

    @Test("A watch that goes on from an older list tells what is known already, and is believed once it has caught up")
    mutating func replayed() throws {
        try begin()
        // The watch goes on from a list that is not used, as far as what had been told.
        let suspect = KeySnapshot(complete: [ToldEngine.key("0x5", host: 3, 50)], revision: 100)
        _ = told.tell(.source(.listed(suspect, reason: "doubt")), at: .seconds(1))
        let newest = ToldEngine.key("0x5", host: 4, 110)
        _ = watch(.set(newest), .seconds(2))
        for _ in 0..<6 { _ = told.answer(pkey, .written, at: .seconds(2)) }
        // Again from before: newer than all that is sure, and older than what is known of the key.
        fallBack(.seconds(3))
        let before = watch(.set(ToldEngine.key("0x5", host: 5, 105)), .seconds(3))
        let after = before + told.answer(pkey, .read(try ToldEngine.partition(pkey)), at: .seconds(3))
        #expect(!after.onPartitions.values.contains { $0.isStep })
        _ = watch(.set(newest), .seconds(4))
        let fabric = FabricSnapshot(complete: [
            try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2),
        ])
        _ = told.tell(.fabricRead(.success(fabric)), at: .seconds(4))
        guard case .step(let step) = told.asked[pkey] else {
            Issue.record("\(String(describing: told.asked[pkey]))")
            return
        }
        #expect(step.arriving.map(\.description) == ["043f720300f55104"])
    }

    @Test(
        "What was disputed in a history that was lost again waits for the list after the one that is believed, and no longer"
    )
    mutating func leftOver() throws {
        try begin()
        fallBack(.seconds(1))
        _ = watch(.set(ToldEngine.key("0x5", host: 3, 80)), .seconds(2))
        let (first, second) = (ToldEngine.key("0x5", host: 3, 50), ToldEngine.key("0x6", host: 2, 61))
        _ = try list([first, second], at: 70, by: "two", .seconds(7))
        let request = asked(told.tell(.timer, at: .seconds(13)))
        let believed = told.tell(
            .sourceListed(
                try #require(request),
                .success(KeySnapshot(complete: [first, second], at: StorePoint(revision: 71), by: Respondent("one")))),
            at: .seconds(13))
        // Something of a later time was told.
        #expect(believed.onPartitions[pkey] == nil)
        let next = told.tell(
            .sourceListed(
                try #require(asked(believed)),
                .success(KeySnapshot(complete: [first, second], at: StorePoint(revision: 71), by: Respondent("two")))),
            at: .seconds(14))
        #expect(next.onPartitions[pkey]?.isStep == true)
    }

    @Test("A claim that is answered while its partition is disputed is no second opinion on it")
    mutating func claimedInDispute() throws {
        told.agrees = false
        let keys = [ToldEngine.key("0x5", 90), ToldEngine.key("0x6", host: 2, 91)]
        _ = told.begin(
            keys: keys, ledger: [other: record(.synced, "0x6", 91)], fabric: [try ToldEngine.partition(other, host: 2)])
        #expect(told.asked[pkey]?.isClaim == true)
        fallBack(.seconds(1))
        _ = watch(.set(ToldEngine.key("0x0005", host: 3, 95)), .seconds(2))
        #expect(told.answer(pkey, .done, at: .seconds(2)).onPartitions[pkey] == nil)
        let settled = try list(keys, at: 101, by: "two", .seconds(6))
        #expect(settled.onPartitions[pkey] == .confirm(expecting: ["/p/0x5": 90, "/p/0x0005": .absent]))
    }

    // MARK: What may be lost

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

    @Test("It is guarded as well when the watch begins anew from another list before that")
    mutating func suspectedRemembered() throws {
        try either()
        let list = KeySnapshot(complete: [ToldEngine.key("0x6", host: 4, 122)], at: StorePoint(revision: 126))
        let anew = told.tell(.source(.listed(list, reason: "compacted")), at: .seconds(35))
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
        _ = told.tell(.timer, at: .seconds(700))
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: [there]))), at: .seconds(701))
        if told.asked[pkey] == .read { _ = told.answer(pkey, .read(nil), at: .seconds(702)) }
        #expect(told.asked[pkey]?.isRelease == true)
        _ = told.answer(pkey, .done, at: .seconds(702))
        for _ in 0..<6 {
            _ = told.ledger(.success([pkey: record(.guarded), other: rest]), at: .seconds(703))
        }
        #expect(told.asked[pkey]?.isRelease == true)
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

    // MARK: What a second opinion compares

    @Test("A second opinion compares the record, and the key that it is of, beside all keys that are known")
    mutating func compared() throws {
        let record = LedgerRecord(.synced, key: "/p/0x0005", revision: 90)
        told.agrees = false
        let start = told.begin(
            keys: [ToldEngine.key("0x5", host: 2, 50)], ledger: [pkey: record],
            fabric: [try ToldEngine.partition(pkey)])
        guard case .confirm(let version, let keys) = start.writes[pkey] else {
            Issue.record("\(start.writes)")
            return
        }
        #expect(version == RecordVersion(1))
        #expect(keys.mapValues(\.version) == ["/p/0x5": 50, "/p/0x0005": .absent])
    }

    @Test("A deletion that the watch tells rests on the other names too that a list showed, used or not")
    mutating func oddNames() throws {
        try begin()
        let both = [
            ToldEngine.key("0x5", 90), ToldEngine.key("0x0005", host: 3, 80), ToldEngine.key("0x6", host: 2, 91),
        ]
        _ = try list(both, at: 120, by: "one", .seconds(31))
        let end = watch(.deleted(key: "/p/0x5", revision: 130), .seconds(32))
        guard case .authoriseDeletion(_, let keys) = end.onPartitions[pkey] else {
            Issue.record("\(end.onPartitions)")
            return
        }
        #expect(keys == ["/p/0x5": .absent, "/p/0x0005": .absent])
    }

    // MARK: A list that a comparison refutes

    @Test("Once a comparison has refuted a list, nothing is deleted by a list's word before another one was asked for")
    mutating func refuted() throws {
        try begin()
        _ = try list([], at: 105, by: "one", .seconds(30))
        let there = FabricSnapshot(complete: [
            try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2),
        ])
        _ = told.tell(.fabricRead(.success(there)), at: .seconds(30))
        let late = told.tell(.timer, at: .seconds(46))
        #expect(late.onPartitions[pkey]?.isAuthorisation == true && late.onPartitions[other]?.isAuthorisation == true)
        let before = try #require(asked(told.tell(.timer, at: .seconds(61))))
        _ = told.answer(other, .refused, at: .seconds(62))
        let allowed = told.answer(pkey, .done, at: .seconds(62))
        #expect(allowed.onPartitions[pkey] == nil)
        // The one that was under way may come from whoever gave the first one.
        let same = KeySnapshot(complete: [], at: StorePoint(revision: 106), by: Respondent("one"))
        _ = told.tell(.sourceListed(before, .success(same)), at: .seconds(62))
        let records = [pkey: record(.deleting), other: record(.synced, "0x6", 91)]
        while !told.ledger(.success(records), at: .seconds(63)).isEmpty {}
        #expect(!told.tell(.timer, at: .seconds(63)).onPartitions.values.contains { $0.isAuthorisation })
        _ = try list([], at: 106, by: "two", .seconds(64))
        let after = told.tell(.timer, at: .seconds(66))
        #expect(after.onPartitions[pkey]?.isAuthorisation == true)
    }
}

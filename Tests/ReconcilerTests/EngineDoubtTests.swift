import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// What is held while nobody knows which history a source is in, and what may have been lost with one.
@Suite("In doubt")
struct EngineDoubtTests {
    var told = ToldEngine()
    let pkey: PKey
    let other: PKey

    init() throws {
        pkey = try PKey(parsing: "0x5")
        other = try PKey(parsing: "0x6")
    }

    func record(_ state: LedgerRecord.State = .synced, _ name: String = "0x5", _ revision: KeyVersion = 90)
        -> LedgerRecord
    {
        LedgerRecord(state, key: ToldEngine.prefix + name, revision: revision)
    }

    /// 0x5 with host 1 at revision 90 and 0x6 with host 2 at 91, told up to 100; all is in step.
    mutating func begin(ledger: [PKey: LedgerRecord]? = nil) throws {
        _ = told.begin(
            keys: [ToldEngine.key("0x5", 90), ToldEngine.key("0x6", host: 2, 91)],
            ledger: ledger ?? [pkey: record(), other: record(.synced, "0x6", 91)],
            fabric: [try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2)])
    }

    func asked(_ actions: [EngineAction]) -> ListRequest? { actions.listRequest }

    /// Lets time pass, and answers the list that is asked for then.
    mutating func list(
        _ keys: [KeyEntry], at revision: KeyVersion, by witness: String, _ now: Duration
    ) throws -> [EngineAction] {
        let request = try #require(asked(told.tell(.timer, at: now)))
        let list = KeySnapshot(complete: keys, at: StorePoint(revision: revision), by: Respondent(witness))
        return told.tell(.sourceListed(request, .success(list)), at: now)
    }

    /// The watch is lost, and goes on from a list that ends before what was told.
    mutating func fallBack(_ now: Duration) {
        let list = KeySnapshot(
            complete: [ToldEngine.key("0x5", host: 3, 50)], at: StorePoint(revision: 60), by: Respondent("one"))
        let actions = told.tell(.source(.listed(list, reason: "back")), at: now)
        #expect(actions.onPartitions == [:])
    }

    mutating func watch(_ change: KeyChange, _ now: Duration) -> [EngineAction] {
        told.tell(.source(.changed(revision: change.revision, [change])), at: now)
    }

    func isGuarded(_ request: PartitionRequest?) -> Bool {
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

    @Test("A second opinion that was asked for before a dispute, and answered in it, is none on what comes after")
    mutating func confirmed() throws {
        told.agrees = false
        let keys = [ToldEngine.key("0x5", 90), ToldEngine.key("0x6", host: 2, 91)]
        _ = told.begin(
            keys: keys, ledger: [pkey: record(), other: record(.synced, "0x6", 91)],
            fabric: [try ToldEngine.partition(other, host: 2)])
        #expect(told.asked[pkey]?.isConfirmation == true)
        fallBack(.seconds(1))
        _ = watch(.set(ToldEngine.key("0x5", host: 3, 70)), .seconds(2))
        #expect(told.answer(pkey, .ledger(.success(.allowed)), at: .seconds(2)).onPartitions == [:])
        let settled = try list(keys, at: 101, by: "two", .seconds(6))
        #expect(settled.onPartitions[pkey]?.isConfirmation == true)
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

    @Test(
        "What the watch tells of another key of the partition is no word on the one that decides",
        arguments: [false, true])
    mutating func otherKey(isNews: Bool) throws {
        told.agrees = false
        let (known, odd) = (ToldEngine.key("0x5", 90), ToldEngine.key("0x0005", host: 2, 105))
        try begin()
        // A list alone has the key that decides from now on; and the watch is behind.
        let listed = try list([known, odd, ToldEngine.key("0x6", host: 2, 91)], at: 110, by: "one", .seconds(31))
        #expect(!listed.onPartitions.values.contains { $0.isStep })
        // The second opinion on it is another one.
        _ = told.answer(pkey, .refused, at: .seconds(31))
        for _ in 0..<6 {
            _ = told.ledger(.success([pkey: record(), other: record(.synced, "0x6", 91)]), at: .seconds(31))
        }
        let late = isNews ? ToldEngine.key("0x5", host: 3, 104) : known
        let told = watch(.set(late), .seconds(32)) + self.told.tell(.timer, at: .seconds(40))
        #expect(!told.onPartitions.values.contains { $0.isStep })
    }

    @Test(
        "Of two keys the watch's word on the one is not one on the other: what they come to is compared before it is written"
    )
    mutating func oneOfTwo() throws {
        told.agrees = false
        try begin()
        // A list alone had the other one, and may have been of a history that is no more.
        let deciding = watch(.set(ToldEngine.key("0x0005", host: 2, 105)), .seconds(1))
        #expect(!deciding.onPartitions.values.contains { $0.isStep })
        guard case .confirm(let keys) = deciding.onPartitions[pkey] else {
            Issue.record("\(deciding.onPartitions)")
            return
        }
        #expect(keys.keys.sorted() == ["/p/0x0005", "/p/0x5"])
        #expect(told.answer(pkey, .ledger(.success(.allowed)), at: .seconds(1)).onPartitions[pkey]?.isStep == true)
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

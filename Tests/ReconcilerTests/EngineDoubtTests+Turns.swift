import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// What contradictions in turn, and comparisons that refute, leave of what was told.
extension EngineDoubtTests {
    private static let six = ToldEngine.key("0x6", host: 2, 91)

    /// UFM's list, which belongs to reading everything again, has come.
    private mutating func readFabric(_ now: Duration) throws {
        let there = [try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2)]
        _ = told.tell(.fabricRead(.success(FabricSnapshot(complete: there))), at: now)
    }

    @Test(
        "Members that contradict each other in turn are not followed, though none of them is believed against the other"
    )
    mutating func inTurn() throws {
        try begin()
        for (now, revision) in [(Duration.seconds(31), KeyVersion(105)), (.seconds(64), 112)] {
            let suspect = try list([ToldEngine.key("0x5", host: 4, 95), Self.six], at: revision, by: "one", now)
            #expect(!suspect.onPartitions.values.contains { $0.isStep })
            _ = try list([ToldEngine.key("0x5", 90), Self.six], at: 110, by: "two", now + .seconds(2))
            try readFabric(now)
        }
        // The first contradiction was over by then; after the second one what a list alone brings is held.
        let news = try list([ToldEngine.key("0x5", host: 3, 115), Self.six], at: 116, by: "two", .seconds(97))
        #expect(news.onPartitions[pkey].map { !$0.isStep && !$0.isClaim } ?? true)
        // The watch's word is not.
        #expect(watch(.set(ToldEngine.key("0x5", host: 3, 117)), .seconds(98)).onPartitions[pkey]?.isStep == true)
    }

    @Test(
        "No port joins that a partition has of which a comparison has refuted what it is to be",
        arguments: [false, true])
    mutating func refutedPorts(isRefuted: Bool) throws {
        // Its record is written anew at the start, by a list's word.
        try begin(ledger: [pkey: record(.claimed), other: record(.synced, "0x6", 91)])
        #expect(told.asked[pkey]?.isClaim == true)
        _ = told.answer(pkey, isRefuted ? .refused : .done, at: .seconds(1))
        let joining = watch(.set(ToldEngine.key("0x6", host: 1, 101)), .seconds(1))
        guard case .step(let step) = joining.onPartitions[other] else {
            Issue.record("\(joining.onPartitions)")
            return
        }
        let isRemoval = if case .remove = step { true } else { false }
        #expect(isRemoval == isRefuted)
    }

    @Test("A list that comes too late still tells of a key that a second opinion has not compared")
    mutating func lateList() throws {
        told.agrees = false
        try begin()
        let news = [ToldEngine.key("0x5", host: 3, 105), ToldEngine.key("0x6", host: 4, 104)]
        for case .confirmBatch(let expected, _) in try list(news, at: 106, by: "one", .seconds(31)) {
            _ = told.tell(.batchConfirmed(expected, .success(.refused)), at: .seconds(31))
        }
        try readFabric(.seconds(31))
        let late = try #require(asked(told.tell(.timer, at: .seconds(62))))
        // Of the other one it is refuted: lists that were asked for before are not used.
        _ = told.answer(other, .refused, at: .seconds(62))
        let odd = news + [ToldEngine.key("0x0005", host: 5, 103)]
        let list = KeySnapshot(complete: odd, at: StorePoint(revision: 107), by: Respondent("two"))
        #expect(told.tell(.sourceListed(late, .success(list)), at: .seconds(62)).texts == [])
        let allowed = told.answer(pkey, .ledger(.success(.allowed)), at: .seconds(63))
        guard case .confirm(let keys) = allowed.onPartitions[pkey] else {
            Issue.record("\(allowed.onPartitions)")
            return
        }
        #expect(keys.keys.sorted() == ["/p/0x0005", "/p/0x5"])
    }

    @Test("A claim compares one key; where there is another, what they come to is compared before it is written")
    mutating func claimOfTwo() throws {
        told.agrees = false
        let start = told.begin(keys: [ToldEngine.key("0x5", 90), ToldEngine.key("0x0005", host: 3, 95)])
        #expect(start.onPartitions[pkey]?.isClaim == true)
        guard case .confirm = told.answer(pkey, .done).onPartitions[pkey] else {
            Issue.record("\(told.asked)")
            return
        }
    }

    // MARK: What the watch tells in a doubt

    /// A list contradicts what was told, and the watch, which may go on in a store that was restored under it, tells more.
    private mutating func tellInDoubt(_ hosts: String = "'0x043f720300f55104'") throws -> [EngineAction] {
        told.agrees = false
        try begin()
        _ = try list([ToldEngine.key("0x5", host: 3, 80), Self.six], at: 120, by: "one", .seconds(31))
        try readFabric(.seconds(31))
        let value = Array("{'host_guids': [\(hosts)]}".utf8)
        return watch(.set(KeyEntry(key: ToldEngine.prefix + "0x5", value: value, revision: 105)), .seconds(32))
    }

    @Test("While lists are in doubt, what the watch tells is compared before it is written, and then it is")
    mutating func toldInDoubt() throws {
        #expect(try tellInDoubt().onPartitions[pkey]?.isConfirmation == true)
        let agreed = told.answer(pkey, .ledger(.success(.allowed)), at: .seconds(32))
        #expect(agreed.onPartitions[pkey]?.isStep == true)
    }

    @Test(
        "Where the comparison refutes it, nothing is written, and no port joins that the partition has",
        arguments: [false, true])
    mutating func refutedInDoubt(isInStep: Bool) throws {
        // One that is in step is compared by its record.
        let asked = try tellInDoubt("'0x043f720300f55101'" + (isInStep ? "" : ", '0x043f720300f55104'"))
        #expect(isInStep ? asked.onPartitions[pkey]?.isClaim == true : told.asked[pkey]?.isConfirmation == true)
        #expect(told.answer(pkey, .refused, at: .seconds(32)).onPartitions[pkey] == nil)
        #expect(try isKept(from: other))
    }

    /// Whether the other partition is kept from host 1, which 0x5 has.
    private mutating func isKept(from other: PKey) throws -> Bool {
        _ = watch(.set(ToldEngine.key("0x6", host: 1, 106)), .seconds(33))
        let step = told.answer(other, .ledger(.success(.allowed)), at: .seconds(33)).onPartitions[other]
        return if case .step(.remove) = step { true } else { false }
    }

    @Test("What the watch tells in a doubt frees no port for another before it is compared: then it does")
    mutating func freedInDoubt() throws {
        try begin()
        told.agrees = false
        // The port of 0x5 is to leave; the answer is yet to come.
        #expect(watch(.set(ToldEngine.key("0x5", host: 4, 101)), .seconds(1)).onPartitions[pkey]?.isStep == true)
        let seven = try PKey(parsing: "0x7")
        #expect(watch(.set(ToldEngine.key("0x7", host: 1, 102)), .seconds(1)).onPartitions[seven]?.isClaim == true)
        _ = told.answer(seven, .done, at: .seconds(1))
        _ = told.answer(seven, .done, at: .seconds(1))
        _ = try list([ToldEngine.key("0x5", host: 3, 80), Self.six], at: 120, by: "one", .seconds(31))
        try readFabric(.seconds(31))
        // By this it keeps the port.
        let back = watch(.set(ToldEngine.key("0x5", 105)), .seconds(32))
        #expect(back.onPartitions[seven] == nil && told.asked[seven]?.isStep != true)
        _ = told.answer(pkey, .written, at: .seconds(32))
        _ = told.answer(pkey, .read(.success(try ToldEngine.partition(pkey))), at: .seconds(32))
        let compared = told.answer(pkey, .done, at: .seconds(32))
        #expect(compared.onPartitions[seven]?.isConfirmation == true, "\(compared.onPartitions) \(told.asked)")
    }

    @Test("Nor does a partition whose deletion is held give one up for it")
    mutating func guardedInDoubt() throws {
        try begin(ledger: [pkey: record(.guarded, "0x5", 90), other: record(.synced, "0x6", 91)])
        _ = watch(.deleted(key: "/p/0x5", revision: 101), .seconds(1))
        told = ToldEngine()
        told.agrees = false
        _ = told.begin(
            keys: [Self.six], ledger: [pkey: record(.guarded), other: record(.synced, "0x6", 91)],
            fabric: [try ToldEngine.partition(pkey), try ToldEngine.partition(other, host: 2)])
        _ = try list([ToldEngine.key("0x6", host: 3, 80)], at: 120, by: "one", .seconds(31))
        try readFabric(.seconds(31))
        _ = watch(.set(ToldEngine.key("0x7", host: 1, 105)), .seconds(32))
        #expect(told.asked[pkey] == nil, "\(told.asked)")
    }

    @Test("Once a list is used again, the watch's word is enough")
    mutating func toldAfterDoubt() throws {
        let request = try #require(asked(try tellInDoubt()))
        let keys = [ToldEngine.key("0x5", host: 4, 105), Self.six]
        let list = KeySnapshot(complete: keys, at: StorePoint(revision: 121), by: Respondent("two"))
        _ = told.tell(.sourceListed(request, .success(list)), at: .seconds(33))
        #expect(watch(.set(ToldEngine.key("0x6", host: 5, 122)), .seconds(34)).onPartitions[other]?.isStep == true)
    }
}

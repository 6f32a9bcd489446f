import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// A partition that we have deleted, and that UFM brings back with an older state.
@Suite("Tombstones")
struct TombstoneTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let function: GUID
    private let host: GUID
    private let ours: Partition
    private let kept: KeptTombstone
    private let deleting = LedgerRecord(.deleting, key: "/p/0x200e", revision: .absent)

    init() throws {
        pkey = try PKey(parsing: "0x200e")
        function = try GUID(parsing: "c0cc200e00000100")
        host = try GUID(parsing: "043f720300f55101")
        ours = Self.partition(pkey, [function, host])
        kept = KeptTombstone(Tombstone(key: "/p/0x200e", members: [function, host]), RecordVersion(7))
    }

    private static func partition(_ pkey: PKey, _ guids: [GUID]) -> Partition {
        Partition(
            number: pkey.number, name: "api_pkey_\(pkey)", ipOverIB: false,
            members: guids.map { Member(guid: $0, index0: true) })
    }

    /// What is ours beside it.
    private var records: [PKey: LedgerRecord] = [:]

    private var content: LedgerContent {
        LedgerContent(
            records.mapValues { KeptRecord($0, RecordVersion(1)) }, tombstones: moreKept.merging([pkey: kept]) { $1 })
    }

    /// Tombstones of others.
    private var moreKept: [PKey: KeptTombstone] = [:]

    private func list(_ partitions: [Partition]) -> EngineEvent {
        .fabricRead(.success(FabricSnapshot(complete: partitions)))
    }

    /// Begins with nothing but a tombstone, and lets pass what it takes for the partition to count as gone.
    private mutating func begin(keys: [KeyEntry] = []) {
        _ = told.tell(.started)
        _ = told.tell(.source(.listed(KeySnapshot(complete: keys, revision: 100), reason: "start")))
        _ = told.ledger(content: .success(content))
        _ = told.tell(list(others))
        for second in stride(from: 31, to: 700, by: 31) { _ = resync(others, at: second) }
    }

    /// The partitions beside it.
    private var others: [Partition] = []

    private mutating func resync(
        _ partition: Partition, isAfterRestart: Bool = false, at second: Int
    ) -> [EngineAction] {
        resync(others + [partition], isAfterRestart: isAfterRestart, at: second)
    }

    private mutating func resync(
        _ partitions: [Partition], isAfterRestart: Bool = false, at second: Int
    ) -> [EngineAction] {
        var snapshot = FabricSnapshot(complete: partitions)
        snapshot.isAfterRestart = isAfterRestart
        return told.tell(.timer, at: .seconds(second)) + told.ledger(content: .success(content), at: .seconds(second))
            + told.tell(.fabricRead(.success(snapshot)), at: .seconds(second))
    }

    @Test("What comes back exactly as it was is looked at, taken back and deleted")
    mutating func exactly() {
        begin()
        let back = resync(ours, isAfterRestart: true, at: 720)
        #expect(back.onPartitions == [pkey: .read])
        #expect(back.texts.contains { $0.contains("PKey 0x200e is in UFM again") && $0.contains("once more") })
        let seen = told.answer(pkey, .read(ours), at: .seconds(721))
        #expect(seen.onPartitions == [pkey: .takeBack(by: RecordVersion(7), expecting: ["/p/0x200e": 0])])
        let taken = told.answer(pkey, .done, at: .seconds(721))
        #expect(taken.onPartitions == [pkey: .step(.delete(pkey))])
        let deleted = told.answer(pkey, .written, at: .seconds(721))
        #expect(deleted.onPartitions == [pkey: .read])
        let gone = told.answer(pkey, .read(nil), at: .seconds(721))
        let seenGone = LedgerRecord(.deleting, key: "/p/0x200e", revision: .absent, isSeenGone: true)
        #expect(gone.onPartitions == [pkey: .amend(seenGone)])
    }

    @Test("What comes back with other members is somebody's, and stays as it is")
    mutating func otherwise() throws {
        begin()
        let stranger = try GUID(parsing: "043f720300f55109")
        let other = Self.partition(pkey, [function, stranger])
        let back = resync(other, isAfterRestart: true, at: 720)
        #expect(back.onPartitions.isEmpty)
        #expect(back.texts.contains { $0.contains("PKey 0x200e is in UFM again") && $0.contains("not ours") })
        #expect(resync(other, at: 751).onPartitions == [:])
    }

    @Test("What is another's by the time that it is looked at stays as it is")
    mutating func changedMeanwhile() throws {
        begin()
        #expect(resync(ours, isAfterRestart: true, at: 720).onPartitions == [pkey: .read])
        let other = Self.partition(pkey, [host])
        let seen = told.answer(pkey, .read(other), at: .seconds(721))
        #expect(seen.onPartitions.isEmpty)
        #expect(resync(other, at: 751).onPartitions == [:])
    }

    @Test("What comes back without UFM having been away is left alone")
    mutating func nobodyWasAway() {
        begin()
        #expect(resync(ours, at: 720).onPartitions == [:])
        #expect(resync(ours, isAfterRestart: true, at: 751).onPartitions == [:])
    }

    @Test("UFM that does not answer, and comes back with it, was away")
    mutating func outage() {
        begin()
        _ = told.tell(.timer, at: .seconds(720))
        _ = told.tell(.fabricRead(.failure(Failure(.unreachable, "no route"))), at: .seconds(720))
        _ = told.tell(.timer, at: .seconds(723))
        _ = told.tell(.fabricPinged(.success(())), at: .seconds(723))
        #expect(told.tell(list([ours]), at: .seconds(724)).onPartitions == [pkey: .read])
    }

    @Test("A key that wants it takes it over, though it comes back")
    mutating func wantedAgain() throws {
        begin()
        _ = resync(ours, isAfterRestart: true, at: 720)
        let value = Array("{'host_guids': ['0x\(host)']}".utf8)
        let key = KeyEntry(key: "/p/0x200e", value: value, revision: 101)
        _ = told.tell(.source(.changed(revision: 101, [.set(key)])), at: .seconds(721))
        let seen = told.answer(pkey, .read(ours), at: .seconds(721))
        let claimed = told.answer(pkey, .done, at: .seconds(722))
        let wanted = LedgerRecord(.claimed, key: "/p/0x200e", revision: 101)
        #expect(seen.onPartitions == [pkey: .claim(wanted)])
        #expect(claimed.onPartitions == [pkey: .step(.remove(pkey, [function]))])
    }

    /// Begins with another partition that is ours and in step, at revision 90.
    private mutating func beginBesideAnother() throws -> KeyEntry {
        let five = try PKey(parsing: "0x5")
        records = [five: LedgerRecord(.synced, key: "/p/0x5", revision: 90)]
        others = [try ToldEngine.partition(five)]
        let key = ToldEngine.key("0x5", 90)
        begin(keys: [key])
        return key
    }

    @Test("Beside others that are ours it is deleted as well")
    mutating func besideAnother() throws {
        _ = try beginBesideAnother()
        #expect(resync(ours, isAfterRestart: true, at: 720).onPartitions == [pkey: .read])
    }

    @Test("Many that come back are looked at one by one, and claimed by nobody")
    mutating func many() throws {
        var back = [ours]
        for number in 0x2010..<0x2030 {
            let second = try PKey(parsing: "0x" + String(number, radix: 16))
            let function = try GUID(parsing: "c0cc\(String(number, radix: 16))00000100")
            let tombstone = Tombstone(key: "/p/\(second)", members: [function, host])
            moreKept[second] = KeptTombstone(tombstone, RecordVersion(8))
            back.append(Self.partition(second, [function, host]))
        }
        begin()
        let actions = resync(back, isAfterRestart: true, at: 720)
        #expect(actions.onPartitions.count > 3 && actions.onPartitions.values.allSatisfy { $0 == .read })
        #expect(actions.batches.isEmpty)
    }

    @Test("When the ledger has lost records its tombstones count for nothing")
    mutating func lostRecords() throws {
        _ = try beginBesideAnother()
        records = [:]
        _ = resync(others, at: 710)
        #expect(resync(ours, isAfterRestart: true, at: 750).onPartitions[pkey] == nil)
    }

    @Test("When the store has another history its tombstones count for nothing")
    mutating func anotherHistory() throws {
        _ = try beginBesideAnother()
        func asked(_ actions: [EngineAction]) -> ListRequest? {
            actions.listRequest
        }
        func list(by witness: String) -> KeySnapshot {
            KeySnapshot(
                complete: [ToldEngine.key("0x5", host: 3, 90)], at: StorePoint(revision: 120), by: Respondent(witness))
        }
        _ = told.tell(.source(.listed(list(by: "one"), reason: "back")), at: .seconds(701))
        let request = try #require(asked(told.tell(.timer, at: .seconds(713))))
        let believed = told.tell(.sourceListed(request, .success(list(by: "two"))), at: .seconds(713))
        #expect(believed.texts.contains { $0.hasPrefix("etcd has another history than before") })
        #expect(resync(ours, isAfterRestart: true, at: 750).onPartitions[pkey] == nil)
        // Nor later, unless it was gone for as long as others' tombstones have to be.
        for second in stride(from: 1_400, to: 1_900, by: 31) { _ = resync(others, at: second) }
        #expect(resync(ours, isAfterRestart: true, at: 1_910).onPartitions[pkey] == nil)
    }

    @Test("A port of what is back joins no other partition before it has left")
    mutating func ports() throws {
        begin()
        _ = resync(ours, isAfterRestart: true, at: 720)
        let other = try PKey(parsing: "0x2001")
        let value = Array("{'host_guids': ['0x\(host)']}".utf8)
        let key = KeyEntry(key: "/p/0x2001", value: value, revision: 101)
        _ = told.tell(.source(.changed(revision: 101, [.set(key)])), at: .seconds(721))
        let claimed = told.answer(other, .done, at: .seconds(721))
        #expect(claimed.onPartitions[other]?.isStep != true && told.asked[other]?.isStep != true)
    }

    @Test("A deletion keeps what was there; what is sent again keeps what was kept first")
    mutating func keeping() throws {
        let key = KeyEntry(key: "/p/0x200e", value: Array("{'host_guids': ['0x\(host)']}".utf8), revision: 5)
        let synced = LedgerRecord(.synced, key: "/p/0x200e", revision: 5)
        _ = told.begin(keys: [key], ledger: [pkey: synced], fabric: [Self.partition(pkey, [host])])
        let gone = told.tell(.source(.changed(revision: 101, [.deleted(key: "/p/0x200e", revision: 101)])))
        #expect(gone.buried == [pkey: Tombstone(key: "/p/0x200e", members: [host])])
        // The store knows it by now.
        let content = LedgerContent(
            [pkey: KeptRecord(deleting, RecordVersion(2))], tombstones: [pkey: kept])
        _ = told.answer(pkey, .done)
        _ = told.answer(pkey, .written(.failure(Failure(.rejected, "no", at: .partition(pkey)))))
        // Why it failed is written down, and then it is looked at and tried once more.
        _ = told.answer(pkey, .done)
        var again = told.tell(.timer, at: .seconds(31)) + told.ledger(content: .success(content), at: .seconds(31))
        again += told.tell(list([Self.partition(pkey, [host])]), at: .seconds(31))
        again += told.tell(.timer, at: .seconds(100))
        if again.onPartitions[pkey] == .read {
            again += told.answer(pkey, .read(Self.partition(pkey, [host])), at: .seconds(100))
        }
        #expect(again.onPartitions[pkey]?.isAuthorisation == true && again.buried.isEmpty)
    }

    @Test("Hosts alone are in others' partitions as well: one of the members is to be a function of this PKey")
    func functions() throws {
        let other = try PKey(parsing: "0x2010")
        #expect(kept.tombstone.isOf(ours, pkey))
        #expect(!kept.tombstone.isOf(Self.partition(other, [function, host]), other))
        let hosts = Tombstone(key: "/p/0x200e", members: [host])
        #expect(!hosts.isOf(Self.partition(pkey, [host]), pkey))
        #expect(!Tombstone(key: "/p/0x200e", members: [GUID]()).isOf(Self.partition(pkey, []), pkey))
    }

    @Test("Tombstones that are too old are cleared away, as many at once as go into one transaction")
    mutating func aged() throws {
        let numbers: [UInt16] = Array(0x2000..<0x2064)
        let old = numbers.compactMap { PKey(PartitionNumber(lowBitsOf: $0)) }
        let content = LedgerContent(
            [:], agedTombstones: Dictionary(uniqueKeysWithValues: old.map { ($0, RecordVersion(3)) }))
        _ = told.tell(.started)
        _ = told.tell(.source(.listed(KeySnapshot(complete: [], revision: 100), reason: "start")))
        _ = told.tell(list([]))
        #expect(told.ledger(content: .success(content)).cleared == Set(old.prefix(60)))
    }
}

extension [EngineAction] {
    /// What is to be kept of partitions whose deletion is asked for.
    fileprivate var buried: [PKey: Tombstone] {
        reduce(into: [:]) { found, action in
            if case .write(.authoriseDeletion(_, _, _, let tombstone), let pkey, _, _) = action {
                found[pkey] = tombstone
            }
        }
    }

    fileprivate var cleared: Set<PKey> {
        reduce(into: []) { found, action in
            if case .clear(let tombstones, _) = action { found.formUnion(tombstones.keys) }
        }
    }
}

import Fabric
import KeyHistory
import Planning
import Reconciler
import Testing

/// A port leaves one partition before it joins another.
@Suite("Ports that move")
struct EnginePortsTests {
    private var told = ToldEngine()
    private let old: PKey
    private let new: PKey

    init() throws {
        old = try PKey(parsing: "0x5")
        new = try PKey(parsing: "0x6")
    }

    private func synced(_ pkey: PKey, _ revision: KeyVersion = 5) -> LedgerRecord {
        LedgerRecord(.synced, key: ToldEngine.prefix + pkey.description, revision: revision)
    }

    private func step(_ actions: [EngineAction], _ pkey: PKey) -> PlanStep? {
        if case .step(let step) = actions.onPartitions[pkey] { step } else { nil }
    }

    private func partition(_ pkey: PKey, hosts: [UInt8]) throws -> Partition {
        let members = try hosts.map { Member(guid: try GUID(parsing: "043f720300f5510\($0)"), index0: true) }
        return Partition(number: pkey.number, ipOverIB: false, members: members)
    }

    private func key(_ pkey: PKey, hosts: [UInt8], _ revision: KeyVersion) -> KeyEntry {
        let guids = hosts.map { "'0x043f720300f5510\($0)'" }.joined(separator: ", ")
        return KeyEntry(
            key: ToldEngine.prefix + pkey.description, value: Array("{'host_guids': [\(guids)]}".utf8),
            revision: revision)
    }

    /// That the new partition waits for the port of the old one.
    private func waits(_ revision: KeyVersion, because reason: String? = nil) throws -> PartitionRequest {
        let record = LedgerRecord(.claimed, key: ToldEngine.prefix + new.description, revision: revision)
        let guid = try GUID(parsing: "043f720300f55101")
        return .wait(record, WaitingNote([WaitingNote.Port(guid, holder: old, reason: reason)]))
    }

    /// The old partition is in step with one host; then its key goes and the new one wants the host, and another.
    private mutating func move(hosts: [UInt8] = [1, 2]) throws -> [EngineAction] {
        _ = told.begin(
            keys: [key(old, hosts: [1], 5)], ledger: [old: synced(old)], fabric: [try partition(old, hosts: [1])])
        return told.tell(
            .source(
                .changed(
                    revision: 101,
                    [
                        .deleted(key: ToldEngine.prefix + old.description, revision: 101),
                        .set(key(new, hosts: hosts, 101)),
                    ])))
    }

    @Test("A port joins when it is seen to have left, and others need not wait for it")
    mutating func moving() throws {
        let start = try move()
        #expect(start.onPartitions[old]?.isAuthorisation == true && start.onPartitions[new]?.isClaim == true)
        #expect(
            start.texts.contains("PKey 0x6 waits for [043f720300f55101], which PKey 0x5 still has"), "\(start.texts)")
        let first = try #require(step(told.answer(new, .done), new))
        #expect(first.arriving == (try partition(new, hosts: [2])).members.guids)
        #expect(told.answer(new, .written).onPartitions == [new: .read])
        // It has what it can have, and is not in step.
        #expect(told.answer(new, .read(try partition(new, hosts: [2]))).onPartitions == [new: try waits(101)])
        #expect(told.answer(new, .done).onPartitions == [:])
        #expect(step(told.answer(old, .done), old) == .delete(old))
        // UFM says that it has done it, and that is not enough.
        #expect(told.answer(old, .written).onPartitions == [old: .read])
        let seen = told.answer(old, .read(nil))
        #expect(step(seen, new)?.arriving == (try partition(new, hosts: [1])).members.guids)
        #expect(seen.texts.contains("PKey 0x6 waits for no port any more"))
        _ = told.answer(new, .written)
        let last = told.answer(new, .read(try partition(new, hosts: [1, 2])))
        #expect(last.onPartitions == [new: .claim(synced(new, 101))])
    }

    @Test("A partition none of whose ports is free is neither made nor called synced, and takes them up at once")
    mutating func nothingLeft() throws {
        let start = try move(hosts: [1])
        // It is claimed, so that its record can say that it waits.
        #expect(start.onPartitions[new]?.isClaim == true)
        #expect(told.answer(new, .done).onPartitions == [new: try waits(101)])
        #expect(told.answer(new, .done).onPartitions == [:])
        #expect(told.tell(.timer, at: .milliseconds(500)).onPartitions[new] == nil)
        _ = told.answer(old, .done)
        // What the other one fails with is told here as well.
        let refused = told.answer(old, .written(.failure(Failure(.rejected, "no such port"))))
        #expect(refused.onPartitions[new] == (try waits(101, because: "no such port")))
        _ = told.answer(new, .done)
        _ = told.answer(old, .done)
        _ = told.tell(.timer, at: .seconds(2))
        #expect(step(told.answer(old, .read(nil), at: .seconds(2)), new) != nil)
    }

    @Test("Two that swap cannot block each other: both lose, then both get")
    mutating func swapping() throws {
        _ = told.begin(
            keys: [key(old, hosts: [1], 5), key(new, hosts: [2], 5)], ledger: [old: synced(old), new: synced(new)],
            fabric: [try partition(old, hosts: [1]), try partition(new, hosts: [2])])
        let swap = told.tell(
            .source(.changed(revision: 101, [.set(key(old, hosts: [2], 101)), .set(key(new, hosts: [1], 101))])))
        #expect(step(swap, old)?.arriving == [] && step(swap, new)?.arriving == [])
        _ = told.answer(old, .written)
        #expect(step(told.answer(old, .read(nil)), old) == nil)
        _ = told.answer(old, .done)
        _ = told.answer(new, .written)
        let both = told.answer(new, .read(nil))
        #expect(
            step(both, old)
                == .create(
                    NewPartition(
                        old, Array(try partition(old, hosts: [2]).members), ipOverIB: false, by: .adding)))
        #expect(
            step(both, new)
                == .create(
                    NewPartition(
                        new, Array(try partition(new, hosts: [1]).members), ipOverIB: false, by: .adding)))
    }

    @Test("Whoever waits has a failed removal tried again sooner, once, and not within a second")
    mutating func hurry() throws {
        _ = told.begin(
            keys: [key(old, hosts: [1], 5)], ledger: [old: synced(old)], fabric: [try partition(old, hosts: [1])])
        _ = told.tell(
            .source(.changed(revision: 101, [.deleted(key: ToldEngine.prefix + old.description, revision: 101)])))
        // The removal has failed often enough to wait for long.
        var now = Duration.zero
        _ = told.answer(old, .done)
        for _ in 0..<9 {
            _ = told.answer(old, .written(.failure(Failure(.rejected, "no"))), at: now)
            // The first time the ledger is told why.
            _ = told.answer(old, .done, at: now)
            now = try #require(told.wakeAt)
            if now < .seconds(29) { _ = told.tell(.timer, at: now) }
            _ = told.answer(old, .read(try partition(old, hosts: [1])), at: now)
            _ = told.answer(old, .done, at: now)
        }
        let wait = try #require(told.wakeAt) - now
        #expect(wait > .seconds(3), "\(wait)")
        let change = told.tell(.source(.changed(revision: 102, [.set(key(new, hosts: [1], 102))])), at: now)
        #expect(change.texts.contains { $0.contains("which PKey 0x5 still has (no)") }, "\(change.texts)")
        #expect(told.wakeAt == now + .seconds(1))
    }

    @Test("A partition whose deletion is held keeps its ports from others, and one that cannot be read from nobody")
    mutating func held() throws {
        let guarded = LedgerRecord(.guarded, key: ToldEngine.prefix + old.description, revision: 5)
        let start = told.begin(
            keys: [key(new, hosts: [1], 7)], ledger: [old: guarded], fabric: [try partition(old, hosts: [1])])
        #expect(step(told.answer(new, .done), new) == nil)
        #expect(start.texts.contains { $0.hasPrefix("PKey 0x6 waits for [043f720300f55101]") })

        told = ToldEngine()
        let unreadable = KeyEntry(key: ToldEngine.prefix + old.description, value: Array("{".utf8), revision: 6)
        let other = told.begin(
            keys: [unreadable, key(new, hosts: [1], 7)], ledger: [old: synced(old)],
            fabric: [try partition(old, hosts: [1])])
        #expect(other.onPartitions[new]?.isClaim == true)
        // Nor does one that is not ours.
        told = ToldEngine()
        let third = told.begin(keys: [key(new, hosts: [1], 7)], fabric: [try partition(old, hosts: [1])])
        #expect(third.onPartitions[new]?.isClaim == true)
    }

    @Test("A partition whose deletion is held gives up a port that somebody wants elsewhere since, and no other")
    mutating func givenUp() throws {
        let guarded = LedgerRecord(.guarded, key: ToldEngine.prefix + old.description, revision: 5)
        _ = told.begin(keys: [], ledger: [old: guarded], fabric: [try partition(old, hosts: [1, 2])])
        _ = told.tell(.source(.changed(revision: 101, [.set(key(new, hosts: [1], 101))])))
        let removal = told.answer(new, .done) + told.answer(new, .done)
        let port = try GUID(parsing: "043f720300f55101")
        #expect(told.asked[old] == .step(.remove(old, [port])), "\(removal)")
        _ = told.answer(old, .written)
        let seen = told.answer(old, .read(try partition(old, hosts: [2])))
        #expect(step(seen, new)?.arriving == [port])
        // What is left of it stays, and is guarded.
        #expect(seen.onPartitions[old] == nil)
        #expect(told.tell(.timer, at: .seconds(1)).onPartitions[old] == nil)
    }

    @Test("A record that may be gone frees no port before the ledger has been read again, twice without it")
    mutating func doubtedOwnership() throws {
        _ = try move(hosts: [1])
        _ = told.answer(new, .done)
        _ = told.answer(new, .done)
        let doubt = told.answer(old, .refused)
        #expect(doubt.readsLedger && doubt.onPartitions[new] == nil)
        // One read may be old; after two it is known to be nobody's.
        let claimed = LedgerRecord(.claimed, key: ToldEngine.prefix + new.description, revision: 101)
        #expect(step(told.ledger(.success([new: claimed])), new) == nil)
        let again = told.tell(.timer, at: .seconds(40))
        #expect(again.readsLedger)
        #expect(step(told.ledger(.success([new: claimed])), new) != nil)
    }

    @Test("The ports of one that is being claimed are as good as ours: another waits for those that it is to lose")
    mutating func claimed() throws {
        let named = Partition(
            number: old.number, name: "api_pkey_0x5", ipOverIB: false,
            members: try partition(old, hosts: [1]).members)
        let start = told.begin(keys: [key(old, hosts: [1], 5)], fabric: [named])
        #expect(start.onPartitions[old]?.isClaim == true)
        // It may be written already, and loses its host meanwhile.
        _ = told.tell(
            .source(.changed(revision: 101, [.set(key(old, hosts: [2], 101)), .set(key(new, hosts: [1], 101))])))
        let going = told.answer(new, .done)
        #expect(step(going, new) == nil)
    }

    @Test("A single run that ends while something waits says so")
    mutating func once() throws {
        var configuration = EngineConfiguration(sources: [ToldEngine.source])
        configuration.runsOnce = true
        told = ToldEngine(configuration)
        var actions = told.begin(
            keys: [key(old, hosts: [1], 5), key(new, hosts: [1], 5)],
            ledger: [old: LedgerRecord(.synced, key: ToldEngine.prefix + old.description, revision: 5)],
            fabric: [try partition(old, hosts: [1])])
        // Wanted in both: nothing leaves, nobody waits.
        #expect(actions.onPartitions[new]?.isClaim == true)
        told = ToldEngine(configuration)
        actions = told.begin(
            keys: [key(old, hosts: [2], 6), key(new, hosts: [1], 6)], ledger: [old: synced(old)],
            fabric: [try partition(old, hosts: [1])])
        _ = told.answer(new, .done)
        _ = told.answer(new, .done)
        for round in 0..<3 {
            let now = Duration.seconds(round)
            if round > 0 { _ = told.tell(.timer, at: now) }
            _ = told.answer(old, .read(try partition(old, hosts: [1])), at: now)
            actions = told.answer(old, .written(.failure(Failure(.rejected, "no"))), at: now)
            actions += told.answer(old, .done, at: now) + told.answer(new, .done, at: now)
        }
        #expect(actions.end == .notInStep([old], reason: "no"))
    }
}

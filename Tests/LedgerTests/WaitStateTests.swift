import Fabric
import KeyHistory
import Reconciler
import Testing

@testable import Ledger

@Suite("What a wait makes of what it is told")
struct WaitStateTests {
    private static let source = SourceID("etcd", prefix: "/pkeys/")
    private let pkey: PKey
    private var state: WaitState

    init() throws {
        pkey = try PKey(parsing: "0x200e")
        state = WaitState(pkey, of: [Self.source])
    }

    private func key(_ revision: KeyVersion, _ value: String = "{host_guids: ['0x043f720300f55176']}") -> KeyEntry {
        KeyEntry(key: "/pkeys/0x200e", value: Array(value.utf8), revision: revision)
    }

    private func listed(_ entries: KeyEntry..., revision: KeyVersion = 100) -> SourceEvent {
        .listed(KeySnapshot(complete: entries, at: StorePoint(revision: revision)), reason: "start")
    }

    private func changed(_ entry: KeyEntry) -> SourceEvent {
        .changed(StorePoint(revision: entry.revision), [.set(entry)])
    }

    private func record(
        _ state: LedgerRecord.State, _ revision: KeyVersion, isSeenGone: Bool = false
    ) -> Result<LedgerEntry?, Failure> {
        let record = LedgerRecord(state, key: "/pkeys/0x200e", revision: revision, isSeenGone: isSeenGone)
        return .success(LedgerEntry(record: record, time: nil, version: RecordVersion(1)))
    }

    @Test("The record of the key's revision ends it, whichever is told first")
    mutating func synced() {
        var other = state
        #expect(state.take(listed(key(10))) == nil)
        #expect(state.take(record(.synced, 9)) == nil)
        #expect(state.take(record(.claimed, 10)) == nil)
        #expect(state.take(record(.synced, 10)) == .synced(revision: 10))
        #expect(other.take(record(.synced, 10)) == nil)
        #expect(other.take(listed(key(10))) == .synced(revision: 10))
    }

    @Test("A newer revision does as well, but none that the key never had")
    mutating func newer() {
        #expect(state.take(listed(key(10))) == nil)
        #expect(state.take(record(.synced, 5_000)) == nil)
        #expect(state.take(record(.synced, 11)) == nil)
        #expect(state.take(changed(key(101))) == nil)
        #expect(state.take(record(.synced, 101)) == .synced(revision: 101))
    }

    @Test("A PKey of which nothing is left but a tombstone is gone, and one without is not known")
    mutating func tombstone() {
        #expect(state.take(listed()) == nil)
        #expect(state.take(.success(nil)) == .unknownIfConfirmed)
        #expect(state.takeTombstone() == .goneIfConfirmed)
    }

    @Test("The revision of the beginning is enough, however often the key changes after it")
    mutating func first() {
        #expect(state.take(listed(key(10))) == nil)
        #expect(state.take(changed(key(101))) == nil)
        #expect(state.take(record(.synced, 10)) == .synced(revision: 10))
    }

    @Test("A deletion is over when the record is gone, and an empty key is a deletion")
    mutating func gone() {
        var empty = state
        #expect(state.take(listed()) == nil)
        #expect(state.take(record(.deleting, 0)) == nil)
        #expect(state.take(.success(nil)) == .goneIfConfirmed)
        #expect(empty.take(listed(key(10, "{host_guids: []}"))) == nil)
        #expect(empty.take(.success(nil)) == .goneIfConfirmed)
    }

    @Test("What was never told to be there is not gone, but unknown")
    mutating func unknown() {
        #expect(state.take(listed()) == nil)
        #expect(state.take(.success(nil)) == .unknownIfConfirmed)
        #expect(state.take(.success(nil)) == .unknownIfConfirmed)
        #expect(state.take(changed(key(101))) == nil)
        #expect(
            state.take(.changed(StorePoint(revision: 102), [.deleted(key: "/pkeys/0x200e", revision: 102)]))
                == .goneIfConfirmed)
    }

    @Test("A deletion is over as soon as UFM was seen without the partition, though its record stays for a while")
    mutating func seenGone() {
        #expect(state.take(record(.deleting, 0, isSeenGone: true)) == nil)
        #expect(state.take(listed(key(10))) == nil)
        #expect(
            state.take(.changed(StorePoint(revision: 101), [.deleted(key: "/pkeys/0x200e", revision: 101)]))
                == .goneIfConfirmed)
        #expect(state.take(record(.deleting, 0)) == nil)
        #expect(state.words.contains("is deleting"))
        #expect(state.take(record(.deleting, 0, isSeenGone: true)) == .goneIfConfirmed)
        // Another state says nothing of the kind.
        #expect(state.take(record(.synced, 10, isSeenGone: true)) != .goneIfConfirmed)
    }

    @Test("A key without a record is waited for, and one that cannot be read as well")
    mutating func waiting() {
        #expect(state.take(listed(key(10, "nonsense"))) == nil)
        #expect(state.take(.success(nil)) == nil)
        #expect(state.words.contains("is held: the value of /pkeys/0x200e cannot be read"))
        #expect(state.take(changed(key(101))) == nil)
        #expect(state.words == "PKey 0x200e is pending; UFM does not have revision 101 of /pkeys/0x200e yet")
        #expect(state.take(.lost(Failure(.unreachable, "etcd is away"))) == nil)
        #expect(state.words == "etcd is away")
    }

    @Test("Why it waits is in its words, until another record is told")
    mutating func waitingForPorts() throws {
        _ = state.take(listed(key(10)))
        _ = state.take(record(.claimed, 10))
        #expect(state.words.contains("PKey 0x200e is claimed"))
        let holder = try PKey(parsing: "0x2000")
        state.take(WaitingNote([WaitingNote.Port(try GUID(parsing: "043f720300f55101"), holder: holder, reason: "no")]))
        #expect(
            state.words.hasPrefix(
                "PKey 0x200e is waiting: waits for [043f720300f55101], which PKey 0x2000 still has (no)"))
        _ = state.take(record(.failing, 10))
        #expect(state.words.contains("PKey 0x200e is failing"))
    }
}

extension WaitState {
    /// Takes what the only source tells.
    fileprivate mutating func take(_ event: SourceEvent) -> Verdict? {
        take(event, from: SourceID("etcd", prefix: "/pkeys/"))
    }
}

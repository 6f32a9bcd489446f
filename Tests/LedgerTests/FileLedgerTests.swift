import Fabric
import Glibc
import KeyHistory
import Reconciler
import TestSupport
import Testing

@testable import Ledger

@Suite("The ledger in a file")
struct FileLedgerTests {
    private let harness: FileLedgerHarness
    private let pkey: PKey
    private let key: KeyName

    init() throws {
        harness = try FileLedgerHarness()
        pkey = try FileLedgerHarness.pkey(0x200e)
        key = FileLedgerHarness.key(pkey)
    }

    // MARK: The file

    @Test("A record is written as documented, and read back by the next process")
    func format() async throws {
        _ = try await harness.filled([pkey])
        let text = try harness.directory.read("ledger.json")
        let time = try #require(text.split(separator: "\"time\" : \"").last).prefix(20)
        #expect(
            text == """
                {
                  "changes" : 1,
                  "fabric" : "default",
                  "format" : 1,
                  "partitions" : {
                    "0x200e" : {
                      "change" : 1,
                      "key" : "/pkeys/0x200e",
                      "revision" : 10,
                      "state" : "synced",
                      "time" : "\(time)"
                    }
                  }
                }

                """)
        #expect(try await harness.open().known() == [pkey: LedgerRecord(.synced, key: key, revision: 10)])
    }

    @Test("No file in a directory that is there is an empty ledger; no directory is an error that names it")
    func missing() async throws {
        #expect(try await harness.open().known().isEmpty)
        let nowhere = harness.directory.file("nowhere")
        let ledger = FileLedger(
            FileRecords(LedgerFile(nowhere + "/ledger.json", fabric: "default")), sources: [harness.etcd])
        let failure = await #expect(throws: Failure.self) { _ = try await ledger.records() }
        #expect(failure?.cause == .unreadable)
        #expect(failure?.message.contains("the directory \(nowhere): No such file or directory") == true)
    }

    @Test(
        "A file that cannot be read as a whole is an error that names it, never an empty or shorter ledger",
        arguments: [
            "", "{}", "[]", "{\"changes\":1,", "nonsense",
            #"{"changes":1,"fabric":"other","format":1,"partitions":{}}"#,
            #"{"changes":1,"fabric":"default","format":2,"partitions":{}}"#,
            #"{"changes":1,"fabric":"default","format":1,"partitions":{"0x7fff":RECORD}}"#,
            #"{"changes":1,"fabric":"default","format":1,"partitions":{"0x0005":RECORD}}"#,
            #"{"changes":1,"fabric":"default","format":1,"partitions":{"0x5":{}}}"#,
            #"{"changes":9223372036854775807,"fabric":"default","format":1,"partitions":{}}"#,
            #"{"changes":-1,"fabric":"default","format":1,"partitions":{}}"#,
            #"{"changes":1,"fabric":"default","format":1,"partitions":{"0x5":RECORD,"0x6":{"state":"lost"}}}"#,
        ])
    func unreadable(_ text: String) async throws {
        let record = #"{"change":1,"key":"/a","revision":1,"state":"synced","time":"2026-01-31T12:00:00Z"}"#
        let text = text.replacing("RECORD", with: record)
        try harness.directory.write(text, to: "ledger.json")
        let ledger = harness.open()
        let failure = await #expect(throws: Failure.self) { _ = try await ledger.records() }
        #expect(failure?.cause == .unreadable)
        #expect(failure?.message.contains(harness.path) == true)
        // No change may put a ledger of its own in the place of one that it could not read.
        harness.etcd.set(store: 100, [key: 10])
        let change = await #expect(throws: Failure.self) {
            _ = try await ledger.claim(LedgerRecord(.claimed, key: key, revision: 10), for: pkey)
        }
        #expect(change?.cause == .unwritable)
        #expect(try harness.directory.read("ledger.json") == text)
    }

    @Test("A break between the writing and the renaming leaves the old content, and the next change is made")
    func crash() async throws {
        let ledger = try await harness.filled([pkey])
        let before = try harness.directory.read("ledger.json")
        let breaking = harness.open { () throws(Failure) in throw Failure(.unwritable, "no power") }
        let failing = LedgerRecord(.failing, key: key, revision: 10, error: "refused")
        await #expect(throws: Failure(.unwritable, "no power")) { _ = try await breaking.amend(failing, for: pkey) }
        #expect(try harness.directory.read("ledger.json") == before)
        #expect(try harness.directory.read("ledger.json.new").contains("refused"))
        #expect(try await ledger.amend(failing, for: pkey))
        #expect(try await harness.open().known() == [pkey: failing])
        #expect(access(harness.path + ".new", F_OK) != 0)
    }

    @Test("Two processes that change it at once lose nothing of each other")
    func concurrency() async throws {
        let pkeys = try (1...40).map { try FileLedgerHarness.pkey($0) }
        _ = try await harness.filled(pkeys)
        let ledgers = [harness.open(), harness.open()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, pkey) in pkeys.enumerated() {
                group.addTask {
                    let record = LedgerRecord(
                        .failing, key: FileLedgerHarness.key(pkey), revision: KeyVersion(Int64(index)),
                        error: "\(index)")
                    let changed = try await ledgers[index % 2].amend(record, for: pkey)
                    #expect(changed)
                }
            }
            try await group.waitForAll()
        }
        let records = try await harness.open().known()
        #expect(records.count == 40)
        for (index, pkey) in pkeys.enumerated() { #expect(records[pkey]?.error == "\(index)") }
        let versions = try await harness.open().contents().entries.values.map(\.version)
        #expect(Set(versions).count == 40)
    }

    @Test("Another process that keeps the lock is waited for")
    func lock() async throws {
        let ledger = try await harness.filled([pkey])
        let descriptor = open(harness.path + ".lock", O_RDONLY)
        try #require(descriptor >= 0 && flock(descriptor, LOCK_EX) == 0)
        let watched = Watched(false)
        async let amended: Bool = {
            let result = try await ledger.amend(LedgerRecord(.failing, key: key, revision: 10), for: pkey)
            watched.update { $0 = true }
            return result
        }()
        // While it is locked it can be read, and is not changed.
        #expect(await watched.wait(timeout: .milliseconds(200)) { $0 ? true : nil } == nil)
        #expect(try await harness.open().known()[pkey]?.state == .synced)
        close(descriptor)
        #expect(try await amended)
        #expect(try await harness.open().known()[pkey]?.state == .failing)
    }

    @Test("A change that cannot be written is an outage: told once, and tried again")
    func unwritable() async throws {
        let ledger = try await harness.filled([pkey])
        let version = try #require(await ledger.entry(of: pkey)?.version)
        let permit = try #require(WriteGate().permit(for: .release))
        harness.directory.remove()
        let failure = await #expect(throws: Failure.self) {
            _ = try await ledger.release(pkey, over: version, expecting: [:], permit)
        }
        #expect(failure?.cause == .unwritable)
        #expect(failure?.message.contains(harness.path) == true)
    }

    // MARK: Conditions

    @Test("A claim is written only where every key stands at its record's revision, all of a batch or none")
    func claim() async throws {
        let other = try FileLedgerHarness.pkey(0x200f)
        harness.etcd.set(store: 100, [key: 10, FileLedgerHarness.key(other): 11])
        let ledger = harness.open()
        let good = LedgerRecord(.claimed, key: key, revision: 10)
        let old = LedgerRecord(.claimed, key: FileLedgerHarness.key(other), revision: 9)
        let new = LedgerRecord(.claimed, key: FileLedgerHarness.key(other), revision: 11)
        #expect(try await !ledger.claim([pkey: good, other: old]))
        #expect(try await ledger.known().isEmpty)
        #expect(try await !ledger.claim(old, for: other))
        #expect(try await !ledger.claim(LedgerRecord(.claimed, key: "/pkeys/none", revision: 1), for: other))
        #expect(try await ledger.claim([pkey: good, other: new]))
        #expect(try await ledger.known() == [pkey: good, other: new])
    }

    @Test("A note is made only on a record that is there, and a released record is gone")
    func amend() async throws {
        let ledger = try await harness.filled([pkey])
        let failing = LedgerRecord(.failing, key: key, revision: 10, error: "refused")
        #expect(try await ledger.amend(failing, for: pkey))
        #expect(try await ledger.known() == [pkey: failing])
        let gone = LedgerRecord(.deleting, key: key, revision: 0, isSeenGone: true)
        #expect(try await ledger.amend(gone, for: pkey))
        #expect(try await harness.open().known() == [pkey: gone])
        #expect(try await ledger.release(pkey))
        #expect(try await !ledger.amend(failing, for: pkey))
        #expect(try await ledger.known().isEmpty)
        #expect(try await !ledger.release(pkey))
    }

    @Test("Every write is over the record that was last seen, and over no other")
    func versions() async throws {
        let ledger = try await harness.filled([pkey])
        let seen = try #require(await ledger.entry(of: pkey)?.version)
        let deleting = LedgerRecord(.deleting, key: key, revision: 0)
        #expect(try await ledger.amend(LedgerRecord(.failing, key: key, revision: 10), for: pkey))
        let permit = try #require(WriteGate().permit(for: .amendment))
        #expect(try await ledger.amend(deleting, for: pkey, over: seen, permit) == .refused)
        #expect(try await ledger.release(pkey, over: seen, expecting: [:], permit) == .refused)
        #expect(try await !ledger.claim(LedgerRecord(.synced, key: key, revision: 10), for: pkey, over: seen))
        #expect(try await !ledger.claim(LedgerRecord(.claimed, key: key, revision: 10), for: pkey))
        harness.etcd.set(store: 101, [:])
        #expect(try await !ledger.authoriseDeletion(of: pkey, deleting, over: seen, expecting: [key: 0]))
        #expect(try await ledger.known()[pkey]?.state == .failing)
        let now = try #require(await ledger.entry(of: pkey)?.version)
        let answer = try await ledger.amend(deleting, for: pkey, over: now, permit)
        let written = try #require(await ledger.entry(of: pkey)?.version)
        #expect(answer == .written(written))
    }

    @Test("A released record is gone only while no key wants the partition")
    func release() async throws {
        let ledger = try await harness.filled([pkey])
        let seen = try #require(await ledger.entry(of: pkey)?.version)
        let permit = try #require(WriteGate().permit(for: .release))
        #expect(try await ledger.release(pkey, over: seen, expecting: [key: .absent], permit) == .refused)
        harness.etcd.set(store: 101, [:])
        #expect(try await ledger.release(pkey, over: seen, expecting: [key: .absent], permit) != .refused)
        #expect(try await ledger.known().isEmpty)
    }

    @Test("A record about another partition's key is none of this one's")
    func otherKey() async throws {
        let record = #"{"change":1,"key":"/pkeys/0x6","revision":1,"state":"synced","time":"2026-01-31T12:00:00Z"}"#
        try harness.directory.write(
            #"{"changes":1,"fabric":"default","format":1,"partitions":{"0x5":\#(record)}}"#, to: "ledger.json")
        let content = try await harness.open().records()
        #expect(content.records.isEmpty)
        let five = try PKey(parsing: "0x5")
        #expect(content.strange.map(\.pkey) == [five])
    }

    @Test(
        "That a partition was seen to be gone stands beside a state that older programs know, and only where it is so")
    func seenGone() throws {
        let gone = LedgerRecord(.deleting, key: key, revision: 0, isSeenGone: true)
        let text = String(decoding: try LedgerDocument(gone).json(), as: UTF8.self)
        #expect(text.contains(#""gone":true"#) && text.contains(#""state":"deleting""#))
        #expect(LedgerDocument(gone).record == gone)
        var claimed = gone
        claimed.state = .claimed
        #expect(!claimed.isSeenGone)
        let other = String(decoding: try LedgerDocument(claimed).json(), as: UTF8.self)
        #expect(!other.contains("gone"))
    }

    @Test("A deletion is authorised only with the record there and the keys as expected")
    func authorisation() async throws {
        let ledger = try await harness.filled([pkey])
        let deleting = LedgerRecord(.deleting, key: key, revision: 0)
        #expect(try await !ledger.authoriseDeletion(of: pkey, deleting, expecting: [key: 0]))
        // Written down before the keys were asked for; what is wanted is claimed anew.
        #expect(try await ledger.known()[pkey]?.state == .deleting)
        harness.etcd.set(store: 101, ["/pkeys/0x0200e": 101])
        #expect(try await !ledger.authoriseDeletion(of: pkey, deleting, expecting: [key: 0, "/pkeys/0x0200e": 0]))
        harness.etcd.set(store: 102, [:])
        #expect(try await ledger.authoriseDeletion(of: pkey, deleting, expecting: [key: 0, "/pkeys/0x0200e": 0]))
        #expect(try await ledger.known() == [pkey: deleting])
        #expect(try await ledger.release(pkey))
        #expect(try await !ledger.authoriseDeletion(of: pkey, deleting, expecting: [key: 0]))
        #expect(try await ledger.known().isEmpty)
    }

    @Test("While etcd cannot be read nothing is claimed and no deletion authorised")
    func etcdAway() async throws {
        let ledger = try await harness.filled([pkey])
        let before = try harness.directory.read("ledger.json")
        harness.etcd.fail(Failure(.unreachable, "away"))
        await #expect(throws: Failure(.unreachable, "away")) {
            _ = try await ledger.claim(LedgerRecord(.synced, key: key, revision: 10), for: pkey)
        }
        #expect(try harness.directory.read("ledger.json") == before)
        // What is written down by then is read again.
        await #expect(throws: Failure(.unreachable, "away", outcome: .unknown)) {
            _ = try await ledger.authoriseDeletion(
                of: pkey, LedgerRecord(.deleting, key: key, revision: 0), expecting: [key: 0])
        }
    }

    @Test("An approval counts only for the record that was shown, even if it looks the same again")
    func approval() async throws {
        let ledger = try await harness.filled([pkey])
        let guarded = LedgerRecord(.guarded, key: key, revision: 10)
        #expect(try await ledger.amend(guarded, for: pkey))
        let shown = try #require(await ledger.entry(of: pkey))
        #expect(try await ledger.amend(guarded, for: pkey))
        let permit = try #require(WriteGate().permit(for: .amendment))
        #expect(
            try await harness.open().amend(shown.record.approved, for: pkey, over: shown.version, permit) == .refused)
        #expect(try await ledger.known()[pkey]?.state == .guarded)
        let again = try #require(await ledger.entry(of: pkey))
        #expect(
            try await harness.open().amend(again.record.approved, for: pkey, over: again.version, permit) != .refused)
        #expect(try await ledger.known()[pkey] == LedgerRecord(.approved, key: key, revision: 10))
    }

    @Test("A follower is told of every change that another process makes")
    func following() async throws {
        let ledger = try await harness.filled([pkey])
        let told = Watched<[LedgerRecord.State?]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [pkey] in
                try await harness.open().follow(pkey) { entry in
                    told.update { $0.append(try? entry.get()?.record.state) }
                }
            }
            #expect(await told.wait(timeout: .untilHung) { $0 == [.synced] ? true : nil } == true)
            #expect(try await ledger.amend(LedgerRecord(.failing, key: key, revision: 10), for: pkey))
            #expect(await told.wait(timeout: .untilHung) { $0 == [.synced, .failing] ? true : nil } == true)
            let isReleased = try await ledger.release(pkey)
            #expect(isReleased)
            #expect(await told.wait(timeout: .untilHung) { $0 == [.synced, .failing, nil] ? true : nil } == true)
            group.cancelAll()
        }
    }

    // MARK: What is waited for

    @Test("What a partition waits for is read by the next process, and goes with the record after it")
    func waiting() async throws {
        let ledger = try await harness.filled([pkey])
        let claimed = LedgerRecord(.claimed, key: key, revision: 10)
        let note = WaitingNote([
            WaitingNote.Port(
                try GUID(parsing: "043f720300f55101"), holder: try FileLedgerHarness.pkey(0x2000), reason: "busy")
        ])
        #expect(try await ledger.wait(claimed, for: note, of: pkey))
        let next = harness.open()
        let entries = try await next.contents().entries
        #expect(entries[pkey]?.record == claimed)
        #expect(try await next.notes(of: entries) == [pkey: note])
        #expect(note.words == "waits for [043f720300f55101], which PKey 0x2000 still has (busy)")
        #expect(try await next.amend(claimed, for: pkey))
        #expect(try await next.notes(of: try await next.contents().entries) == [:])
        #expect(try !harness.directory.read("ledger.json").contains("notes"))
    }

    @Test("A note for another revision, or beside a record that is not claimed, says nothing")
    func otherNotes() throws {
        let note = WaitingNote([
            WaitingNote.Port(try GUID(parsing: "043f720300f55101"), holder: try FileLedgerHarness.pkey(0x2000))
        ])
        let claimed = LedgerRecord(.claimed, key: key, revision: 10)
        let document = try #require(NoteDocument(try NoteDocument(note, claimed).json()))
        #expect(document.note(of: claimed) == note)
        #expect(document.note(of: LedgerRecord(.claimed, key: key, revision: 11)) == nil)
        #expect(document.note(of: LedgerRecord(.synced, key: key, revision: 10)) == nil)
        #expect(NoteDocument(Array("{}".utf8)) == nil)
    }
}

import Fabric
import KeyHistory
import Planning
import Testing

@testable import Reconciler

/// What the log says of the engine, to the letter: sites search for it.
@Suite("The lines of the log")
struct LogReporterTests {
    private var told = ToldEngine()
    private let pkey: PKey
    private let other: PKey
    private let gone = Failure(.unreachable, "no route to host")

    init() throws {
        pkey = try PKey(parsing: "0x5")
        other = try PKey(parsing: "0x6")
    }

    private var synced: LedgerRecord { LedgerRecord(.synced, key: "/p/0x5", revision: 5) }

    @Test("What is found at the start is told in its order, and before what runs then say")
    mutating func start() throws {
        let start = told.begin(
            keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [try ToldEngine.partition(other)])
        #expect(
            start.texts == [
                "etcd listed (start): 1 keys at revision 100",
                "Successfully authenticated with UFM at UFM",
                "UFM Status: 1 total PKeys, 0 managed via etcd, 1 unmanaged",
                "UFM PKeys NOT managed through etcd: [0x6]",
                "UFM has drifted in 1 partitions and is repaired: [0x5]",
                "1 PKeys in etcd, 1 in the ledger, 1 to do",
                "PKey 0x5 doesn't exist, creating it...",
                "Configuring PKey 0x5 with 1 GUIDs in UFM",
            ])
    }

    @Test("Later on, what has drifted is told before whose the partitions are")
    mutating func later() throws {
        _ = told.begin(
            keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [try ToldEngine.partition(pkey)])
        _ = told.tell(.timer, at: .seconds(30))
        let partition = try ToldEngine.partition(other)
        let read = told.tell(.fabricRead(.success(FabricSnapshot(complete: [partition]))), at: .seconds(30))
        #expect(
            read.texts.prefix(3) == [
                "UFM has drifted in 1 partitions and is repaired: [0x5]",
                "UFM Status: 1 total PKeys, 0 managed via etcd, 1 unmanaged",
                "UFM PKeys NOT managed through etcd: [0x6]",
            ])
    }

    @Test("A warning of a key stands between the list that brought it and what the list changes")
    mutating func between() {
        _ = told.begin(keys: [])
        let list = KeySnapshot(
            complete: [KeyEntry(key: "/p/nonsense", value: [], revision: 101), ToldEngine.key("0x5", 101)],
            revision: 101)
        let texts = told.tell(.source(.listed(list, reason: "compacted"))).texts
        #expect(texts[0] == "etcd listed (compacted): 2 keys at revision 101")
        #expect(texts[1].hasPrefix("/p/nonsense: ignored: "))
        #expect(texts[2] == "Found 1 new PKey(s): [0x5]")
    }

    @Test("An outage is told once, and its end; the next one is told again")
    mutating func outages() {
        _ = told.begin(keys: [])
        let away = "UFM does not answer; trying until it does: no route to host"
        _ = told.tell(.timer, at: .seconds(30))
        #expect(told.tell(.fabricRead(.failure(gone)), at: .seconds(31)).texts == [away])
        _ = told.tell(.timer, at: .seconds(32))
        #expect(told.tell(.fabricRead(.failure(gone)), at: .seconds(33)).texts.isEmpty)
        _ = told.tell(.timer, at: .seconds(40))
        let back = told.tell(.fabricRead(.success(FabricSnapshot(complete: []))), at: .milliseconds(40_500)).texts
        #expect(back == ["UFM answers again, after 9.5 s"])
        _ = told.tell(.timer, at: .seconds(80))
        #expect(told.tell(.fabricRead(.failure(gone)), at: .seconds(81)).texts == [away])
    }

    @Test("An outage that lasts is told again with how long, and once an hour it is said how it stands")
    mutating func lasting() {
        _ = told.begin(keys: [])
        _ = told.tell(.timer, at: .seconds(30))
        _ = told.tell(.fabricRead(.failure(gone)), at: .seconds(31))
        #expect(told.tell(.timer, at: .seconds(90)).texts.isEmpty)
        #expect(
            told.tell(.timer, at: .seconds(92)).texts == ["UFM still does not answer, for 1 min: no route to host"])
        #expect(told.tell(.timer, at: .seconds(100)).texts.isEmpty)
        let later = told.tell(.timer, at: .seconds(3_700)).texts
        #expect(later.contains("UFM still does not answer, for 1 h 1 min: no route to host"))
        #expect(
            later.contains(
                "In the last hour: 0 changes in UFM, 0 failed, 0 partitions had drifted; 0 partitions are ours"))
    }

    @Test("The source and the ledger have their own words for an outage")
    mutating func otherOutages() {
        _ = told.begin(keys: [])
        #expect(
            told.tell(.source(.lost(gone))).texts == ["etcd cannot be read; trying until it can: no route to host"])
        #expect(
            told.tell(.source(.restored(after: .milliseconds(1_500)))).texts == ["etcd is read again, after 1.5 s"])
        _ = told.tell(.timer, at: .seconds(30))
        #expect(
            told.ledger(.failure(gone), at: .seconds(30)).texts
                == ["The ledger does not answer; trying until it does: no route to host"])
        _ = told.tell(.timer, at: .seconds(31))
        #expect(
            told.ledger(.success([:]), at: .seconds(31)).texts.first == "The ledger answers again, after 1.0 s")
    }

    @Test("Held deletions, their approval and lost records are told with all that an operator needs")
    mutating func held() throws {
        let pkeys = try (0x10...0x15).map { try PKey(parsing: "0x" + String($0, radix: 16)) }
        func records(_ state: LedgerRecord.State) -> [PKey: LedgerRecord] {
            Dictionary(
                uniqueKeysWithValues: pkeys.map {
                    ($0, LedgerRecord(state, key: KeyName("/p/\($0)"), revision: 5))
                })
        }
        let texts = told.begin(keys: [], ledger: records(.synced)).texts
        #expect(
            texts.contains(
                "6 deletions at once, of 6 partitions, are held back: [0x10, 0x11, 0x12, 0x13, 0x14, 0x15]; "
                    + "is etcd what it should be? If so: surf-ufm-pkeyd status --approve-deletes"))
        #expect(texts.contains { $0.hasSuffix("If so: \(ApprovalWords.command)") })
        // A next life says since when, of those that were held in the one before.
        for (state, suffix) in [
            (LedgerRecord.State.guarded, " (held back since 2026-01-31T12:00:00Z)"), (.synced, ""),
        ] {
            var next = ToldEngine()
            _ = next.tell(.started)
            _ = next.tell(.source(.listed(KeySnapshot(complete: [], revision: 100), reason: "start")))
            let content = LedgerContent(
                records(state).mapValues { KeptRecord($0, RecordVersion(1)) }, guardedSince: "2026-01-31T12:00:00Z")
            _ = next.ledger(content: .success(content))
            let held = next.tell(.fabricRead(.success(FabricSnapshot(complete: [])))).texts.filter {
                $0.hasPrefix("6 deletions at once, of 6 partitions, are held back: [0x10, ")
            }
            #expect(held.count == 1 && held[0].hasSuffix("status --approve-deletes" + suffix), "\(held)")
        }
        for pkey in pkeys { _ = told.answer(pkey, .done) }
        let approved = told.approve(pkeys, shown: RecordVersion(2), at: .seconds(2)).texts
        #expect(approved.prefix(6) == pkeys.map { "The deletion of PKey \($0) has been approved" }[...])
        told = ToldEngine()
        _ = told.begin(
            keys: [ToldEngine.key("0x5")], ledger: [pkey: synced], fabric: [try ToldEngine.partition(pkey)])
        _ = told.tell(.timer, at: .seconds(30))
        #expect(
            told.ledger(.success([:]), at: .seconds(30)).texts.contains(
                "1 of 1 ledger records are gone from etcd: what they owned stays as it is in UFM: [0x5]; "
                    + "is etcd what it should be?"))
    }

    @Test("A partition that is not in step is told once for each reason")
    mutating func troubled() throws {
        _ = told.begin(keys: [ToldEngine.key("0x5")])
        _ = told.answer(pkey, .done)
        let refused = told.answer(pkey, .written(.failure(Failure(.rejected, "no such GUID"))))
        #expect(refused.texts == ["PKey 0x5 is not in step; trying again: no such GUID"])
    }

    @Test("Who looks only now and then misses no finding that is still on the status")
    func late() {
        var findings = Findings()
        let new = (1...100).map { Finding(number: $0, at: .zero, what: .troubled(pkey, gone), line: 0) }
        for finding in new { findings.add([finding]) }
        #expect(findings.count == 100)
        #expect(findings.after(90).map(\.number) == Array(91...100))
        #expect(findings.after(100).isEmpty)
        #expect(findings.recent.count == 64)
        #expect(findings.after(0).map(\.number) == Array(37...100))
    }
}

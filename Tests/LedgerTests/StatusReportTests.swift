import Fabric
import Foundation
import KeyHistory
import Planning
import Reconciler
import Testing

@testable import Ledger

@Suite("What status says")
struct StatusReportTests {
    private let source = SourceID("etcd", prefix: "/pkeys/")

    private func pkey(_ text: String) throws -> PKey { try PKey(parsing: text) }

    private func entry(_ name: String, _ state: LedgerRecord.State, _ revision: KeyVersion) -> LedgerEntry {
        let record = LedgerRecord(state, key: KeyName("/pkeys/\(name)"), revision: revision)
        return LedgerEntry(record: record, time: nil, version: RecordVersion(1))
    }

    private func key(_ name: String, _ revision: KeyVersion) -> KeyEntry {
        KeyEntry(
            key: KeyName("/pkeys/\(name)"), value: Array("{host_guids: ['0x043f720300f55176']}".utf8),
            revision: revision)
    }

    private func report(_ range: ManagedRange) throws -> StatusReport {
        let list = KeySnapshot(
            complete: [key("0x5", 10), key("0x6", 11), key("0x700", 12)], at: StorePoint(revision: 20))
        var ledger = StoredRecords()
        for (name, state, revision) in [
            ("0x5", LedgerRecord.State.synced, 10), ("0x6", .synced, 9), ("0x7", .guarded, 3), ("0x701", .synced, 4),
        ] as [(String, LedgerRecord.State, KeyVersion)] {
            ledger.add(.record(try pkey(name), entry(name, state, revision)))
        }
        return StatusReport(
            fabric: "ib0", range: range, ledger: ledger, sources: [source], keys: [source: list])
    }

    @Test(
        "A key or a record is a line: synced at the key's revision, pending at an older one, guarded as its record says"
    )
    func states() throws {
        let report = try report(.everything)
        #expect(report.partitions.map(\.pkey.description) == ["0x5", "0x6", "0x7", "0x700", "0x701"])
        #expect(report.partitions.map(\.state) == [.synced, .pending, .guarded, .pending, .pending])
        #expect(report.outside == 0)
        #expect(report.revision == 20)
    }

    @Test(
        "A conflict is told of the key as it is, and not of one that has changed since: the daemon has yet to look",
        arguments: [("0x5", 10, .conflict), ("0x5", 9, .pending), ("0x0005", 10, .pending)]
            as [(String, KeyVersion, PartitionStatus.State)])
    func conflicts(name: String, revision: KeyVersion, state: PartitionStatus.State) throws {
        var ledger = StoredRecords()
        let there = Conflict([try GUID(parsing: "043f720300f55177")])
        ledger.conflicts[try pkey("0x5")] = ConflictNote(key: KeyName("/pkeys/\(name)"), revision: revision, there)
        let list = KeySnapshot(complete: [key("0x5", 10)], at: StorePoint(revision: 20))
        let report = StatusReport(
            fabric: "ib0", range: .everything, ledger: ledger, sources: [source], keys: [source: list])
        #expect(report.partitions.map(\.state) == [state])
    }

    @Test("Deletions that wait for an approval are told with their number, the first ones, and since when")
    func guarded() throws {
        #expect(try report(.everything).guarded?.pkeys == Capped([try pkey("0x7")]))
        #expect(try report(.everything).guarded?.since == nil)
        var ledger = StoredRecords()
        for number in 0x2000..<0x2100 {
            let name = "0x" + String(number, radix: 16)
            let record = LedgerRecord(.guarded, key: KeyName("/pkeys/\(name)"), revision: 3)
            let time = try Date("2026-01-31T12:00:00Z", strategy: .iso8601).addingTimeInterval(Double(0x2100 - number))
            ledger.add(.record(try pkey(name), LedgerEntry(record: record, time: time, version: RecordVersion(1))))
        }
        let list = KeySnapshot(complete: [], at: StorePoint(revision: 20))
        let guarded = StatusReport(fabric: "ib0", ledger: ledger, sources: [source], keys: [source: list]).guarded
        #expect(guarded?.pkeys.count == 256)
        #expect(guarded.map { $0.pkeys.first.count < 256 && !$0.pkeys.inWords.contains("0x20ff") } == true)
        #expect(guarded?.since?.formatted(.iso8601) == "2026-01-31T12:00:01Z")
        #expect(
            StatusReport(fabric: "ib0", ledger: StoredRecords(), sources: [source], keys: [source: list]).guarded == nil
        )
    }

    @Test("What must not be touched is no line; records of it are counted")
    func outside() throws {
        let report = try report(ManagedRange([try pkey("0x1")...(try pkey("0xff"))]))
        #expect(report.partitions.map(\.pkey.description) == ["0x5", "0x6", "0x7"])
        #expect(report.outside == 1)
    }
}

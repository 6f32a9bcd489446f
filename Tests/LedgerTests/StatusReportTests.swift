import Fabric
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

    @Test("What must not be touched is no line; records of it are counted")
    func outside() throws {
        let report = try report(ManagedRange([try pkey("0x1")...(try pkey("0xff"))]))
        #expect(report.partitions.map(\.pkey.description) == ["0x5", "0x6", "0x7"])
        #expect(report.outside == 1)
    }
}

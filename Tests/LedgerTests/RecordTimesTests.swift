import Fabric
import FoundationEssentials
import KeyHistory
import Reconciler
import Testing

@testable import Ledger

@Suite("When records were written")
struct RecordTimesTests {
    private let times = RecordTimes()
    private let harness: FileLedgerHarness
    private let (first, second): (PKey, PKey)

    init() throws {
        harness = try FileLedgerHarness()
        (first, second) = (try FileLedgerHarness.pkey(0x5), try FileLedgerHarness.pkey(0x6))
    }

    private func entry(_ version: Int64, at seconds: Double) -> LedgerEntry {
        LedgerEntry(
            record: LedgerRecord(.synced, key: "/p/0x5", revision: 1), time: Date(timeIntervalSince1970: seconds),
            version: RecordVersion(version))
    }

    @Test("A time is of one version; a complete read counts, but not against what was written since it began")
    func merging() {
        times.learn([first: entry(3, at: 30), second: entry(2, at: 20)])
        #expect(times.time(of: first, RecordVersion(3)) == Date(timeIntervalSince1970: 30))
        #expect(times.time(of: first, RecordVersion(1)) == nil)
        times.learn([first], written: RecordVersion(9), at: Date(timeIntervalSince1970: 90))
        // It was asked for before that write, and lacks one that has gone.
        times.learn([first: entry(3, at: 30)])
        #expect(times.time(of: first, RecordVersion(9)) == Date(timeIntervalSince1970: 90))
        #expect(times.time(of: second, RecordVersion(2)) == nil)
        times.learn([first: entry(10, at: 100)])
        #expect(times.time(of: first, RecordVersion(9)) == nil)
    }

    @Test("What a write says of its time is what a read finds")
    func written() async throws {
        harness.etcd.set(store: 100, [FileLedgerHarness.key(first): 10])
        let records = FileRecords(LedgerFile(harness.path, fabric: "default"))
        let ledger = FileLedger(records, sources: [harness.etcd], times: times)
        let record = LedgerRecord(.synced, key: FileLedgerHarness.key(first), revision: 10)
        #expect(try await ledger.claim([first: record]))
        let found = try #require(try await ledger.contents().entries[first])
        let told = try #require(times.time(of: first, found.version))
        #expect(told.formatted(.iso8601) == found.time?.formatted(.iso8601))
    }
}

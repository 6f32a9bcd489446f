import Fabric
import KeyHistory
import Reconciler
import TestSupport
import Testing

@testable import Ledger

@Suite("The move of a ledger", .timeLimit(.minutes(20)))
struct LedgerMoveTests {
    private typealias Place = LedgerInEachPlace.Place

    /// Nobody lives, or somebody does.
    private struct Board: HeartbeatBoard {
        var isAlive = false

        func write(_ heartbeat: Heartbeat) async throws(Failure) {}
        func renew() async throws(Failure) -> Bool { true }
        func note(_ heartbeat: Heartbeat) async throws(Failure) {}
        func remove() async throws(Failure) {}
        func sightings() async throws(Failure) -> [Sighting] {
            isAlive ? [Sighting(name: "x", heartbeat: nil, created: 1)] : []
        }
        func lastHeard() async throws(Failure) -> Presence.Heard? { nil }
    }

    private func fill(_ world: LedgerInEachPlace, _ numbers: Range<UInt16>) async throws {
        let pkeys = try numbers.map { try FileLedgerHarness.pkey($0) }
        world.harness.etcd.set(
            store: 100, Dictionary(uniqueKeysWithValues: pkeys.map { (FileLedgerHarness.key($0), 10) }))
        for start in stride(from: 0, to: pkeys.count, by: 40) {
            let records = pkeys[start..<min(start + 40, pkeys.count)].map {
                ($0, LedgerRecord(.synced, key: FileLedgerHarness.key($0), revision: 10))
            }
            #expect(try await world.ledger.claim(Dictionary(records, uniquingKeysWith: { $1 })))
        }
        try await world.ledger.amendAbout { $0 = About(store: .v2, stop: .init(host: "a", time: "t")) }
    }

    private func move(
        _ old: any InspectableLedger, _ oldName: String, to new: any InspectableLedger, _ newName: String,
        isAlive: Bool = false
    ) -> LedgerMove {
        LedgerMove(
            from: LedgerMove.End(old, Board(isAlive: isAlive), name: oldName),
            to: LedgerMove.End(new, Board(), name: newName))
    }

    @Test("All records go, with what the ledger says of itself; the old one says where to, and there is a way back")
    func thereAndBack() async throws {
        let (etcd, file) = (try await LedgerInEachPlace(.etcd), try await LedgerInEachPlace(.file))
        defer { etcd.close() }
        try await fill(file, 0x2000..<0x2100)
        let records = try await file.ledger.known()
        #expect(try await move(file.ledger, "file", to: etcd.ledger, "etcd").run() == 256)
        #expect(try await etcd.ledger.known() == records)
        #expect(try await etcd.ledger.about().about == About(store: .v2, stop: .init(host: "a", time: "t")))
        #expect(try await file.ledger.about().about.movedTo == "etcd")
        let moved = await #expect(throws: Failure.self) { _ = try await file.ledger.records() }
        #expect(moved?.cause == .settings && moved?.message.hasSuffix("was moved to etcd: say --ledger etcd") == true)
        // Said once more, it is done already.
        #expect(try await move(file.ledger, "file", to: etcd.ledger, "etcd").run() == nil)
        // Something changes meanwhile: one is gone, and one is new.
        let (gone, new) = (try FileLedgerHarness.pkey(0x2000), try FileLedgerHarness.pkey(0x3000))
        #expect(try await etcd.ledger.release(gone))
        etcd.harness.etcd.set(store: 100, [FileLedgerHarness.key(new): 10])
        #expect(
            try await etcd.ledger.claim(
                LedgerRecord(.claimed, key: FileLedgerHarness.key(new), revision: 10), for: new))
        let later = try await etcd.ledger.known()
        #expect(try await move(etcd.ledger, "etcd", to: file.ledger, "file").run() == 256)
        #expect(try await file.ledger.known() == later)
        #expect(try await file.ledger.about().about.counts)
        #expect(try await etcd.ledger.about().about.movedTo == "file")
    }

    @Test("What breaks off is begun anew, wherever it broke off, and loses nothing", arguments: 0..<3)
    func brokenOff(step: Int) async throws {
        let (etcd, file) = (try await LedgerInEachPlace(.etcd), try await LedgerInEachPlace(.file))
        defer { etcd.close() }
        try await fill(file, 0x2000..<0x2010)
        let records = try await file.ledger.known()
        try await etcd.ledger.amendAbout { $0.copiedFrom = "file" }
        if step > 0 { try await etcd.ledger.replaceAll(by: try await file.ledger.contents()) }
        if step > 1 {
            try await etcd.ledger.amendAbout { $0.store = .v2 }
            try await file.ledger.amendAbout { $0.movedTo = "etcd" }
        }
        #expect(try await !etcd.ledger.about().about.counts)
        #expect(try await move(file.ledger, "file", to: etcd.ledger, "etcd").run() == 16)
        #expect(try await etcd.ledger.known() == records)
        #expect(try await etcd.ledger.about().about.counts)
        #expect(try await etcd.ledger.about().about.store == .v2)
        #expect(try await file.ledger.about().about.movedTo == "etcd")
    }

    @Test("What is kept of deleted partitions goes along", arguments: Place.allCases)
    func tombstones(place: LedgerInEachPlace.Place) async throws {
        let world = try await LedgerInEachPlace(place)
        defer { world.close() }
        let (pkey, old) = (try FileLedgerHarness.pkey(0x2000), try FileLedgerHarness.pkey(0x2001))
        let tombstone = Tombstone(key: FileLedgerHarness.key(pkey), members: [try GUID(parsing: "043f720300f55101")])
        func stored(_ pkey: PKey) -> StoredRecords {
            var stored = StoredRecords()
            stored.add(TombstoneDocument(tombstone), of: pkey, RecordVersion(1))
            return stored
        }
        try await world.ledger.replaceAll(by: stored(old))
        try await world.ledger.replaceAll(by: stored(pkey))
        #expect(try await world.ledger.contents().tombstones.mapValues(\.tombstone) == [pkey: tombstone])
    }

    @Test("Nothing is done where the new one has records, or the old one none")
    func nothing() async throws {
        let (one, other) = (try await LedgerInEachPlace(.file), try await LedgerInEachPlace(.file))
        #expect(try await move(one.ledger, "one", to: other.ledger, "other").run() == nil)
        #expect(try await other.ledger.about() == .absent)
        try await fill(one, 0x2000..<0x2004)
        try await fill(other, 0x3000..<0x3001)
        #expect(try await move(one.ledger, "one", to: other.ledger, "other").run() == nil)
        #expect(try await one.ledger.about().about.counts)
        #expect(try await other.ledger.known().count == 1)
    }

    @Test("A ledger that a daemon keeps, or that has what cannot be read, is not moved")
    func refused() async throws {
        let (one, other) = (try await LedgerInEachPlace(.etcd), try await LedgerInEachPlace(.file))
        defer { one.close() }
        try await fill(one, 0x2000..<0x2004)
        let alive = await #expect(throws: Failure.self) {
            _ = try await move(one.ledger, "etcd", to: other.ledger, "file", isAlive: true).run()
        }
        #expect(alive?.message.contains("while a daemon lives that keeps it") == true)
        try await one.putRecord("0x0005", "{}")
        let strange = await #expect(throws: Failure.self) {
            _ = try await move(one.ledger, "etcd", to: other.ledger, "file").run()
        }
        #expect(strange?.message.contains("/surf-ufm-pkeyd/default/partitions/0x0005") == true)
        #expect(try await other.ledger.about() == .absent)
        #expect(try await one.ledger.about().about.counts)
    }
}

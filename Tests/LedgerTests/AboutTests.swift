import EtcdGateway
import Fabric
import KeyHistory
import Reconciler
import TestSupport
import Testing
import Transport

@testable import Ledger

/// A ledger of its own in each of the places where there can be one.
struct LedgerInEachPlace {
    enum Place: String, CaseIterable, Sendable {
        case etcd, file
    }

    let ledger: any InspectableLedger
    let harness: FileLedgerHarness
    private let server: EtcdServer?
    private let http: HTTPClient?

    init(_ place: Place) async throws {
        harness = try FileLedgerHarness()
        guard place == .etcd else {
            (ledger, server, http) = (harness.open(), nil, nil)
            return
        }
        let server = try await EtcdServer.start()
        let http = try HTTPClient()
        let endpoint = try EtcdEndpoint(parsing: server.clientURL, defaultScheme: .http, defaultPort: 2379)
        let client = try EtcdClient(EtcdConfiguration(endpoints: [endpoint]), transport: http)
        (self.server, self.http) = (server, http)
        ledger = EtcdLedger(EtcdRecords(client, fabric: "default"), sources: [harness.etcd])
    }

    /// Writes what a ledger in etcd says of itself.
    func put(_ text: String) async throws { try await server?.etcdctl("put", "/surf-ufm-pkeyd/default/about", text) }

    /// Writes something in a record's place of a ledger in etcd.
    func putRecord(_ name: String, _ text: String) async throws {
        try await server?.etcdctl("put", "/surf-ufm-pkeyd/default/partitions/\(name)", text)
    }

    /// What it says of itself, to the letter.
    func text() async throws -> String? {
        try await server?.etcdctl("get", "--print-value-only", "/surf-ufm-pkeyd/default/about")
    }

    func close() { http?.shutdown() }
}

private let later = " and later may write this ledger, and this program is older: upgrade it"

@Suite("What a ledger says of itself")
struct AboutTests {
    private let stop = About.CleanStop(host: "admin1", time: "2026-01-31T12:00:00Z")

    @Test("It says nothing at first, and then what was written over that", arguments: LedgerInEachPlace.Place.allCases)
    func roundTrip(place: LedgerInEachPlace.Place) async throws {
        let world = try await LedgerInEachPlace(place)
        defer { world.close() }
        let ledger = world.ledger
        #expect(try await ledger.about() == .absent)
        let first = About(store: .v2)
        let answer = try await ledger.write(first, over: .absent)
        let kept = try await ledger.about()
        #expect(kept.about == first && answer == .written(kept.version))
        // A word that comes late, and one that knows nothing of it.
        #expect(try await ledger.write(About(store: .v3), over: .absent) == .refused)
        #expect(try await ledger.write(About(store: .v3), over: RecordVersion(kept.version.number + 1)) == .refused)
        #expect(try await ledger.about() == kept)
        let second = About(store: .v2, stop: stop)
        #expect(try await ledger.amendAbout { $0.stop = stop } == second)
        #expect(try await ledger.about().about == second)
        // What says the same is not written.
        let version = try await ledger.about().version
        try await ledger.amendAbout { $0.stop = stop }
        #expect(try await ledger.about().version == version)
    }

    @Test(
        "Of several who write at once none takes away what another one has written",
        arguments: LedgerInEachPlace.Place.allCases)
    func together(place: LedgerInEachPlace.Place) async throws {
        let world = try await LedgerInEachPlace(place)
        defer { world.close() }
        let ledger = world.ledger
        let stop = stop
        async let one: About = ledger.amendAbout { $0.store = .v2 }
        async let other: About = ledger.amendAbout { $0.stop = stop }
        _ = try await (one, other)
        #expect(try await ledger.about().about == About(store: .v2, stop: stop))
    }

    @Test("Records are none the worse for it, nor is it for them", arguments: LedgerInEachPlace.Place.allCases)
    func beside(place: LedgerInEachPlace.Place) async throws {
        let world = try await LedgerInEachPlace(place)
        defer { world.close() }
        let pkey = try PKey(parsing: "0x200e")
        try await world.ledger.amendAbout { $0.store = .v3 }
        let about = try await world.ledger.about()
        world.harness.etcd.set(store: 100, [FileLedgerHarness.key(pkey): 10])
        let record = LedgerRecord(.synced, key: FileLedgerHarness.key(pkey), revision: 10)
        #expect(try await world.ledger.claim(record, for: pkey))
        #expect(try await world.ledger.about() == about)
        let contents = try await world.ledger.contents()
        #expect(contents.entries.keys.map(\.self) == [pkey] && contents.strange.isEmpty)
        try await world.ledger.amendAbout { $0.stop = stop }
        #expect(try await world.ledger.known() == [pkey: record])
    }

    @Test("It is written as documented in etcd")
    func format() async throws {
        let world = try await LedgerInEachPlace(.etcd)
        defer { world.close() }
        try await world.ledger.amendAbout { $0 = About(store: .v2, stop: stop) }
        #expect(
            try await world.text()
                == #"{"format":1,"least":"0.1.0","stopped":{"host":"admin1","time":"2026-01-31T12:00:00Z"},"store":"v2"}"#
                + "\n")
    }

    @Test("It is written as documented in a file")
    func formatOfFile() async throws {
        let world = try await LedgerInEachPlace(.file)
        try await world.ledger.amendAbout { $0 = About(store: .v2, stop: stop) }
        #expect(
            try world.harness.directory.read("ledger.json") == """
                {
                  "about" : {
                    "change" : 1,
                    "format" : 1,
                    "least" : "0.1.0",
                    "stopped" : {
                      "host" : "admin1",
                      "time" : "2026-01-31T12:00:00Z"
                    },
                    "store" : "v2"
                  },
                  "changes" : 1,
                  "fabric" : "default",
                  "format" : 1,
                  "partitions" : {

                  }
                }

                """)
    }

    @Test(
        "What is not understood is an error, and is not written away",
        arguments: [
            (#"{"format":2}"#, "format 2 is not known, only 1"),
            (#"{"format":1,"least":"0.1.1"}"#, "only version 0.1.1\(later)"),
            (#"{"format":1,"least":"0.10"}"#, "only version 0.10\(later)"),
            (#"{"format":1,"least":"two"}"#, "only version two\(later)"),
            (#"{"format":1,"store":"v4"}"#, "'v4' is no store of etcd, only v3 and v2 are"),
            (#"{"format":1,"format":1}"#, "it cannot be read"), ("v2", "it cannot be read"),
        ])
    func strange(text: String, problem: String) async throws {
        let world = try await LedgerInEachPlace(.etcd)
        defer { world.close() }
        try await world.put(text)
        let failure = await #expect(throws: Failure.self) { _ = try await world.ledger.about() }
        #expect(failure?.cause == .malformed)
        #expect(failure?.message == "/surf-ufm-pkeyd/default/about: \(problem)")
        await #expect(throws: Failure.self) { try await world.ledger.amendAbout { $0.store = .v3 } }
        #expect(try await world.text() == text + "\n")
        // The records are read all the same.
        #expect(try await world.ledger.contents().strange.isEmpty)
    }

    @Test("In a file what is not understood makes the whole file unreadable")
    func strangeInFile() async throws {
        let world = try await LedgerInEachPlace(.file)
        try world.harness.directory.write(
            #"{"about":{"format":2},"changes":0,"fabric":"default","format":1,"partitions":{}}"#, to: "ledger.json")
        let failure = await #expect(throws: Failure.self) { _ = try await world.ledger.about() }
        #expect(failure?.message.hasSuffix("about: format 2 is not known, only 1") == true)
    }
}

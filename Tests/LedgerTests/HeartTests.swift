import EtcdGateway
import FoundationEssentials
import Glibc
import Reconciler
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Ledger

/// A board in memory, on which all may fail.
private final class MemoryBoard: HeartbeatBoard {
    struct State {
        var written: [Heartbeat] = []
        var renewals = 0
        var others: [Sighting] = []
        var failure: Failure?
        var isStanding = false
        /// Whether who looks is shown a heartbeat that is gone.
        var showsOwn = false
        var log: [String] = []
    }

    let state = Watched(State())

    private func check() throws(Failure) { if let failure = state.read(\.failure) { throw failure } }

    func write(_ heartbeat: Heartbeat) async throws(Failure) {
        try check()
        state.update {
            $0.written.append(heartbeat)
            $0.isStanding = true
        }
    }
    func renew() async throws(Failure) -> Bool {
        try check()
        return state.update {
            $0.renewals += 1
            return $0.isStanding
        }
    }
    func note(_ heartbeat: Heartbeat) async throws(Failure) { try check() }
    func remove() async throws(Failure) {
        try check()
        state.update {
            $0.isStanding = false
            $0.log.append("removed")
        }
    }
    func sightings() async throws(Failure) -> [Sighting] {
        try check()
        return state.read { state in
            let own = state.isStanding || state.showsOwn ? state.written.last : nil
            return state.others + (own.map { [Sighting(name: "own", heartbeat: $0, created: 2)] } ?? [])
        }
    }
    func lastHeard() async throws(Failure) -> Presence.Heard? { nil }
}

/// A transport on which etcd's answers to puts are lost, as for whoever is cancelled meanwhile.
private final class MutePuts: HTTPTransport {
    private let http: HTTPClient

    init(_ http: HTTPClient) { self.http = http }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let response = try await http.send(request)
        if request.url.hasSuffix("/kv/put") { throw .cancelled }
        return response
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        throw .invalidRequest("nobody watches")
    }
}

@Suite("The heart of a daemon", .timeLimit(.minutes(20)))
struct HeartTests {
    private let daemon = Heartbeat.Daemon(host: "admin1", process: 812, version: "1.0")
    private let clock = ManualClock()
    private let board = MemoryBoard()
    private let said = Watched<[Message]>([])

    private var heart: Heart<ManualClock> {
        Heart(
            of: daemon, on: board, StatusBoard(), words: { _ in "" }, clock: clock,
            say: { message in said.update { $0.append(message) } })
    }

    /// Runs the heart for some seconds of its clock.
    private func beat(for seconds: Int, _ each: (Int) -> Void = { _ in }) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let heart = heart
            group.addTask { await heart.beat() }
            for second in 0..<seconds {
                try await clock.waitForSleepers(count: 1)
                each(second)
                clock.advance(by: .seconds(1))
            }
            try await clock.waitForSleepers(count: 1)
            group.cancelAll()
        }
    }

    @Test("It writes once and then renews; what was lost is written again")
    func life() async throws {
        try await beat(for: 35) { second in
            if second == 12 { board.state.update { $0.isStanding = false } }
        }
        #expect(board.state.read(\.written.count) == 2)
        #expect(board.state.read(\.renewals) >= 2)
        let first = try #require(board.state.read(\.written.first))
        #expect(first.host == "admin1" && first.pid == 812 && first.version == "1.0" && first.state == "starting")
        #expect(!first.well && said.read(\.isEmpty))
    }

    @Test("What cannot be renewed is written again, whatever looks show")
    func endedLease() async throws {
        board.state.update { $0.showsOwn = true }
        try await beat(for: 25) { second in
            if second == 12 { board.state.update { $0.isStanding = false } }
        }
        #expect(board.state.read(\.written.count) == 2)
    }

    @Test("A board that takes nothing is told once, and that it does again")
    func refused() async throws {
        board.state.update { $0.failure = Failure(.permission, "no") }
        try await beat(for: 120) { second in
            if second == 100 { board.state.update { $0.failure = nil } }
        }
        #expect(said.read { $0.map(\.level) } == [.warning, .info])
        #expect(said.read { $0.first?.text.contains("nothing else rests on it: no") } == true)
        #expect(board.state.read(\.written.count) == 1)
    }

    @Test("Another daemon is told at error, and that it is gone")
    func another() async throws {
        let other = Heartbeat(
            of: Heartbeat.Daemon(host: "admin2", process: 7, version: "2.0"),
            Heartbeat.Summary(.running, isWell: true, ""))
        board.state.update { $0.others = [Sighting(name: "other", heartbeat: other, created: 3)] }
        try await beat(for: 60) { second in
            if second == 30 { board.state.update { $0.others = [] } }
        }
        #expect(said.read { $0.map(\.level) } == [.error, .notice])
        #expect(
            said.read {
                $0.first?.text.hasPrefix(
                    "another daemon serves this fabric and writes to the same UFM: on admin2, process 7")
            }
                == true)
    }

    @Test("At its end it says in the ledger that it stopped, and its heartbeat goes last of all")
    func end() async throws {
        let harness = try FileLedgerHarness()
        let real = Heart(
            of: daemon, on: board, StatusBoard(), words: { _ in "" }, clock: ContinuousClock(),
            say: { message in said.update { $0.append(message) } })
        await real.end(harness.open(), within: .untilHung)
        #expect(try await harness.open().about().about.stop?.host == "admin1")
        #expect(board.state.read(\.log) == ["removed"])
        // One that goes on elsewhere says no such thing.
        let other = try FileLedgerHarness()
        await real.end(nil, within: .untilHung)
        #expect(try await other.open().about() == .absent)
        #expect(board.state.read(\.log.count) == 2 && said.read(\.isEmpty))
        board.state.update { $0.failure = Failure(.permission, "no") }
        await real.end(nil, within: .untilHung)
        #expect(said.read { $0.map(\.text) } == ["that this daemon stops could not be put down: no"])
    }

    // MARK: Where it stands

    private func heartbeat(_ words: String) -> Heartbeat {
        Heartbeat(of: daemon, Heartbeat.Summary(.running, isWell: true, words))
    }

    @Test("In etcd it stands under host and process with a lease of 30 s, and goes with that at once")
    func etcd() async throws {
        let server = try await EtcdServer.start()
        let http = try HTTPClient()
        defer { http.shutdown() }
        let endpoint = try EtcdEndpoint(parsing: server.clientURL, defaultScheme: .http, defaultPort: 2379)
        let client = try EtcdClient(EtcdConfiguration(endpoints: [endpoint]), transport: http)
        let heartbeats = EtcdHeartbeats(client, fabric: "default")
        let reader = EtcdHeartbeats(client, fabric: "default")
        #expect(try await heartbeats.sightings() == [])
        #expect(try await heartbeats.lastHeard() == nil)
        #expect(try await !heartbeats.renew())
        try await heartbeats.write(heartbeat("one"))
        let first = try #require(try await reader.sightings().first)
        #expect(first.name == "/surf-ufm-pkeyd/default/alive/admin1-812" && first.heartbeat?.words == "one")
        let lease = try #require(try await client.get(Array(first.name.utf8))?.lease)
        let left = try #require(try await client.timeToLive(of: lease))
        #expect(left.granted == 30)
        #expect(try await heartbeats.renew())
        try await heartbeats.write(heartbeat("two"))
        let second = try #require(try await reader.sightings().first)
        #expect(second.heartbeat?.words == "two" && second.created == first.created)
        let noted = heartbeat("two")
        try await heartbeats.note(noted)
        #expect(try await reader.lastHeard() == Presence.Heard(host: "admin1", time: noted.time))
        // Its lease is gone, as after a long pause of the machine.
        try await client.revokeLease(lease)
        #expect(try await reader.sightings() == [])
        #expect(try await !heartbeats.renew())
        try await heartbeats.write(heartbeat("three"))
        #expect(try await reader.sightings().map { $0.heartbeat?.words } == ["three"])
        try await heartbeats.remove()
        #expect(try await reader.sightings() == [])
        #expect(try await reader.lastHeard()?.host == "admin1")
    }

    @Test("A first heartbeat whose answer is lost goes with the daemon all the same")
    func unanswered() async throws {
        let server = try await EtcdServer.start()
        let http = try HTTPClient()
        defer { http.shutdown() }
        let endpoint = try EtcdEndpoint(parsing: server.clientURL, defaultScheme: .http, defaultPort: 2379)
        let configuration = EtcdConfiguration(endpoints: [endpoint])
        let reader = EtcdHeartbeats(try EtcdClient(configuration, transport: http), fabric: "default")
        let heartbeats = EtcdHeartbeats(
            try EtcdClient(configuration, transport: MutePuts(http)), fabric: "default")
        await #expect(throws: Failure.self) { try await heartbeats.write(heartbeat("one")) }
        #expect(try await reader.sightings().map { $0.heartbeat?.words } == ["one"])
        #expect(try await !heartbeats.renew())
        try await heartbeats.remove()
        #expect(try await reader.sightings() == [])
    }

    @Test("Beside a file it is alive who keeps the lock, and the file's age says when he was heard last")
    func file() async throws {
        let harness = try FileLedgerHarness()
        let heartbeats = FileHeartbeats(besideLedger: harness.path)
        #expect(try await heartbeats.sightings() == [])
        #expect(try await heartbeats.lastHeard() == nil)
        #expect(try await !heartbeats.renew())
        let lock = try await DaemonLock(beside: harness.path)
        #expect(try await heartbeats.sightings().map(\.heartbeat) == [nil])
        try await heartbeats.write(heartbeat("one"))
        #expect(try harness.directory.read("heartbeat.json").contains(#""words":"one""#))
        #expect(try await heartbeats.sightings().map { $0.heartbeat?.words } == ["one"])
        // An hour without a word, and then one.
        var times = [timespec](repeating: timespec(tv_sec: time(nil) - 3_600, tv_nsec: 0), count: 2)
        utimensat(AT_FDCWD, harness.directory.file("heartbeat.json"), &times, 0)
        let old = try #require(try await heartbeats.lastHeard())
        #expect(try await heartbeats.renew())
        let new = try #require(try await heartbeats.lastHeard())
        #expect(old.host == "admin1" && old.time < new.time)
        // After a crash.
        lock.release()
        #expect(try await heartbeats.sightings() == [])
        #expect(try await heartbeats.lastHeard()?.host == "admin1")
        try await heartbeats.remove()
        #expect(try await heartbeats.lastHeard() == nil)
        // Ledgers of other names have files of their own.
        try await FileHeartbeats(besideLedger: harness.directory.file("east.json")).write(heartbeat("east"))
        #expect(try harness.directory.read("east.json.heartbeat.json").contains("east"))
    }

    @Test("Looking at a lock keeps nobody from it, and one that is kept is kept from others")
    func lock() async throws {
        let harness = try FileLedgerHarness()
        #expect(try DaemonLock.state(beside: harness.path) == .free)
        let lock = try await DaemonLock(beside: harness.path)
        #expect(try DaemonLock.state(beside: harness.path) == .taken(getpid()))
        let failure = await #expect(throws: Failure.self) { _ = try await DaemonLock(beside: harness.path) }
        #expect(failure?.message.contains("another daemon keeps it (process \(getpid()))") == true)
        lock.release()
        #expect(try DaemonLock.state(beside: harness.path) == .free)
    }
}

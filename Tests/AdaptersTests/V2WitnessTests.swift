import Adapters
import EtcdGateway
import EtcdV2
import KeyHistory
import Reconciler
import Synchronization
import TestSupport
import Testing
import Transport

/// Real HTTP whose lists come late, are old, or do not come.
private final class BentTransport: HTTPTransport {
    enum Bent: Equatable {
        case straight
        /// Each list takes so long.
        case slow(Duration)
        /// Each list is the first one again.
        case old
        /// Nothing comes.
        case cut
    }

    private let client: HTTPClient
    private let state = Mutex((bent: Bent.straight, first: HTTPResponse?.none, lists: [String]()))

    init() throws {
        client = try HTTPClient()
    }

    func bend(_ bent: Bent) { state.withLock { $0.bent = bent } }
    var lists: [String] { state.withLock { $0.lists } }
    func shutdown() { client.shutdown() }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let (bent, first) = state.withLock { ($0.bent, $0.first) }
        if bent == .cut { throw .connectionLost(host: request.url, reason: "cut", sent: false) }
        guard request.method == .get, request.url.contains("/v2/keys") else { return try await client.send(request) }
        state.withLock { $0.lists.append(request.url) }
        if bent == .old, let first { return first }
        let response = try await client.send(request)
        if case .slow(let duration) = bent { try? await Task.sleep(for: duration) }
        state.withLock { $0.first = $0.first ?? response }
        return response
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        if state.withLock({ $0.bent }) == .cut { throw .connectionLost(host: request.url, reason: "cut", sent: false) }
        let stream = try await client.stream(request)
        return HTTPStream(head: stream.head) { () async throws(TransportError) in
            let piece = try await stream.next()
            if self.state.withLock({ $0.bent }) == .cut {
                throw .connectionLost(host: request.url, reason: "cut", sent: false)
            }
            return piece
        }
    }
}

@Suite("What the v2 source vouches for", .timeLimit(.minutes(20)))
struct V2WitnessTests {
    private static let prefix = "/p/"

    private struct World {
        let client: EtcdV2Client
        let source: EtcdV2Source
        let transport: BentTransport
    }

    private func withWorld(_ body: (World) async throws -> Void) async throws {
        try await withEtcd(EtcdOptions(arguments: EtcdServer.v2Arguments)) { etcd in
            let transport = try BentTransport()
            defer { transport.shutdown() }
            let member = try EtcdEndpoint(parsing: etcd.clientURL, defaultScheme: .http, defaultPort: 2379)
            let client = try EtcdV2Client(EtcdConfiguration(endpoints: [member]), transport: transport)
            try await body(
                World(client: client, source: EtcdV2Source(client, prefix: Self.prefix), transport: transport))
        }
    }

    private var permit: WritePermit {
        get throws { try #require(WriteGate().permit(for: .claim)) }
    }

    /// Follows while the body runs, which is told how far it was told, and whether the watch was lost.
    private func following(
        _ world: World, _ body: (Watched<(told: KeyVersion, isLost: Bool)>) async throws -> Void
    ) async throws {
        let told = Watched<(told: KeyVersion, isLost: Bool)>((0, false))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [source = world.source] in
                try await source.follow { event in
                    switch event {
                    case .listed(let list, _): told.update { $0.told = list.revision }
                    case .changed(let point, _), .progress(let point): told.update { $0.told = point.revision }
                    case .lost: told.update { $0.isLost = true }
                    case .restored: told.update { $0.isLost = false }
                    }
                }
            }
            try await body(told)
            group.cancelAll()
        }
    }

    @Test("Each list goes through the raft log, so that no stale member answers it")
    func quorum() async throws {
        try await withWorld { world in
            _ = try await world.source.list()
            _ = try await world.source.vouch(for: ["v2:/p/0x5"])
            #expect(try await world.source.affirm(["v2:/p/0x5": .absent], for: .other, permit))
            let lists = world.transport.lists
            #expect(lists.count >= 3 && lists.allSatisfy { $0.contains("quorum=true") })
        }
    }

    @Test("A list that takes longer than 2 s vouches for nothing")
    func slow() async throws {
        try await withWorld { world in
            try await world.client.set("/p/0x5", to: "a")
            world.transport.bend(.slow(.milliseconds(2_100)))
            let failure = await #expect(throws: Failure.self) { _ = try await world.source.vouch(for: ["v2:/p/0x5"]) }
            #expect(failure?.cause == .timedOut)
        }
    }

    @Test("A list that is behind what the watch told vouches for nothing")
    func old() async throws {
        try await withWorld { world in
            let first = try await world.client.set("/p/0x5", to: "a").index
            try await following(world) { told in
                _ = await told.wait(timeout: .untilHung) { $0.told.number >= first ? true : nil }
                let second = try await world.client.set("/p/0x6", to: "b").index
                _ = await told.wait(timeout: .untilHung) { $0.told.number >= second ? true : nil }
                world.transport.bend(.old)
                let failure = await #expect(throws: Failure.self) {
                    _ = try await world.source.affirm(["v2:/p/0x6": .absent], for: .other, permit)
                }
                #expect(failure?.cause == .history)
            }
        }
    }

    @Test("What a watch told that was lost since is affirmed by nobody's memory")
    func lost() async throws {
        try await withWorld { world in
            let first = try await world.client.set("/p/0x5", to: "a").index
            try await following(world) { told in
                _ = await told.wait(timeout: .untilHung) { $0.told.number >= first ? true : nil }
                let second = try await world.client.set("/p/0x6", to: "b").index
                _ = await told.wait(timeout: .untilHung) { $0.told.number >= second ? true : nil }
                let new: [KeyName: KeyState] = ["v2:/p/0x6": KeyState(KeyVersion(second), [98])]
                #expect(try await world.source.affirm(new, for: .claim, permit))
                world.transport.bend(.cut)
                // The cut shows with the next change, or with the next list.
                _ = await told.wait(timeout: .untilHung) { $0.isLost ? true : nil }
                await #expect(throws: Failure.self) { _ = try await world.source.affirm(new, for: .claim, permit) }
            }
        }
    }
}

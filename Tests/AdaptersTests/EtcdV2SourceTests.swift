import Adapters
import EtcdGateway
import EtcdV2
import KeyHistory
import Reconciler
import Synchronization
import TestSupport
import Testing
import Transport

@Suite("The PKey directory of the v2 store as a source", .timeLimit(.minutes(20)))
struct EtcdV2SourceTests {
    private static let prefix = "/p/"

    private struct World {
        let client: EtcdV2Client
        let source: EtcdV2Source
        let transport: CuttingTransport

        func requests() -> Int { transport.requestsOfKeys }

        /// Follows the keys until the body returns, which is given how far they were told.
        func followed(_ body: (Watched<KeyVersion>) async throws -> Void) async throws {
            let told = Watched<KeyVersion>(0)
            let following = Task {
                try await source.follow { event in
                    switch event {
                    case .listed(let list, _): told.update { $0 = list.revision }
                    case .changed(let point, _), .progress(let point): told.update { $0 = point.revision }
                    case .lost, .restored: break
                    }
                }
            }
            defer { following.cancel() }
            try await body(told)
        }
    }

    private func withWorld(_ body: (World) async throws -> Void) async throws {
        try await withEtcd(EtcdOptions(arguments: EtcdServer.v2Arguments)) { etcd in
            let transport = try CuttingTransport()
            defer { transport.shutdown() }
            let member = try EtcdEndpoint(parsing: etcd.clientURL, defaultScheme: .http, defaultPort: 2379)
            let client = try EtcdV2Client(EtcdConfiguration(endpoints: [member]), transport: transport)
            try await body(
                World(
                    client: client, source: EtcdV2Source(client, prefix: Self.prefix), transport: transport))
        }
    }

    private var permit: WritePermit {
        get throws { try #require(WriteGate().permit(for: .claim)) }
    }

    @Test("Its keys bear names of their own, which no key of v3 has")
    func names() async throws {
        try await withWorld { world in
            let index = try await world.client.set("/p/0x5", to: "a").index
            let list = try await world.source.list()
            #expect(list.entries == [KeyEntry(key: "v2:/p/0x5", value: [97], revision: KeyVersion(index))])
            #expect(world.source.id.names("v2:/p/0x5") && !world.source.id.names("/p/0x5"))
            let voucher = try await world.source.vouch(for: ["v2:/p/0x5", "v2:/p/0x6"])
            #expect(voucher.states == ["v2:/p/0x5": KeyState(KeyVersion(index), [97]), "v2:/p/0x6": .absent])
        }
    }

    @Test("What the watch has told is affirmed for a claim without asking; what a list told, and all else, by a list")
    func affirmation() async throws {
        try await withWorld { world in
            let listed = try await world.client.set("/p/0x5", to: "a").index
            try await world.followed { told in
                _ = await told.wait(timeout: .untilHung) { $0.number >= listed ? true : nil }
                await world.transport.awaitWatch()
                let set = try await world.client.set("/p/0x6", to: "b").index
                _ = await told.wait(timeout: .untilHung) { $0.number >= set ? true : nil }
                let new: [KeyName: KeyState] = ["v2:/p/0x6": KeyState(KeyVersion(set), [98])]
                let old: [KeyName: KeyState] = ["v2:/p/0x5": KeyState(KeyVersion(listed), [97])]
                let before = world.requests()
                #expect(try await world.source.affirm(new, for: .claim, permit))
                #expect(world.requests() == before)
                #expect(try await world.source.affirm(old, for: .claim, permit))
                #expect(try await world.source.affirm(new, for: .other, permit))
                #expect(world.requests() >= before + 2)
                // Another value, another version, and a key that is gone.
                let other: [KeyName: KeyState] = ["v2:/p/0x6": KeyState(KeyVersion(set), [99])]
                #expect(try await !world.source.affirm(other, for: .claim, permit))
                #expect(try await !world.source.affirm(["v2:/p/0x6": .absent], for: .other, permit))
                let gone = try await world.client.delete("/p/0x6").index
                _ = await told.wait(timeout: .untilHung) { $0.number >= gone ? true : nil }
                #expect(try await !world.source.affirm(new, for: .claim, permit))
                #expect(try await world.source.affirm(["v2:/p/0x6": .absent], for: .other, permit))
            }
        }
    }

    @Test("What a watch has told is affirmed by a list once it has ended, though another has been taken up since")
    func cut() async throws {
        try await withWorld { world in
            try await world.followed { told in
                let first = try await world.client.set("/p/0x5", to: "a").index
                _ = await told.wait(timeout: .untilHung) { $0.number >= first ? true : nil }
                await world.transport.awaitWatch()
                let second = try await world.client.set("/p/0x6", to: "b").index
                _ = await told.wait(timeout: .untilHung) { $0.number >= second ? true : nil }
                let kept: [KeyName: KeyState] = ["v2:/p/0x6": KeyState(KeyVersion(second), [98])]
                var before = world.requests()
                #expect(try await world.source.affirm(kept, for: .claim, permit))
                #expect(world.requests() == before)

                try await world.transport.cutWatches()
                before = world.requests()
                #expect(try await world.source.affirm(kept, for: .claim, permit))
                #expect(world.requests() > before, "a watch that has ended was believed")

                world.transport.letWatchesThrough()
                // The next change comes after the watch has been taken up, or is caught up by it.
                let third = try await world.client.set("/p/0x7", to: "c").index
                _ = await told.wait(timeout: .untilHung) { $0.number >= third ? true : nil }
                before = world.requests()
                #expect(try await world.source.affirm(kept, for: .claim, permit))
                #expect(world.requests() > before, "what another watch had told was believed")
            }
        }
    }

    @Test("A hundred that want a deletion affirmed at once cost a few lists")
    func manyAtOnce() async throws {
        try await withWorld { world in
            try await world.client.set("/p/0x5", to: "a")
            let before = world.requests()
            let permit = try permit
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<100 {
                    group.addTask { [source = world.source] in
                        try await source.affirm([KeyName("v2:/p/0x1\(number)"): .absent], for: .other, permit)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 100 && !answers.contains(false))
            #expect(world.requests() - before <= 10)
        }
    }
}

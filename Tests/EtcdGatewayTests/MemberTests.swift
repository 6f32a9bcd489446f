import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("Several members, some of them dead", .timeLimit(.minutes(20)))
struct MemberTests {
    private func dead() throws -> EtcdEndpoint {
        EtcdEndpoint(scheme: .http, host: "127.0.0.1", port: try FreePort.find(1)[0])
    }

    @Test("A member that cannot be reached is passed over: by reads, writes, watches and followers")
    func unreachable() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        for endpoints in [[try dead(), try etcd.member], [try dead(), try etcd.member, try dead()]] {
            try await withGateway(endpoints) { client in
                let revision = try await client.put("\(prefix)a".bytes, [1])
                #expect(try await client.get("\(prefix)a".bytes)?.modRevision == revision)
            }
            try await withGateway(endpoints) { client in
                let watch = try await client.watch(.prefix(prefix.bytes), from: 1)
                #expect(watch.endpoint == (try etcd.member))
            }
            try await withGateway(endpoints) { client in
                let following = Following(client, prefix)
                try await following.reaches("list") { $0.keys.count == 1 }
                #expect(following.state.read(\.news) == [])
            }
        }
    }

    @Test("Where no member can be reached, the error names one and says why")
    func allDead() async throws {
        let endpoints = [try dead(), try dead()]
        try await withGateway(endpoints) { client in
            let error = await failure { () async throws(EtcdError) in try await client.put("/a".bytes, []) }
            #expect(error?.endpoint == endpoints[1])
            #expect(error?.isOutcomeUnknown == false && error?.isOutage == true)
            #expect(
                error?.description == "etcd at \(endpoints[1].url), put of /a: cannot connect: Connection refused")
        }
    }

    @Test("A frozen member costs a read its share of the time; a write to it has an unknown outcome")
    func frozen() async throws {
        let (alive, prefix) = (try await SharedEtcd.get(), freshPrefix())
        try await withEtcd { etcd in
            await etcd.pause()
            let endpoints = [try etcd.member, try alive.member]
            try await withGateway(endpoints, timeout: .seconds(8)) { client in
                let keyValue = try await client.get("\(prefix)a".bytes)
                #expect(keyValue == nil)
            }
            try await withGateway([try etcd.member], timeout: .seconds(1)) { client in
                let error = await failure { () async throws(EtcdError) in try await client.put("/a".bytes, []) }
                #expect(error?.isOutcomeUnknown == true)
            }
            await etcd.resume()
        }
    }

    @Test("A member that takes the request for a watch and is silent is left after the limit")
    func silent() async throws {
        let silence = try SilentServer()
        try await withGateway([EtcdEndpoint(scheme: .http, host: "127.0.0.1", port: silence.port)]) { client in
            let start = ContinuousClock.now
            let error = await failure { () async throws(EtcdError) in
                try await client.watch(.prefix("/a/".bytes), from: 1)
            }
            #expect(error?.kind == .watchSilent)
            #expect(error?.isOutage == true)
            let waited = start.duration(to: .now)
            #expect(waited >= EtcdClient.watchCreationLimit && waited < EtcdClient.watchCreationLimit * 3)

            let impatient = Task {
                await failure { () async throws(EtcdError) in
                    try await client.watch(.prefix("/a/".bytes), from: 1)
                }
            }
            impatient.cancel()
            #expect(await impatient.value?.kind == .cancelled)
        }
    }
}

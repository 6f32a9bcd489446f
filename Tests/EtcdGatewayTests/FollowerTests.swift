import TestSupport
import Testing

@testable import EtcdGateway

@Suite("Following a prefix on a real etcd through its accidents", .timeLimit(.minutes(20)))
struct FollowerTests {
    private static let prefix = "/f/"

    private func key(_ number: Int) -> [UInt8] { "\(Self.prefix)\(1_000 + number)".bytes }

    /// What etcd itself holds.
    private func truth(_ client: EtcdClient) async throws -> [[UInt8]: [UInt8]] {
        let listing = try await client.list(.prefix(Self.prefix.bytes))
        return Dictionary(uniqueKeysWithValues: listing.keyValues.map { ($0.key, $0.value) })
    }

    @Test("It tells the list first, then each change once and in order")
    func ordinaryLife() async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member]) { client in
                try await client.put(key(0), [0])
                let following = Following(client, Self.prefix)
                try await following.reaches("list") { $0.lists == [.start] && $0.keys.count == 1 }
                var revisions: [Int64] = []
                for number in 1...50 { revisions.append(try await client.put(key(number), [UInt8(number)])) }
                try await client.delete(.single(key(7)))
                let expected = try await truth(client)
                try await following.reaches("all changes") { $0.keys == expected }
                let state = following.state.read { $0 }
                #expect(Array(state.revisions.prefix(50)) == revisions)
                #expect(state.lists == [.start] && state.news.isEmpty)
                await following.stop()
                #expect(following.state.read(\.failure) == nil)
            }
        }
    }

    @Test("A restart is bridged: every change once and in order, one loss, one return", arguments: [true, false])
    func restart(isOrderly: Bool) async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member]) { client in
                let following = Following(client, Self.prefix)
                try await following.reaches("list") { $0.lists == [.start] }
                var revisions: [Int64] = []
                for round in 0..<2 {
                    for number in 0..<20 { revisions.append(try await client.put(key(number), [UInt8(round)])) }
                    let told = revisions
                    try await following.reaches("changes of round \(round)") { $0.revisions == told }
                    if isOrderly { try await etcd.stop() } else { try await etcd.kill() }
                    try await following.reaches("loss \(round)") { $0.news.count == 2 * round + 1 }
                    try await etcd.restart()
                    try await following.reaches("return \(round)") { $0.news.count == 2 * round + 2 }
                }
                let last = try await client.put(key(99), [])
                try await following.reaches("last change") { $0.revisions.last == last }
                let state = following.state.read { $0 }
                #expect(state.revisions == revisions + [last])
                #expect(state.news == ["lost", "restored", "lost", "restored"])
                #expect(state.lists == [.start])
                #expect(state.errors.allSatisfy { $0.isOutage })
            }
        }
    }

    @Test("Changes that are made between a kill and the resumption are told once and in order")
    func writesDuringResumption() async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member]) { client in
                let following = Following(client, Self.prefix)
                try await following.reaches("list") { $0.lists == [.start] }
                var revisions = [try await client.put(key(0), [0])]
                try await etcd.kill()
                try await etcd.restart()
                // etcdctl is likely to be here before the follower's next try.
                for number in 1...5 {
                    try await etcd.etcdctl("put", "\(Self.prefix)\(1_000 + number)", "x")
                    revisions.append(try #require(try await client.get(key(number))?.modRevision))
                }
                let expected = revisions
                try await following.reaches("all changes") { $0.revisions == expected }
                #expect(following.state.read(\.lists) == [.start])
            }
        }
    }

    @Test("A compaction behind its back makes it list again, and its state is etcd's")
    func compaction() async throws {
        try await withEtcd { etcd in
            try await withGateway([try etcd.member]) { client in
                let relay = SeverableTransport()
                defer { relay.shutdown() }
                let severable = try EtcdClient(client.configuration, transport: relay)
                for number in 0..<5 { try await client.put(key(number), [1]) }
                let following = Following(severable, Self.prefix)
                try await following.reaches("list") { $0.keys.count == 5 }
                relay.sever()
                try await following.reaches("loss") { $0.news == ["lost"] }
                var last: Int64 = 0
                for number in 3..<9 { last = try await client.put(key(number), [2]) }
                try await client.delete(.single(key(0)))
                try await etcd.etcdctl("compaction", "\(last)")
                relay.mend()
                let expected = try await truth(client)
                try await following.reaches("second list") { $0.keys == expected && $0.lists == [.start, .compacted] }
                let next = try await client.put(key(20), [3])
                try await following.reaches("next change") { $0.revisions.last == next }
                let truth = try await truth(client)
                #expect(following.state.read(\.keys) == truth)
            }
        }
    }

    @Test(
        "A store that lost its data is noticed though its cluster id is the same, and is listed",
        arguments: [nil, "pw"])
    func wiped(password: String?) async throws {
        // Without a login the calls of root would need one: the data of a store that authenticates is not read openly.
        try await withEtcd(EtcdOptions(rootPassword: password)) { etcd in
            let login = password.map { EtcdConfiguration.Login(user: "root", password: $0) }
            try await withGateway([try etcd.member], login: login) { client in
                for number in 0..<30 { try await client.put(key(number), [1]) }
                let cluster = try await client.list(.prefix(Self.prefix.bytes)).header.clusterID
                let following = Following(client, Self.prefix)
                try await following.reaches("list") { $0.keys.count == 30 }
                try await etcd.wipeAndRestart()
                try await following.reaches("list of the empty store") {
                    $0.keys.isEmpty && $0.lists == [.start, .revisionWentBack]
                }
                let again = try await client.list(.prefix(Self.prefix.bytes)).header.clusterID
                #expect(again == cluster)
                let revision = try await client.put(key(1), [2])
                try await following.reaches("change in the new store") { $0.revisions.last == revision }
                let state = following.state.read { $0 }
                #expect(state.keys == [key(1): [2]])
                #expect(state.news == [] || state.news == ["lost", "restored"])
            }
        }
    }

    @Test("What waiting does not mend ends it before the first list")
    func hopeless() async throws {
        try await withEtcd(EtcdOptions(rootPassword: "right")) { etcd in
            let login = EtcdConfiguration.Login(user: "root", password: "wrong")
            try await withGateway([try etcd.member], login: login) { client in
                let following = Following(client, Self.prefix)
                try await following.reaches("end") { $0.failure != nil }
                #expect(following.state.read(\.failure)?.kind == .refusedCredentials)
            }
        }
    }

    @Test("It waits for an etcd that is not there yet")
    func lateServer() async throws {
        let etcd = try await EtcdServer.start()
        try await etcd.stop()
        try await withGateway([try etcd.member]) { client in
            let following = Following(client, Self.prefix)
            try await following.reaches("loss") { $0.news == ["lost"] }
            #expect(following.state.read(\.errors).first?.endpoint == (try etcd.member))
            try await etcd.restart()
            try await following.reaches("list") { $0.lists == [.start] && $0.news == ["lost", "restored"] }
        }
        try await etcd.kill()
    }
}

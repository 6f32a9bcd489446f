import KeyHistory
import TestSupport
import Testing
import Transport

@testable import EtcdGateway

/// Traps of etcd's gateway that no other suite sets off, each on a real etcd.
///
/// The others, by what they are about: the shapes of errors (`WireErrorTests`, `AuthenticationTests`); enum strings
/// (`TransactionAndLeaseTests`); watches that are not answered (`MemberTests`); where a watch begins
/// (`FollowerPositionTests`); wiped stores (`FollowerTests`); tokens per member (`TokenStoreTests`, `ClusterTests`);
/// certificates with a common name (`EtcdTLSTests`); writes of unknown outcome (`MemberTests`, `WireErrorTests`);
/// white space and 64-bit ids (`WireTests`).
@Suite("Traps of the gateway", .timeLimit(.minutes(20)))
struct GatewayTrapTests {
    @Test("A watch is one create message in a body of fixed length, over HTTP/1.1, and asks for fragments")
    func oneCreatePerRequest() async throws {
        let (etcd, prefix) = (try await SharedEtcd.get(), freshPrefix())
        let transport = try ObservedTransport()
        defer { transport.shutdown() }
        let client = try EtcdClient(EtcdConfiguration(endpoints: [try etcd.member]), transport: transport)
        _ = try await client.watch(.prefix(prefix.bytes), from: 1)
        _ = try await client.watch(.prefix(prefix.bytes), from: 2)
        #expect(transport.streamRequests.count == 2)
        for request in transport.streamRequests {
            let body = String(decoding: try #require(request.body), as: UTF8.self)
            #expect(body.count { $0 == "{" } == 2 && body.contains("\"create_request\":{"))
            #expect(body.contains("\"fragment\":true") && body.contains("\"progress_notify\":true"))
        }
    }

    @Test("A long history comes in pieces of a few megabytes, and never as one line")
    func fragments() async throws {
        try await withEtcd { etcd in
            let transport = try ObservedTransport()
            defer { transport.shutdown() }
            let client = try EtcdClient(EtcdConfiguration(endpoints: [try etcd.member]), transport: transport)
            let value = [UInt8](repeating: 7, count: 400_000)
            var last: Int64 = 0
            for number in 0..<40 { last = try await client.put("/big/\(number)".bytes, value) }
            var updates = try await client.watch(.prefix("/big/".bytes), from: 1).makeAsyncIterator()
            let told = try await updates.revisions(40)
            #expect(told.last?.revision == last)
            #expect(told.allSatisfy { $0.changes.first?.value == value })
            // 16 MB of values are 21 MB of base64.
            #expect(transport.fragments > 3)
            #expect(transport.longestLine < 4_000_000)
        }
    }

    @Test("A watch that etcd cancels is closed by the client: etcd would leave it open")
    func canceledWatchIsClosed() async throws {
        try await withEtcd { etcd in
            func streams() async throws -> String? {
                try await CommandRunner.succeed(Command("curl", ["-s", "\(etcd.clientURL)/metrics"])).output
                    .split(separator: "\n").first { $0.hasPrefix("etcd_debugging_mvcc_watch_stream_total ") }
                    .map { String($0.split(separator: " ")[1]) }
            }
            try await withGateway([try etcd.member]) { client in
                for number in 1...9 { try await client.put("/c/\(number)".bytes, []) }
                try await etcd.etcdctl("compaction", "8")
                for _ in 0..<5 {
                    let error = await failure { () async throws(EtcdError) in
                        var updates = try await client.watch(.prefix("/c/".bytes), from: 3).makeAsyncIterator()
                        while try await updates.next() != nil {}
                    }
                    #expect(error?.kind == .compacted(before: 8))
                }
                let watch = try await client.watch(.prefix("/c/".bytes), from: 9)
                try await eventually("end of the cancelled streams") { try await streams() == "1" }
                _ = watch
            }
        }
    }

    @Test("A member without a leader is left: calls fail at once, a watch within seconds, and both go on afterwards")
    func leaderless() async throws {
        try await withEtcdCluster { cluster in
            let survivor = try cluster.members[0].member
            try await withGateway([survivor]) { client in
                try await client.put("/l/a".bytes, [1])
                let following = Following(client, "/l/")
                try await following.reaches("list") { $0.keys.count == 1 }
                try await cluster.kill(1)
                try await cluster.kill(2)
                try await following.reaches("loss") { $0.news == ["lost"] }
                #expect(following.state.read(\.errors).first?.kind == .noLeader)

                let start = ContinuousClock.now
                let error = await failure { () async throws(EtcdError) in try await client.put("/l/b".bytes, [2]) }
                #expect(error?.kind == .noLeader)
                // Refused before it was proposed: safe to send again, and long before etcd's own 7 s.
                #expect(error?.isOutcomeUnknown == false)
                #expect(start.duration(to: .now) < .seconds(3))

                try await cluster.restart(1)
                try await following.reaches("return") { $0.news == ["lost", "restored"] }
                try await eventually("put with a leader") {
                    try await client.put("/l/b".bytes, [2]) > 0
                }
                try await following.reaches("change") { $0.keys["/l/b".bytes] == [2] }
                #expect(following.state.read(\.lists) == [.start])
            }
        }
    }

    @Test("A gateway that is full of streams is passed over: etcd 3.5.1 with TLS answers nothing beyond 250")
    func fullGateway() async throws {
        let authority = try await CertificateAuthority()
        let options = EtcdOptions(tls: .init(authority: authority, server: try await authority.server()))
        let tls = TLSSettings(verification: .authority(caFile: authority.certificate))
        try await withEtcd(options) { full in
            try await withEtcd(options) { other in
                try await withGateway([try full.member], tls: tls) { crowd in
                    var watches: [EtcdWatch] = []
                    // A few at a time: all at once would only show how long so many handshakes take.
                    while watches.count < 260 {
                        let more = await Self.watches(13, through: crowd)
                        watches += more
                        if more.count < 13 { break }
                    }
                    #expect(watches.count >= 240)
                    try await withGateway([try full.member, try other.member], tls: tls, timeout: .seconds(6)) {
                        client in
                        let start = ContinuousClock.now
                        #expect(try await client.get("/a".bytes) == nil)
                        #expect(start.duration(to: .now) < .seconds(6))
                        // The daemon's own life: one list, one watch.
                        let following = Following(client, "/f/")
                        try await following.reaches("list") { $0.lists == [.start] }
                        await following.stop()
                    }
                }
            }
        }
    }

    /// As many of so many watches as the server opens.
    private static func watches(_ count: Int, through client: EtcdClient) async -> [EtcdWatch] {
        await withTaskGroup(of: EtcdWatch?.self) { group in
            for _ in 0..<count { group.addTask { try? await client.watch(.prefix([1]), from: 1) } }
            return await group.reduce(into: []) { watches, watch in
                if let watch { watches.append(watch) }
            }
        }
    }

    @Test("Lists in pages do not starve the watches that share the gateway's connection")
    func noStarvation() async throws {
        let authority = try await CertificateAuthority()
        let options = EtcdOptions(tls: .init(authority: authority, server: try await authority.server()))
        let tls = TLSSettings(verification: .authority(caFile: authority.certificate))
        try await withEtcd(options) { etcd in
            try await withGateway([try etcd.member], tls: tls) { client in
                let value = [UInt8](repeating: 1, count: 2_000)
                for block in 0..<40 {
                    let puts = (0..<100).map {
                        TransactionChange.put(key: "/s/\(block)-\($0)".bytes, value: value)
                    }
                    #expect(try await client.transaction(if: [], then: puts, operation: "fill"))
                }
                let watch = try await client.watch(.prefix("/w/".bytes), from: 1)
                let longest = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            var lists = 0
                            while !Task.isCancelled {
                                _ = try? await client.list(.prefix("/s/".bytes))
                                lists += 1
                            }
                            return lists
                        }
                    }
                    var updates = watch.makeAsyncIterator()
                    var longest = Duration.zero
                    for number in 0..<40 {
                        let start = ContinuousClock.now
                        let revision = try await client.put("/w/a".bytes, [UInt8(number)])
                        let told = try await updates.revisions(1)
                        #expect(told.first?.revision == revision)
                        longest = max(longest, start.duration(to: .now))
                    }
                    group.cancelAll()
                    return longest
                }
                // Whole lists, unpaged, kept events back for more than 10 s.
                #expect(longest < .seconds(5))
            }
        }
    }

    @Test("A server certificate named after a user lends nobody that user's rights")
    func certificateOfServerIsNoLogin() async throws {
        let authority = try await CertificateAuthority()
        let tls = EtcdOptions.TLS(
            authority: authority, server: try await authority.server(commonName: "root"),
            client: try await authority.client(commonName: nil))
        try await withEtcd(EtcdOptions(rootPassword: "pw", tls: tls)) { etcd in
            let settings = TLSSettings(
                verification: .authority(caFile: authority.certificate), certificateFile: tls.client?.certificate,
                keyFile: tls.client?.key)
            try await withGateway([try etcd.member], tls: settings) { client in
                let error = await failure { () async throws(EtcdError) in try await client.get("/a".bytes) }
                #expect(error?.kind == .credentialsMissing)
            }
        }
    }
}

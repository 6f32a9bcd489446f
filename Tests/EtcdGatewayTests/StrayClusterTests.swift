import KeyHistory
import Synchronization
import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("An endpoint of another cluster", .timeLimit(.minutes(20)))
struct StrayClusterTests {
    private func client(
        _ endpoints: [EtcdEndpoint], _ transport: any HTTPTransport, login: EtcdConfiguration.Login? = nil,
        cluster: ClusterChoice = .elected
    ) throws -> EtcdClient {
        var configuration = EtcdConfiguration(endpoints: endpoints, login: login, timeout: .seconds(10))
        configuration.cluster = cluster
        return try EtcdClient(configuration, transport: transport)
    }

    @Test(
        "A stray one first in the list is outvoted: nothing of it is read, watched or written", arguments: [nil, "pw"])
    func outvoted(password: String?) async throws {
        let login = password.map { EtcdConfiguration.Login(user: "root", password: $0) }
        try await withEtcdCluster(EtcdOptions(rootPassword: password)) { cluster in
            try await withEtcd(EtcdOptions(rootPassword: password)) { stray in
                let transport = try HTTPClient()
                defer { transport.shutdown() }
                try await stray.etcdctl("put", "/s/stray", "1")
                let ours = try cluster.members.map { try $0.member }
                let client = try client([try stray.member] + ours[..<2], transport, login: login)
                try await client.put("/s/a".bytes, [1])
                let list = try await client.list(.prefix("/s/".bytes))
                #expect(list.keyValues.map(\.key) == ["/s/a".bytes])
                #expect(client.cluster == list.header.clusterID)
                #expect(try await client.watch(.prefix("/s/".bytes), from: 1).endpoint != stray.member)

                let following = Following(client, "/s/")
                try await following.reaches("list") { $0.keys.count == 1 }
                for member in 0..<3 { try await cluster.kill(member) }
                try await following.reaches("loss") { $0.news == ["lost"] }
                let error = await failure { () async throws(EtcdError) in try await client.put("/s/b".bytes, [2]) }
                #expect(error?.beside.contains { $0.contains("answers, and not") } == true, "\(error.debugDescription)")
                for member in 0..<2 { Task { try await cluster.restart(member) } }
                try await following.reaches("return") { $0.news.last == "restored" }
                #expect(following.state.read(\.keys) == ["/s/a".bytes: [1]])
                let alone = try EtcdClient(
                    EtcdConfiguration(endpoints: [try stray.member], login: login), transport: transport)
                let written = try await alone.list(.prefix("/s/".bytes)).keyValues.map(\.key)
                #expect(written == ["/s/stray".bytes])
            }
        }
    }

    @Test("An etcd that refuses everything is told in its own words, and not as one that names no cluster")
    func refused() async throws {
        let refusal = Result<HTTPResponse, TransportError>.answer(
            #"{"code":7,"message":"etcdserver: permission denied"}"#, status: 403)
        let client = try client(
            [EtcdEndpoint(scheme: .http, host: "one", port: 1)],
            ScriptedAnswers([refusal, refusal, refusal]))
        let error = await failure { () async throws(EtcdError) in try await client.get([1]) }
        #expect(error?.kind == .permissionDenied)
        #expect(error?.message == "etcdserver: permission denied")
    }

    @Test(
        "Where no cluster has most endpoints nothing is done, and the error names each; the one that is named is followed"
    )
    func split() async throws {
        try await withEtcd { one in
            try await withEtcd { other in
                let transport = try HTTPClient()
                defer { transport.shutdown() }
                let endpoints = [try one.member, try other.member]
                let undecided = try client(endpoints, transport)
                let error = await failure { () async throws(EtcdError) in
                    try await undecided.list(.prefix("/".bytes))
                }
                #expect(error?.kind == .otherCluster)
                for endpoint in endpoints { #expect(error?.message.contains("\(endpoint.url) is of 0x") == true) }
                #expect(error?.message.contains("--etcd-cluster-id") == true)

                let id = try await client([endpoints[1]], transport).list(.prefix("/".bytes)).header.clusterID
                let decided = try client(endpoints, transport, cluster: .pinned(id))
                try await decided.put("/x".bytes, [1])
                let found = (try await one.etcdctl("get", "/x"), try await other.etcdctl("get", "/x"))
                #expect(found.0 == "" && found.1 != "")
            }
        }
    }
}

import Fabric
import Synchronization
import Testing
import Transport
import UFMClient
import UFMModel

/// Two UFM hosts of which one is the master: a model behind each name, and an answer for the one that is not at work.
final class Cluster: HTTPTransport {
    /// What a host without UFM does.
    enum Standby: CaseIterable, Sendable {
        case refuse, badGateway, unavailable, gatewayTimeout, failurePage, notFoundPage, loginPage, redirect, timeout,
            cut
        /// Sent, and lost.
        case silent

        /// Whether it looks like a UFM that refuses our password.
        var isLogin: Bool { self == .loginPage || self == .redirect }
    }

    private struct Contents {
        var master: String
        var lines: [String] = []
    }

    private let contents: Mutex<Contents>
    private let standby: Standby
    let transport: ModelTransport

    init(master: String, standby: Standby, transport: ModelTransport) {
        contents = Mutex(Contents(master: master))
        self.standby = standby
        self.transport = transport
    }

    var lines: [String] { contents.withLock { $0.lines } }
    func clearLines() { contents.withLock { $0.lines = [] } }
    func failOver(to host: String) { contents.withLock { $0.master = host } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let host = String(request.url.dropFirst("https://".count).prefix { $0 != "/" })
        let isMaster = contents.withLock { contents in
            contents.lines.append("\(request.method.rawValue) \(host)")
            return contents.master == host
        }
        guard !isMaster else { return try await transport.send(request) }
        switch standby {
        case .refuse: throw .cannotConnect(host: host, reason: "Connection refused")
        case .badGateway: return page(502)
        case .unavailable: return page(503)
        case .gatewayTimeout: return page(504)
        case .failurePage: return page(500)
        case .notFoundPage: return page(404)
        case .loginPage: return page(200)
        case .redirect: return page(302)
        case .timeout: throw .timedOut(host: host, after: .seconds(5), sent: false)
        case .silent: throw .timedOut(host: host, after: .seconds(30), sent: true)
        case .cut: throw .connectionLost(host: host, reason: "closed", sent: true)
        }
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        throw .invalidRequest("UFM streams nothing")
    }

    private func page(_ status: Int) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: [HTTPHeader("Content-Type", "text/html")],
            body: Array("<html>login standby</html>".utf8)
        )
    }
}

@Suite("Several hosts, one of them at work")
struct SeveralHostsTests {
    private let step = Step.add([Bench.member(1), Bench.member(2)])

    private func site(
        master: String, standby: Cluster.Standby, hosts: [String] = ["ufm1", "ufm2"]
    ) throws -> (Bench, Cluster, UFMClient) {
        let bench = try Bench()
        let cluster = Cluster(master: master, standby: standby, transport: bench.transport)
        return (
            bench, cluster,
            UFMClient(
                configuration: UFMConfiguration(
                    hosts: hosts, credentials: .basic(user: "admin", password: Bench.password)), transport: cluster)
        )
    }

    @Test(
        "Question 19: a write goes to the host that answers as UFM and never to a standby",
        arguments: Cluster.Standby.allCases)
    func standby(standby: Cluster.Standby) async throws {
        for master in ["ufm1", "ufm2"] {
            let (bench, cluster, client) = try site(master: master, standby: standby)
            try await step.perform(client, bench.key, from: bench.actual)
            #expect(bench.members.count == 2)
            let writes = cluster.lines.filter { !$0.hasPrefix("GET") }
            #expect(writes == ["POST \(master)"])
            // What one copy has found out holds for all: no more questions.
            cluster.clearLines()
            let copy = client
            try await Step.delete.perform(copy, bench.key, from: bench.actual)
            #expect(cluster.lines == ["DELETE \(master)"])
        }
    }

    @Test(
        "Question 19: after a failover the new master is found, and no write goes to two hosts",
        arguments: Cluster.Standby.allCases)
    func failover(standby: Cluster.Standby) async throws {
        for isWrite in [true, false] {
            let (bench, cluster, client) = try site(master: "ufm1", standby: standby)
            _ = try await client.version()
            cluster.failOver(to: "ufm2")
            var calls = 0
            while calls < 3 {
                calls += 1
                cluster.clearLines()
                do throws(UFMError) {
                    if isWrite {
                        try await step.perform(client, bench.key, from: bench.actual)
                    } else {
                        _ = try await client.snapshot()
                    }
                    break
                } catch {
                    #expect(standby.isLogin ? error.isRefusedCredentials : error.isOutage)
                    #expect(Set(cluster.lines.filter { !$0.hasPrefix("GET") }).count <= 1)
                }
            }
            // A write that never left, and a read, get there within the same call.
            let isSafe = !isWrite && standby != .silent && !standby.isLogin || [.refuse, .timeout].contains(standby)
            #expect(calls == (isSafe ? 1 : 2))
            let writes = Set(cluster.lines.filter { !$0.hasPrefix("GET") })
            #expect(writes.isSubset(of: isSafe ? ["POST ufm1", "POST ufm2"] : ["POST ufm2"]))
            #expect(!isWrite || bench.members.count == 2)
        }
    }

    @Test("One host is asked nothing but what is wanted")
    func oneHost() async throws {
        let (bench, cluster, client) = try site(master: "ufm1", standby: .refuse, hosts: ["ufm1"])
        try await step.perform(client, bench.key, from: bench.actual)
        #expect(cluster.lines == ["POST ufm1"])
    }

    @Test("When no host is at work the error is an outage, and a wrong password is one's own fault all the same")
    func nobody() async throws {
        for standby in Cluster.Standby.allCases where !standby.isLogin {
            let (bench, cluster, client) = try site(master: "none", standby: standby)
            let error = await #expect(throws: UFMError.self) {
                try await step.perform(client, bench.key, from: bench.actual)
            }
            #expect(error?.isOutage == true && error?.outcome == .notApplied)
            #expect(cluster.lines.allSatisfy { $0.hasPrefix("GET") })
            let other = try site(master: "ufm2", standby: standby)
            var wrong = other.2
            wrong.configuration.credentials = .basic(user: "admin", password: "wrong")
            let refusal = await #expect(throws: UFMError.self) {
                try await step.perform(wrong, bench.key, from: bench.actual)
            }
            #expect(refusal?.isRefusedCredentials == true)
            #expect(other.1.lines.allSatisfy { $0.hasPrefix("GET") })
        }
    }
}

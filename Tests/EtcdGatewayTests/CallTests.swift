import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("Calls, their repetition, and lists that cannot be completed", .timeLimit(.minutes(20)))
struct CallTests {
    private static let endpoints = [1, 2, 3].map { EtcdEndpoint(scheme: .http, host: "m\($0)", port: 1) }
    private static let firstPage = Result<HTTPResponse, TransportError>.answer(
        #"{"header":{"cluster_id":"7","revision":"9"},"kvs":[{"key":"YQ==","mod_revision":"3"}],"more":true,"count":"2"}"#
    )
    private static let compacted = Result<HTTPResponse, TransportError>.answer(
        #"{"error":"x","code":11,"message":"etcdserver: mvcc: required revision has been compacted"}"#, status: 400)

    private func client(
        _ answers: ScriptedAnswers, login: EtcdConfiguration.Login? = nil
    ) throws(EtcdError) -> EtcdClient {
        var configuration = EtcdConfiguration(endpoints: Self.endpoints, login: login)
        // However busy the machine is, nobody else is asked but for what is answered.
        configuration.patience = .seconds(600)
        return try EtcdClient(configuration, transport: answers)
    }

    private func lost(sent: Bool) -> Result<HTTPResponse, TransportError> {
        .failure(.connectionLost(host: "m", reason: "cut", sent: sent))
    }

    @Test("A write goes to the next member only if the last one certainly did nothing")
    func writes() async throws {
        let known = Result<HTTPResponse, TransportError>.answer("{\"header\":{}}")
        let sent = ScriptedAnswers([known, lost(sent: true), .answer("{\"header\":{}}")])
        let error = await failure { () async throws(EtcdError) in try await client(sent).put([1], [2]) }
        #expect(error?.isOutcomeUnknown == true)
        // To none that has not shown itself to be etcd.
        #expect(sent.requests.map(\.url) == ["http://m1:1/v3/kv/range", "http://m1:1/v3/kv/put"])

        let noLeader = Result<HTTPResponse, TransportError>.answer(
            #"{"code":14,"message":"etcdserver: no leader"}"#, status: 503)
        let unsent = ScriptedAnswers([
            known, lost(sent: false), known, noLeader, known, .answer(#"{"header":{"revision":"5"}}"#),
        ])
        #expect(try await client(unsent).put([1], [2]) == 5)
        #expect(
            unsent.requests.map(\.url)
                == ["m1", "m2", "m3"].flatMap { ["http://\($0):1/v3/kv/range", "http://\($0):1/v3/kv/put"] })
    }

    @Test("A read goes on to the next member after any outage, and the one that answered is asked first from then on")
    func reads() async throws {
        let answer = Result<HTTPResponse, TransportError>.answer(#"{"header":{"revision":"5"}}"#)
        let answers = ScriptedAnswers([lost(sent: true), answer, answer])
        let client = try client(answers)
        #expect(try await client.get([1]) == nil)
        #expect(try await client.get([1]) == nil)
        #expect(answers.requests.map(\.url) == ["m1", "m2", "m2"].map { "http://\($0):1/v3/kv/range" })
    }

    @Test("Every request refuses a member without a leader, and a token is sent as it is")
    func headers() async throws {
        let answers = ScriptedAnswers([.answer(#"{"token":"abc.1"}"#), .answer(#"{"header":{}}"#)])
        _ = try await client(answers, login: .init(user: "u", password: "p")).get([1])
        #expect(answers.paths == ["auth/authenticate", "kv/range"])
        for request in answers.requests {
            #expect(request.headers.first { $0.name == "Grpc-Metadata-hasleader" }?.value == "true")
            #expect(request.method == .post)
        }
        #expect(answers.requests[0].headers.allSatisfy { $0.name != "Authorization" })
        #expect(answers.requests[1].headers.first { $0.name == "Authorization" }?.value == "abc.1")
    }

    @Test("A token that is refused is renewed once per request, and never in a loop")
    func renewal() async throws {
        let refused = Result<HTTPResponse, TransportError>.answer(
            #"{"code":16,"message":"etcdserver: invalid auth token"}"#, status: 401)
        let token = Result<HTTPResponse, TransportError>.answer(#"{"token":"t"}"#)
        let answers = ScriptedAnswers([token, refused, token, refused, token, refused])
        let client = try client(answers, login: .init(user: "u", password: "p"))
        let error = await failure { () async throws(EtcdError) in try await client.get([1]) }
        #expect(error?.kind == .staleToken)
        #expect(answers.paths == ["auth/authenticate", "kv/range", "auth/authenticate", "kv/range"])
    }

    @Test(
        "A list that cannot be completed is an error and never a shorter list",
        arguments: [
            (#"{"header":{"cluster_id":"8","revision":"9"},"kvs":[]}"#, 200, EtcdError.Kind.malformedAnswer),
            (#"{"header":{"cluster_id":"7","revision":"9"},"more":true}"#, 200, .malformedAnswer),
            (#"{"code":7,"message":"etcdserver: permission denied"}"#, 403, .permissionDenied),
            ("<html></html>", 200, .malformedAnswer), ("", 200, .malformedAnswer),
        ])
    func brokenLists(body: String, status: Int, kind: EtcdError.Kind) async throws {
        let answers = ScriptedAnswers([Self.firstPage, .answer(body, status: status)])
        // Where there is no other endpoint that may do better.
        let client = try EtcdClient(EtcdConfiguration(endpoints: [Self.endpoints[0]]), transport: answers)
        let error = await failure { () async throws(EtcdError) in try await client.list(.prefix([1])) }
        #expect(error?.kind == kind)
        #expect(answers.requests.count == 2)
    }

    @Test("A compaction between the pages of a follower's first list makes it list again")
    func compactedWhileListing() async throws {
        let page = Result<HTTPResponse, TransportError>.answer(#"{"header":{"cluster_id":"7","revision":"12"}}"#)
        let following = Following(try client(ScriptedAnswers([Self.firstPage, Self.compacted, page])), "/a/")
        try await following.reaches("list") { $0.lists == [.compacted] }
        await following.stop()
        #expect(following.state.read(\.failure) == nil)
    }

    @Test("A client without an endpoint is refused")
    func noEndpoint() {
        let error = #expect(throws: EtcdError.self) {
            try EtcdClient(EtcdConfiguration(endpoints: []), transport: ScriptedAnswers([]))
        }
        #expect(error?.kind == .usage)
    }
}

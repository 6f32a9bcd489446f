import Synchronization
import TestSupport
import Testing

@testable import EtcdGateway
@testable import Transport

@Suite("Logins that are refused, and refusals without a word", .timeLimit(.minutes(20)))
struct LoginTests {
    private static let endpoints = [1, 2, 3].map { EtcdEndpoint(scheme: .http, host: "m\($0).example", port: 1) }
    private static let login = EtcdConfiguration.Login(user: "u", password: "p")
    private static let refused = Result<HTTPResponse, TransportError>.answer(
        #"{"error":"etcdserver: authentication failed, invalid user ID or password","code":3}"#, status: 400)
    private static let nothing = Result<HTTPResponse, TransportError>.failure(
        .connectionLost(host: "m", reason: TransportError.emptyReply, sent: true))

    @Test("With a wrong password no more than one login per second is sent in all, whatever the load")
    func wrongPassword() async throws {
        let logins = Mutex<[ContinuousClock.Instant]>([])
        let answer: RoutedTransport.Answer = { request in
            guard request.url.hasSuffix("/auth/authenticate") else { return .answer("{}", status: 500) }
            logins.withLock { $0.append(.now) }
            return Self.refused
        }
        let transport = try RoutedTransport(
            Dictionary(uniqueKeysWithValues: Self.endpoints.map { ("\($0.host):1", answer) }))
        defer { transport.shutdown() }
        let client = try EtcdClient(
            EtcdConfiguration(endpoints: Self.endpoints, login: Self.login), transport: transport)
        let start = ContinuousClock.now
        let kinds = await withTaskGroup(of: EtcdError.Kind?.self) { group in
            for _ in 0..<200 {
                group.addTask { await failure { () async throws(EtcdError) in try await client.get([1]) }?.kind }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let (count, lasted) = (logins.withLock { $0.count }, start.duration(to: .now))
        print("wrong password, 200 reads at once, 3 endpoints: \(count) logins in \(lasted)")
        #expect(kinds.allSatisfy { $0 == .refusedCredentials })
        #expect(count <= Int(lasted / .seconds(1)) + 1)
    }

    @Test("An answer without a byte is taken for a refused token: one login more, and the member is kept")
    func emptyReply() async throws {
        let tokens = Mutex(0)
        let answer: RoutedTransport.Answer = { request in
            if request.url.hasSuffix("/auth/authenticate") {
                let number = tokens.withLock { tokens in
                    tokens += 1
                    return tokens
                }
                return .answer(#"{"header":{"cluster_id":"7"},"token":"t\#(number)"}"#)
            }
            let isGood = request.headers.contains { $0.name == "Authorization" && $0.value == "t2" }
            return isGood ? .answer(RefusedWatchTests.list) : Self.nothing
        }
        let transport = try RoutedTransport(["m1.example:1": answer, "m2.example:1": { _ in Self.nothing }])
        defer { transport.shutdown() }
        var configuration = EtcdConfiguration(endpoints: Array(Self.endpoints[..<2]), login: Self.login)
        // However busy the machine is, nobody else is asked but for what is answered.
        configuration.patience = .seconds(600)
        let client = try EtcdClient(configuration, transport: transport)
        _ = try await client.list(KeyRange.prefix([1]))
        #expect(tokens.withLock { $0 } == 2)
        #expect(transport.count(of: "m2.example:1") == 0)
    }

    @Test("A write that is answered without a byte is not repeated: its outcome is not known")
    func emptyReplyToWrite() async throws {
        let answers = ScriptedAnswers([
            .answer(#"{"token":"t"}"#), Self.nothing, .answer(#"{"token":"t2"}"#),
            .answer(#"{"header":{"revision":"5"}}"#),
        ])
        let client = try EtcdClient(
            EtcdConfiguration(endpoints: [Self.endpoints[0]], login: Self.login), transport: answers)
        let error = await failure { () async throws(EtcdError) in try await client.put([1], [2]) }
        #expect(error?.isOutcomeUnknown == true)
        #expect(try await client.put([1], [2]) == 5)
        #expect(answers.paths == ["auth/authenticate", "kv/put", "auth/authenticate", "kv/put"])
    }
}

package import EtcdGateway
internal import FoundationEssentials
internal import Surroundings
package import Transport

/// A client of etcd's v2 interface, over all members of a cluster.
///
/// Its store has nothing to do with that of v3: neither shows what is written in the other, and each has users of its own.
/// Source: https://etcd.io/docs/v2.3/api/ and etcd 3.4's `server/api/v2http` and `v2store`.
package final class EtcdV2Client: MemberClient {
    package let configuration: EtcdConfiguration
    package let transport: any HTTPTransport
    package let members: MemberBook
    package let election: ClusterElection
    private let login: LoginBox

    package init(_ configuration: EtcdConfiguration, transport: any HTTPTransport) throws(EtcdError) {
        guard !configuration.endpoints.isEmpty else { throw .usage("no etcd endpoint is configured") }
        self.configuration = configuration
        self.transport = transport
        members = MemberBook(configuration.tell)
        election = ClusterElection(configuration.cluster)
        login = LoginBox(configuration.login)
        if let login = configuration.login { KnownSecrets.add(Self.basic(login)) }
    }

    /// Takes another user or password for the next requests; a client without a login stays without.
    package func renew(login new: EtcdConfiguration.Login) {
        guard login.value != nil else { return }
        KnownSecrets.add(Self.basic(new))
        login.value = new
    }

    /// Whether each request costs etcd the comparing of a password, a tenth of a second of a processor.
    package var isAuthenticated: Bool { login.value != nil }

    /// Sends one request, to as many endpoints as it takes and as is safe.
    ///
    /// - Parameters:
    ///   - path: below `/v2`, with its query.
    ///   - form: of a request that sets something.
    ///   - last: the name of an endpoint to ask only when no other answers.
    func call<Answer: Decodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, form: String? = nil, effect: CallEffect, operation: String,
        last: EtcdEndpoint? = nil
    ) async throws(EtcdError) -> V2Answer<Answer> {
        try await bring(
            { (endpoint, limit) async throws(EtcdError) in
                try await self.attempt(method, path, form: form, at: endpoint, effect, within: limit)
            }, effect: effect, operation: operation, last: last
        ).0
    }

    private func attempt<Answer: Decodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: String, form: String?, at endpoint: EtcdEndpoint, _ effect: CallEffect,
        within limit: Duration
    ) async throws(EtcdError) -> V2Answer<Answer> {
        let request = request(method, path, form: form, at: endpoint, effect, within: limit)
        let response = try await Self.send(request, over: transport)
        let header = V2Header(response.head)
        try check(header.cluster, of: endpoint)
        guard (200...201).contains(response.status) else {
            throw V2Wire.error(response.head, response.body, user: login.value?.user)
        }
        return V2Answer(
            content: try V2Wire.decode(Answer.self, from: response.body), header: header, endpoint: endpoint)
    }

    func request(
        _ method: HTTPRequest.Method, _ path: String, form: String? = nil, at endpoint: EtcdEndpoint,
        _ effect: CallEffect, within limit: Duration?
    ) -> HTTPRequest {
        var headers: [HTTPHeader] = []
        if let login = login.value { headers.append(HTTPHeader("Authorization", "Basic \(Self.basic(login))")) }
        if form != nil { headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded")) }
        return configuration.request(
            method, "/v2" + path, form.map { Array($0.utf8) }, at: endpoint, headers: headers, effect: effect,
            within: limit)
    }

    /// What a refusal means: etcd says the same of a wrong password and of a missing permission.
    func refusal(_ head: HTTPResponseHead, _ body: [UInt8]) -> EtcdError {
        V2Wire.error(head, body, user: login.value?.user)
    }

    /// The list of members needs no login, and tells of which cluster they are.
    package func question(_ endpoint: EtcdEndpoint, within limit: Duration) async throws(EtcdError) {
        let request = configuration.request(
            .get, "/v2/members", nil, at: endpoint, headers: [], effect: .read, within: limit)
        let response = try await Self.send(request, over: transport)
        try check(V2Header(response.head).cluster, of: endpoint)
        guard response.status != 200 else { return }
        throw V2Wire.error(response.head, response.body, user: nil)
    }

    private static func basic(_ login: EtcdConfiguration.Login) -> String {
        Data("\(login.user):\(login.password)".utf8).base64EncodedString()
    }
}

/// An answer, and who gave it at which state of the store.
struct V2Answer<Content: Sendable>: Sendable {
    let content: Content
    let header: V2Header
    let endpoint: EtcdEndpoint
}

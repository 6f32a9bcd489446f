package import Transport

/// A client of etcd's v3 JSON gateway, over all members of a cluster.
///
/// Source: https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/ and etcd's own `rpc.proto`.
package final class EtcdClient: MemberClient {
    package let configuration: EtcdConfiguration
    package let transport: any HTTPTransport
    package let members: MemberBook
    package let election: ClusterElection
    let tokens: TokenStore?
    private let login: LoginBox

    package init(_ configuration: EtcdConfiguration, transport: any HTTPTransport) throws(EtcdError) {
        guard !configuration.endpoints.isEmpty else { throw .usage("no etcd endpoint is configured") }
        self.configuration = configuration
        self.transport = transport
        let members = MemberBook(configuration.tell)
        self.members = members
        election = ClusterElection(configuration.cluster)
        let login = LoginBox(configuration.login)
        self.login = login
        tokens = configuration.login.map { configured in
            TokenStore { (endpoint) async throws(EtcdError) in
                let (token, cluster) = try await Self.authenticate(
                    login.value ?? configured, at: endpoint, configuration, transport)
                if let cluster { members.note(cluster, of: endpoint) }
                return token
            }
        }
    }

    /// Takes another user or password for the next authentications; a client without a login stays without.
    ///
    /// Tokens that etcd still knows stay in use: a changed password makes it forget them.
    package func renew(login new: EtcdConfiguration.Login) async {
        login.value = new
        await tokens?.loginChanged()
    }

    /// Sends one request, to as many endpoints as it takes and as is safe.
    ///
    /// - Parameters:
    ///   - last: the name of an endpoint to ask only when no other answers.
    ///   - lease: until when it may be sent.
    ///   - scan: reads an answer in its usual form by its bytes; where it does not, the general decoder does.
    func call<Answer: Decodable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, effect: CallEffect, operation: String,
        last: EtcdEndpoint? = nil, lease: (any SendLease)? = nil, answer: Answer.Type = Answer.self,
        scan: @escaping AnswerScan<Answer> = { _ in nil }
    ) async throws(EtcdError) -> (Answer, EtcdEndpoint) {
        let bytes = try WireCoding.encode(body)
        return try await bring(
            { (endpoint, limit) async throws(EtcdError) in
                try await self.attempt(path, bytes, at: endpoint, effect, within: limit, lease, scan)
            }, effect: effect, operation: operation, last: last)
    }

    /// Sends one request, which changes nothing, to one member and no other.
    func call<Answer: Decodable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, at endpoint: EtcdEndpoint, operation: String
    ) async throws(EtcdError) -> Answer {
        let bytes = try WireCoding.encode(body)
        do throws(EtcdError) {
            let limit = min(configuration.timeout, Self.attemptLimit)
            return try await attempt(path, bytes, at: endpoint, .read, within: limit)
        } catch {
            throw error.during(operation, at: endpoint, by: configuration.login?.user)
        }
    }

    /// One attempt at one member, renewing its token once if the member does not know it any more.
    func attempt<Answer: Decodable & Sendable>(
        _ path: String, _ body: [UInt8], at endpoint: EtcdEndpoint, _ effect: CallEffect, within limit: Duration,
        _ lease: (any SendLease)? = nil, _ scan: AnswerScan<Answer> = { _ in nil }
    ) async throws(EtcdError) -> Answer {
        try await withToken(at: endpoint, isRepeatable: effect == .read) { (authorization) async throws(EtcdError) in
            var request = Self.request(
                path, body, at: endpoint, authorization, self.configuration, effect: effect, within: limit)
            request.lease = lease
            let response = try await Self.send(request, over: self.transport)
            let answer =
                if response.status == 200, let scanned = scan(response.body) {
                    scanned
                } else {
                    try WireCoding.decode(HeadedAnswer<Answer>.self, from: response, of: endpoint)
                }
            try self.check(answer.header?.cluster, of: endpoint)
            return answer.content
        }
    }

    package func question(_ endpoint: EtcdEndpoint, within limit: Duration) async throws(EtcdError) {
        let _: RangeAnswer = try await attempt(
            "/v3/kv/range", try WireCoding.encode(RangeRequest.cheap), at: endpoint, .read, within: limit)
    }

    /// Runs an operation with the member's token, and once more with a new one when the token was refused.
    ///
    /// - Parameters:
    ///   - renewsOnDenial: for watches, where etcd 3.5.1 calls an expired token a missing permission.
    ///   - isRepeatable: whether an answer that is no bytes at all may have been a refused token: some versions say no more.
    func withToken<Value: Sendable>(
        at endpoint: EtcdEndpoint, renewsOnDenial: Bool = false, isRepeatable: Bool,
        _ operation: (HTTPHeader?) async throws(EtcdError) -> Value
    ) async throws(EtcdError) -> Value {
        guard let tokens else { return try await operation(nil) }
        let token = try await token(at: endpoint, from: tokens)
        do throws(EtcdError) {
            return try await operation(token.header)
        } catch let error
            where error.kind == .staleToken || (error.kind == .credentialsMissing && token == .notNeeded)
            || (error.kind == .permissionDenied && renewsOnDenial)
            || (error.isEmptyReply && token != .notNeeded && isRepeatable)
        {
            let renewed = try await self.token(at: endpoint, from: tokens, insteadOf: token)
            return try await operation(renewed.header)
        } catch let error where error.isSilence || error.isEmptyReply {
            // A token names an index of the raft log, and a member waits until it has got there. One whose data was lost
            // never does: with the old token it stays silent to all eternity.
            await tokens.forget(endpoint)
            throw error
        }
    }

    private func token(
        at endpoint: EtcdEndpoint, from tokens: TokenStore, insteadOf refused: TokenStore.Token? = nil
    ) async throws(EtcdError) -> TokenStore.Token {
        do throws(EtcdError) {
            return try await tokens.token(for: endpoint, insteadOf: refused)
        } catch {
            throw error.ofPreparation
        }
    }

    /// Turns to another member, with another token: older gateways report an expired one as a missing permission.
    package func leave(after error: EtcdError) async {
        // What the store says of its history, every member of it says.
        guard let endpoint = error.endpoint, !error.isCompaction else { return }
        if error.kind == .staleToken || error.kind == .permissionDenied { await tokens?.forget(endpoint) }
        leave(endpoint)
    }

    /// Asks an endpoint after the others for a while.
    func leave(_ endpoint: EtcdEndpoint) { members.failed(endpoint) }

    static func request(
        _ path: String, _ body: [UInt8], at endpoint: EtcdEndpoint, _ authorization: HTTPHeader?,
        _ configuration: EtcdConfiguration, effect: CallEffect = .read, within limit: Duration?
    ) -> HTTPRequest {
        // With this header a member without a leader refuses at once instead of keeping us waiting or watching in vain.
        var headers = [HTTPHeader("Grpc-Metadata-hasleader", "true")]
        if let authorization { headers.append(authorization) }
        return configuration.request(
            .post, path, body, at: endpoint, headers: headers, effect: effect, within: limit)
    }
}

internal import Synchronization
package import Transport

/// A client of etcd's v3 JSON gateway, over all members of a cluster.
///
/// Source: https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/ and etcd's own `rpc.proto`.
package final class EtcdClient: Sendable {
    package let configuration: EtcdConfiguration
    let transport: any HTTPTransport
    let members: MemberBook
    let election: ClusterElection
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

    /// Whether repeating a request can do harm.
    enum Effect {
        case read
        case write
    }

    /// How long one member may take; etcd itself gives up after 7 s.
    static let attemptLimit = Duration.seconds(10)

    /// Sends one request, to as many endpoints as it takes and as is safe.
    ///
    /// A read goes to the next endpoint when one fails, or takes longer than members do. A write goes there only if the last
    /// one certainly did nothing, and to none that has not shown itself to be etcd where there are others.
    ///
    /// - Parameters:
    ///   - last: the name of an endpoint to ask only when no other answers.
    ///   - lease: until when it may be sent.
    func call<Answer: Decodable & Sendable>(
        _ path: String, _ body: some Encodable & Sendable, effect: Effect, operation: String,
        last: EtcdEndpoint? = nil, lease: (any SendLease)? = nil, answer: Answer.Type = Answer.self
    ) async throws(EtcdError) -> (Answer, EtcdEndpoint) {
        let bytes = try WireCoding.encode(body)
        let deadline = ContinuousClock.now + configuration.timeout
        do throws(EtcdError) {
            try await settle()
        } catch {
            throw error.during(operation, at: error.endpoint).ofPreparation
        }
        var order = members.order(of: await places(), last: last)
        let attempt: Attempt<Answer> = { (endpoint, limit) async throws(EtcdError) in
            try await self.attempt(path, bytes, at: endpoint, effect, within: limit, lease)
        }
        switch effect {
        case .read: return try await race(order, attempt, operation, until: deadline, isChoice: last == nil)
        case .write:
            if let first = order.first, !mayTakeWrites(first, amongst: order.count) {
                do throws(EtcdError) {
                    _ = try await recognise(order, operation, until: deadline)
                } catch {
                    throw error.ofPreparation
                }
                order = members.order(of: order)
            }
            return try await oneAfterTheOther(order, attempt, operation, until: deadline)
        }
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
        _ path: String, _ body: [UInt8], at endpoint: EtcdEndpoint, _ effect: Effect, within limit: Duration,
        _ lease: (any SendLease)? = nil
    ) async throws(EtcdError) -> Answer {
        try await withToken(at: endpoint, isRepeatable: effect == .read) { (authorization) async throws(EtcdError) in
            var request = Self.request(
                path, body, at: endpoint, authorization, self.configuration, effect: effect, within: limit)
            request.lease = lease
            let response = try await Self.send(request, over: self.transport)
            let answer = try WireCoding.decode(HeadedAnswer<Answer>.self, from: response, of: endpoint)
            try self.check(answer.header, of: endpoint)
            return answer.content
        }
    }

    /// Takes note of whose answer it is, and refuses one of another cluster than ours.
    func check(_ header: ResponseHeader?, of endpoint: EtcdEndpoint) throws(EtcdError) {
        guard let header, header.clusterID != 0 else { return }
        members.note(header.clusterID, of: endpoint)
        guard let ours = election.cluster, ours != header.clusterID else { return }
        throw EtcdError(
            .otherCluster,
            "cluster \(ClusterElection.hex(header.clusterID)) answers, and not \(ClusterElection.hex(ours)): not followed",
            endpoint: endpoint)
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

    /// Whether a member other than this one has answered within a time.
    package func isAnswered(byOthersThan endpoint: EtcdEndpoint, within time: Duration) -> Bool {
        members.isAnswered(byOthersThan: endpoint, within: time)
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
        _ configuration: EtcdConfiguration, effect: Effect = .read, within limit: Duration?
    ) -> HTTPRequest {
        // With this header a member without a leader refuses at once instead of keeping us waiting or watching in vain.
        var headers = [HTTPHeader("Grpc-Metadata-hasleader", "true")]
        if let authorization { headers.append(authorization) }
        var request = HTTPRequest(
            .post, endpoint.url + path, headers: headers, body: body, tls: configuration.tls,
            connectTimeout: min(.seconds(2), limit ?? .seconds(2)), totalTimeout: limit, bodyLimit: answerLimit)
        request.address = endpoint.address
        // A firewall that has forgotten a connection is found out in this time, on a watch too.
        request.lossLimit = .milliseconds(2_500)
        switch effect {
        case .read:
            request.isRepeatable = true
            // etcd answers a page in milliseconds, and has nothing to think about before it sets up a watch.
            request.silenceLimit = .seconds(2)
        case .write:
            request.idleLimit = .seconds(1)
        }
        return request
    }

    /// The most bytes of one answer. A page that is larger is asked for in smaller ones.
    static let answerLimit = 32 << 20

    static func send(
        _ request: HTTPRequest, over transport: any HTTPTransport
    ) async throws(EtcdError) -> HTTPResponse {
        do throws(TransportError) {
            return try await transport.send(request)
        } catch .cancelled {
            throw EtcdError(.cancelled, "cancelled")
        } catch {
            throw EtcdError(.transport(error), error.description)
        }
    }
}

/// The login in force, which an operator may change while the client is at work.
private final class LoginBox: Sendable {
    private let content: Mutex<EtcdConfiguration.Login?>

    init(_ login: EtcdConfiguration.Login?) {
        content = Mutex(login)
    }

    var value: EtcdConfiguration.Login? {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}

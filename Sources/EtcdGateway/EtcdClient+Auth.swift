internal import Transport

extension EtcdClient {
    private struct AuthenticateRequest: Encodable, Sendable {
        let name: String
        let password: String
    }

    private struct AuthenticateAnswer: Decodable, Sendable {
        let header: WireHeader?
        let token: String?
    }

    /// Proves that the user and password are good at some member, or throws what is wrong with them.
    package func authenticate() async throws(EtcdError) {
        _ = try await range(.single([0]), limit: 1, countOnly: true)
    }

    /// Asks a member for a token.
    ///
    /// - Returns: with it the id of the cluster, where the answer has one.
    static func authenticate(
        _ login: EtcdConfiguration.Login, at endpoint: EtcdEndpoint, _ configuration: EtcdConfiguration,
        _ transport: any HTTPTransport
    ) async throws(EtcdError) -> (TokenStore.Token, cluster: UInt64?) {
        let body = try WireCoding.encode(AuthenticateRequest(name: login.user, password: login.password))
        // So short that a frozen member leaves time for the others.
        let limit = min(.seconds(5), configuration.timeout / (configuration.endpoints.count + 1))
        let request = request("/v3/auth/authenticate", body, at: endpoint, nil, configuration, within: limit)
        do throws(EtcdError) {
            let answer = try WireCoding.decode(
                AuthenticateAnswer.self, from: try await send(request, over: transport), of: endpoint)
            guard let token = answer.token, !token.isEmpty else {
                throw EtcdError(.malformedAnswer, "authentication returned no token")
            }
            return (.token(token), answer.header?.cluster_id?.value)
        } catch let error where error.kind == .authenticationDisabled {
            return (.notNeeded, nil)
        } catch let error where error.kind == .refusedCredentials {
            throw EtcdError(.refusedCredentials, "user \(login.user): \(error.message)")
        }
    }
}

extension TokenStore.Token {
    /// The raw token: etcd before 3.5.32 does not take `Bearer`.
    var header: HTTPHeader? {
        switch self {
        case .token(let token): HTTPHeader("Authorization", token)
        case .notNeeded: nil
        }
    }
}

internal import Surroundings

/// The authentication tokens of each member: they live and die with the member that knows them.
///
/// Many requests that need a new token at once share one authentication.
actor TokenStore {
    enum Token: Sendable, Equatable {
        case token(String)
        /// The member says that authentication is off; a token would only be refused.
        case notNeeded
    }

    private var known: [EtcdEndpoint: Token] = [:]
    private var pending: [EtcdEndpoint: Task<Result<Token, EtcdError>, Never>] = [:]
    private let authenticate: @Sendable (EtcdEndpoint) async throws(EtcdError) -> Token

    init(authenticate: @escaping @Sendable (EtcdEndpoint) async throws(EtcdError) -> Token) {
        self.authenticate = authenticate
    }

    /// The member's token, asking for one where none is known or where `refused` is the one we know.
    func token(for endpoint: EtcdEndpoint, insteadOf refused: Token? = nil) async throws(EtcdError) -> Token {
        if let token = known[endpoint], token != refused { return token }
        if let running = pending[endpoint] { return try await running.value.get() }
        // Owned by `pending`, and not a child of the first caller: its cancellation must not fail the others.
        let running = Task { [authenticate] in
            await Result { () async throws(EtcdError) in try await authenticate(endpoint) }
        }
        pending[endpoint] = running
        let result = await running.value
        pending[endpoint] = nil
        if case .success(let token) = result {
            known[endpoint] = token
            if case .token(let secret) = token { KnownSecrets.addPassing(secret) }
        }
        return try result.get()
    }

    func forget(_ endpoint: EtcdEndpoint) {
        known[endpoint] = nil
    }
}

extension Result {
    fileprivate init(catching body: () async throws(Failure) -> Success) async {
        do throws(Failure) {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}

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

    private struct Login {
        let result: SharedResult<Result<Token, EtcdError>>
        /// Not a child of the first caller: its cancellation must not fail the others.
        let task: Task<Void, Never>
    }

    private var known: [EtcdEndpoint: Token] = [:]
    private var pending: [EtcdEndpoint: Login] = [:]
    private var rate = LoginRate<ContinuousClock.Instant>()
    private let authenticate: @Sendable (EtcdEndpoint) async throws(EtcdError) -> Token

    init(authenticate: @escaping @Sendable (EtcdEndpoint) async throws(EtcdError) -> Token) {
        self.authenticate = authenticate
    }

    /// The member's token, asking for one where none is known or where `refused` is the one we know.
    func token(for endpoint: EtcdEndpoint, insteadOf refused: Token? = nil) async throws(EtcdError) -> Token {
        if let token = known[endpoint], token != refused { return token }
        let login = pending[endpoint] ?? begin(endpoint)
        guard let result = await login.result.get() else { throw EtcdError(.cancelled, "cancelled") }
        return try result.get()
    }

    private func begin(_ endpoint: EtcdEndpoint) -> Login {
        let result = SharedResult<Result<Token, EtcdError>>()
        let others = pending.values.map(\.result)
        // Owned by `pending`.
        let task = Task {
            await awaitTurn(beside: others)
            let answer = await Result { () async throws(EtcdError) in try await authenticate(endpoint) }
            end(endpoint, with: answer)
            result.set(answer)
        }
        let login = Login(result: result, task: task)
        pending[endpoint] = login
        return login
    }

    /// Waits until a login may be sent. A good one elsewhere ends the waiting: the password is right then.
    private func awaitTurn(beside others: [SharedResult<Result<Token, EtcdError>>]) async {
        guard let turn = rate.reserve(now: .now) else { return }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                try? await Task.sleep(until: turn, clock: .continuous)
                return true
            }
            for other in others {
                group.addTask {
                    guard case .success = await other.get() else { return false }
                    return true
                }
            }
            for await isTurn in group where isTurn { break }
            group.cancelAll()
        }
    }

    private func end(_ endpoint: EtcdEndpoint, with result: Result<Token, EtcdError>) {
        pending[endpoint] = nil
        switch result {
        case .success(let token):
            rate.ended(isGood: true)
            known[endpoint] = token
            if case .token(let secret) = token { KnownSecrets.addPassing(secret) }
        case .failure(let error):
            if error.kind == .refusedCredentials { rate.ended(isGood: false) }
        }
    }

    func forget(_ endpoint: EtcdEndpoint) {
        known[endpoint] = nil
    }

    /// Another user or password is in force: it may be tried at once.
    func loginChanged() {
        rate = LoginRate()
    }
}

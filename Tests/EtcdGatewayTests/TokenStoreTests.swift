import TestSupport
import Testing

@testable import EtcdGateway

@Suite("Tokens", .timeLimit(.minutes(20)))
struct TokenStoreTests {
    private static let first = EtcdEndpoint(scheme: .http, host: "one", port: 1)
    private static let second = EtcdEndpoint(scheme: .http, host: "two", port: 2)

    /// Gives out tokens with the number of the authentication, when the gate allows as many.
    private struct Authority {
        let calls = Watched(0)
        let allowed: Watched<Int>

        init(allowing count: Int = .max) { allowed = Watched(count) }

        func store(failingFirst error: EtcdError? = nil) -> TokenStore {
            TokenStore { (endpoint) async throws(EtcdError) in
                let number = calls.update { calls in
                    calls += 1
                    return calls
                }
                _ = await allowed.wait(timeout: .untilHung) { $0 >= number ? true : nil }
                if number == 1, let error { throw error }
                return .token("\(endpoint.host) \(number)")
            }
        }
    }

    @Test("Many callers at once share one authentication")
    func shared() async throws {
        let authority = Authority(allowing: 0)
        let store = authority.store()
        let callers = (0..<50).map { _ in Task { try await store.token(for: Self.first) } }
        _ = await authority.calls.wait(timeout: .untilHung) { $0 > 0 ? true : nil }
        authority.allowed.update { $0 = .max }
        for caller in callers { #expect(try await caller.value == .token("one 1")) }
        #expect(try await store.token(for: Self.first) == .token("one 1"))
        #expect(authority.calls.read { $0 } == 1)
    }

    @Test("Each member has its own token")
    func members() async throws {
        let store = Authority().store()
        #expect(try await store.token(for: Self.first) == .token("one 1"))
        #expect(try await store.token(for: Self.second) == .token("two 2"))
        #expect(try await store.token(for: Self.first) == .token("one 1"))
    }

    @Test("A refused token is renewed once, however many callers it was refused to")
    func renewal() async throws {
        let authority = Authority()
        let store = authority.store()
        let old = try await store.token(for: Self.first)
        let callers = (0..<50).map { _ in Task { try await store.token(for: Self.first, insteadOf: old) } }
        for caller in callers { #expect(try await caller.value == .token("one 2")) }
        #expect(authority.calls.read { $0 } == 2)
        // A latecomer with the old token gets the new one, and does not make it old in turn.
        #expect(try await store.token(for: Self.first, insteadOf: old) == .token("one 2"))
        #expect(authority.calls.read { $0 } == 2)
    }

    @Test("The cancellation of the caller who came first does not fail the others")
    func cancellation() async throws {
        let authority = Authority(allowing: 0)
        let store = authority.store()
        let impatient = Task { try await store.token(for: Self.first) }
        _ = await authority.calls.wait(timeout: .untilHung) { $0 == 1 ? true : nil }
        let patient = Task { try await store.token(for: Self.first) }
        impatient.cancel()
        authority.allowed.update { $0 = .max }
        #expect(try await patient.value == .token("one 1"))
        #expect(authority.calls.read { $0 } == 1)
    }

    @Test("A failed authentication is told to its callers and tried again by the next")
    func failure() async throws {
        let authority = Authority()
        let refusal = EtcdError(.refusedCredentials, "no")
        let store = authority.store(failingFirst: refusal)
        await #expect(throws: refusal) { try await store.token(for: Self.first) }
        #expect(try await store.token(for: Self.first) == .token("one 2"))
    }

    @Test("A forgotten token is asked for again")
    func forgetting() async throws {
        let store = Authority().store()
        _ = try await store.token(for: Self.first)
        await store.forget(Self.first)
        #expect(try await store.token(for: Self.first) == .token("one 2"))
    }
}

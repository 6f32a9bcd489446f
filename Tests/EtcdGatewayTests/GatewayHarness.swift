import Foundation
import KeyHistory
import Synchronization
import TestSupport
import Testing
import Transport

@testable import EtcdGateway

/// One etcd for all tests that only read and write keys of their own.
enum SharedEtcd {
    private static let starting = Task { try await EtcdServer.start() }

    static func get() async throws -> EtcdServer { try await starting.value }
}

/// A prefix that no other test uses.
func freshPrefix() -> String { "/test-\(String(UInt64.random(in: .min ... .max), radix: 36))/" }

extension EtcdServer {
    /// Its address as our client writes it.
    nonisolated var member: EtcdEndpoint {
        get throws { try EtcdEndpoint(parsing: clientURL, defaultScheme: .http, defaultPort: 2379) }
    }
}

/// Gives the body a client of these members; its connections are gone afterwards.
func withGateway<Value>(
    _ endpoints: [EtcdEndpoint], login: EtcdConfiguration.Login? = nil, tls: TLSSettings = TLSSettings(),
    timeout: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
    _ body: (EtcdClient) async throws -> Value
) async throws -> Value {
    let transport = try HTTPClient()
    defer { transport.shutdown() }
    let configuration = EtcdConfiguration(endpoints: endpoints, login: login, tls: tls, timeout: timeout)
    return try await body(try EtcdClient(configuration, transport: transport))
}

/// The error of an operation that must fail; nil, and an issue, when it does not.
func failure<Value>(
    _ sourceLocation: SourceLocation = #_sourceLocation, isolation: isolated (any Actor)? = #isolation,
    of operation: () async throws(EtcdError) -> Value
) async -> EtcdError? {
    do throws(EtcdError) {
        _ = try await operation()
        Issue.record("no error", sourceLocation: sourceLocation)
        return nil
    } catch {
        return error
    }
}

extension EtcdWatch.Iterator {
    /// The next revisions of a watch, without what else it tells.
    mutating func revisions(_ count: Int) async throws -> [(revision: Int64, changes: [KeyChange])] {
        var found: [(Int64, [KeyChange])] = []
        while found.count < count, let update = try await next() {
            if case .revision(let point, let changes) = update { found.append((point.revision.number, changes)) }
        }
        return found
    }
}

extension KeySnapshot {
    /// The values by key.
    var byKey: [[UInt8]: [UInt8]] {
        Dictionary(uniqueKeysWithValues: entries.map { ($0.key.bytes, $0.value) })
    }
}

/// What a follower has told so far, while it follows in a task of its own.
final class Following: Sendable {
    struct State: Sendable {
        /// The keys and values as the events leave them.
        var keys: [[UInt8]: [UInt8]] = [:]
        /// The revisions told as changes.
        var revisions: [Int64] = []
        var lists: [RelistReason] = []
        /// `lost` and `restored`, in their order.
        var news: [String] = []
        var errors: [EtcdError] = []
        var failure: EtcdError?
    }

    let state = Watched(State())
    private let task: Task<Void, Never>

    init(_ client: EtcdClient, _ prefix: String) {
        let state = state
        let follower = Follower<ContinuousClock>(client, .prefix(prefix.bytes))
        task = Task {
            do throws(EtcdError) {
                try await follower.run { event in state.update { $0.take(event) } }
            } catch {
                state.update { $0.failure = error }
            }
        }
    }

    deinit { task.cancel() }

    /// Ends the follower and waits for that.
    func stop() async {
        task.cancel()
        await task.value
    }

    /// Waits until the events have come to a state, and records an issue when they do not.
    func reaches(
        _ what: String, within limit: Duration = .untilHung, _ sourceLocation: SourceLocation = #_sourceLocation,
        _ condition: @escaping @Sendable (State) -> Bool
    ) async throws {
        guard await state.wait(timeout: limit, for: { condition($0) ? true : nil }) == nil else { return }
        let now = state.read { "lists \($0.lists), news \($0.news), revisions \($0.revisions.suffix(5)), \($0.errors)" }
        try #require(Bool(false), "no \(what): \(now)", sourceLocation: sourceLocation)
    }
}

extension Following.State {
    fileprivate mutating func take(_ event: FollowerEvent) {
        switch event {
        case .listed(let list, let reason):
            lists.append(reason)
            keys = list.byKey
        case .changed(let point, let changes):
            revisions.append(point.revision.number)
            for change in changes { keys[change.key.bytes] = change.value }
        case .progress: break
        case .lost(let error):
            news.append("lost")
            errors.append(error)
        case .restored: news.append("restored")
        }
    }
}

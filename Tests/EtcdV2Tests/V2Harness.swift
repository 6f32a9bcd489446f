import EtcdGateway
import KeyHistory
import TestSupport
import Testing
import Transport

@testable import EtcdV2

/// One etcd with the v2 interface for all tests that only read and write keys of their own.
enum SharedV2Etcd {
    private static let starting = Task { try await EtcdServer.start(.v2) }

    static func get() async throws -> EtcdServer { try await starting.value }
}

extension EtcdOptions {
    static var v2: EtcdOptions { EtcdOptions(arguments: EtcdServer.v2Arguments) }
}

/// A directory that no other test uses.
func freshDirectory() -> String { "/test-\(String(UInt64.random(in: .min ... .max), radix: 36))/" }

extension EtcdServer {
    nonisolated var member: EtcdEndpoint {
        get throws { try EtcdEndpoint(parsing: clientURL, defaultScheme: .http, defaultPort: 2379) }
    }
}

/// Gives the body a client of these members; its connections are gone afterwards.
func withV2Client<Value>(
    _ endpoints: [EtcdEndpoint], login: EtcdConfiguration.Login? = nil, tls: TLSSettings = TLSSettings(),
    timeout: Duration = .seconds(60), isolation: isolated (any Actor)? = #isolation,
    _ body: (EtcdV2Client) async throws -> Value
) async throws -> Value {
    let transport = try HTTPClient()
    defer { transport.shutdown() }
    let configuration = EtcdConfiguration(endpoints: endpoints, login: login, tls: tls, timeout: timeout)
    return try await body(try EtcdV2Client(configuration, transport: transport))
}

/// The same, of the shared etcd.
func withSharedClient<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (EtcdV2Client) async throws -> Value
) async throws -> Value {
    let etcd = try await SharedV2Etcd.get()
    return try await withV2Client([try etcd.member], isolation: isolation, body)
}

/// The kind of the error of an operation that must fail; nil, and an issue, when it does not.
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

/// What a follower has told so far, while it follows in a task of its own.
final class V2Following: Sendable {
    struct State: Sendable {
        /// The keys and values as the events leave them.
        var keys: [String: String] = [:]
        /// The values that were set, as `key=value`, and `-key` for each that went.
        var changes: [String] = []
        var indices: [Int64] = []
        var lists: [RelistReason] = []
        /// How far it was told.
        var told: Int64 = 0
        /// `lost` and `restored`, in their order.
        var news: [String] = []
        var errors: [EtcdError] = []
        var failure: EtcdError?
    }

    let state = Watched(State())
    let lists: V2Lists
    private let task: Task<Void, Never>

    init(_ lists: V2Lists) {
        let state = state
        let follower = V2Follower<ContinuousClock>(lists)
        self.lists = lists
        task = Task {
            do throws(EtcdError) {
                try await follower.run { event in state.update { $0.take(event) } }
            } catch {
                state.update { $0.failure = error }
            }
        }
    }

    convenience init(_ client: EtcdV2Client, _ directory: String) {
        self.init(V2Lists(client, V2DirectoryName(directory)))
    }

    deinit { task.cancel() }

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
        let now = state.read {
            "lists \($0.lists), news \($0.news), \($0.changes.count) changes, last \($0.changes.suffix(5)), \($0.errors)"
        }
        try #require(Bool(false), "no \(what): \(now)", sourceLocation: sourceLocation)
    }
}

extension V2Following.State {
    fileprivate mutating func take(_ event: FollowerEvent) {
        switch event {
        case .listed(let list, let reason):
            lists.append(reason)
            told = list.revision.number
            keys = Dictionary(
                uniqueKeysWithValues: list.entries.map {
                    ("\($0.key)", String(decoding: $0.value, as: UTF8.self))
                })
        case .changed(let point, let changed):
            told = point.revision.number
            for change in changed {
                let value = change.value.map { String(decoding: $0, as: UTF8.self) }
                indices.append(change.revision.number)
                changes.append(value.map { "\(change.key)=\($0)" } ?? "-\(change.key)")
                keys["\(change.key)"] = value
            }
        case .progress(let point): told = point.revision.number
        case .lost(let error):
            news.append("lost")
            errors.append(error)
        case .restored: news.append("restored")
        }
    }
}

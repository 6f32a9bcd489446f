import KeyHistory
import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("Numbers that no store can have", .timeLimit(.minutes(20)))
struct LargeNumberTests {
    private static let endpoint = EtcdEndpoint(scheme: .http, host: "m.example", port: 1)

    /// Where the number stands, and in answer to what.
    enum Place: String, CaseIterable, CustomTestStringConvertible {
        case list, key, count, created, progress, event, compaction

        var testDescription: String { rawValue }

        func answer(_ request: HTTPRequest, _ number: String) -> Result<HTTPResponse, TransportError> {
            func at(_ place: Place, else usual: String) -> String { self == place ? number : usual }
            let header = #""header":{"cluster_id":"7","revision":"\#(at(.list, else: "9"))"}"#
            guard request.url.hasSuffix("/watch") else {
                let key = #"{"key":"L2EvMQ==","mod_revision":"\#(at(.key, else: "3"))"}"#
                return .answer(#"{\#(header),"kvs":[\#(key)],"count":"\#(at(.count, else: "1"))"}"#)
            }
            let lines = [
                #"{"header":{"cluster_id":"7","revision":"\#(at(.created, else: "9"))"},"created":true}"#,
                #"{"header":{"cluster_id":"7","revision":"\#(at(.progress, else: "9"))"}}"#,
                #"{"header":{"cluster_id":"7","revision":"10"},"events":[{"kv":{"key":"L2EvMQ==","mod_revision":"\#(at(.event, else: "10"))"}}]}"#,
                #"{"header":{"cluster_id":"7","revision":"10"},"canceled":true,"compact_revision":"\#(at(.compaction, else: "40"))"}"#,
            ]
            return .answer(lines.map { #"{"result":\#($0)}"# + "\n" }.joined())
        }
    }

    @Test(
        "A revision or count at the end of the numbers, or below nothing, is a malformed answer and no trap",
        arguments: Place.allCases, ["9223372036854775807", "-9223372036854775808", "-1", "9223372036854775808"])
    func bounds(_ place: Place, number: String) async throws {
        for onCompaction in [CompactionPolicy.list, .fail] {
            let transport = try RoutedTransport(["m.example:1": { place.answer($0, number) }])
            defer { transport.shutdown() }
            let client = try EtcdClient(EtcdConfiguration(endpoints: [Self.endpoint]), transport: transport)
            let follower = Follower<ContinuousClock>(
                client, .prefix("/a/".bytes), from: onCompaction == .list ? .list : .now, onCompaction: onCompaction)
            let hasEnded = Watched(false)
            let task = Task {
                try? await follower.run { _ in }
                hasEnded.update { $0 = true }
            }
            // Also where the wait for it fails: what goes on for ever would keep all other tests waiting.
            defer { task.cancel() }
            try await eventually("some requests, or the end") {
                transport.requests.count > 3 || hasEnded.read { $0 }
            }
            task.cancel()
            await task.value
            guard place == .list || place == .key || place == .count else { continue }
            let error = await failure { () async throws(EtcdError) in try await client.list(.prefix("/a/".bytes)) }
            #expect(error?.kind == .malformedAnswer)
        }
    }
}

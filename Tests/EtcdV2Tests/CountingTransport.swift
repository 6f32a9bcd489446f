import Synchronization
import Transport

/// Real HTTP whose requests are counted.
final class CountingTransport: HTTPTransport {
    private struct Counts {
        var sent = 0
        var last = ""
        var streams = 0
    }

    private let client: HTTPClient
    private let counts = Mutex(Counts())

    init() throws { client = try HTTPClient() }

    /// Requests whose answers end.
    var sent: Int { counts.withLock { $0.sent } }
    /// Where the last of them went.
    var lastURL: String { counts.withLock { $0.last } }
    var streams: Int { counts.withLock { $0.streams } }

    func shutdown() { client.shutdown() }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        counts.withLock { counts in
            counts.sent += 1
            counts.last = request.url
        }
        return try await client.send(request)
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        counts.withLock { $0.streams += 1 }
        return try await client.stream(request)
    }
}

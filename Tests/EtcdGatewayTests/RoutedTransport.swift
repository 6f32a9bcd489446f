import Synchronization
import Transport

/// Real HTTP, but for the hosts of which a test says what they answer.
final class RoutedTransport: HTTPTransport {
    /// What a host answers; nil leads to the real one.
    typealias Answer = @Sendable (HTTPRequest) async -> Result<HTTPResponse, TransportError>?

    private let client: HTTPClient
    private let answers: [String: Answer]
    private let record = Mutex<[HTTPRequest]>([])

    /// - Parameter answers: by `host:port`.
    init(_ answers: [String: Answer]) throws {
        client = try HTTPClient()
        self.answers = answers
    }

    /// The requests that were sent, in their order.
    var requests: [HTTPRequest] { record.withLock { $0 } }

    /// How many requests a host was sent, to paths that end so.
    func count(of host: String, _ path: String = "") -> Int {
        requests.count { Self.host($0) == host && $0.url.hasSuffix(path) }
    }

    func shutdown() { client.shutdown() }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        record.withLock { $0.append(request) }
        if let answer = await answers[Self.host(request)]?(request) { return try answer.get() }
        return try await client.send(request)
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        record.withLock { $0.append(request) }
        guard let answer = await answers[Self.host(request)]?(request) else { return try await client.stream(request) }
        let response = try answer.get()
        let body = Mutex<[UInt8]?>(response.body)
        return HTTPStream(head: HTTPResponseHead(status: response.status, headers: [])) {
            () async throws(TransportError) in
            body.withLock { body in
                defer { body = nil }
                return body
            }
        }
    }

    private static func host(_ request: HTTPRequest) -> String {
        String(request.url.split(separator: "/")[1])
    }
}

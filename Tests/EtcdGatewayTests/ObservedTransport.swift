import Synchronization
import Transport

/// Real HTTP that a test looks into: which requests were sent, and what streams said.
final class ObservedTransport: HTTPTransport {
    private struct Record {
        var streamRequests: [HTTPRequest] = []
        /// Longest line of any stream, in bytes, and the lines that end with a piece still to come.
        var longestLine = 0
        var fragments = 0
        var line: [UInt8] = []
    }

    private let client: HTTPClient
    private let record = Mutex(Record())

    init() throws {
        client = try HTTPClient()
    }

    var streamRequests: [HTTPRequest] { record.withLock { $0.streamRequests } }
    var longestLine: Int { record.withLock { $0.longestLine } }
    var fragments: Int { record.withLock { $0.fragments } }

    func shutdown() { client.shutdown() }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        try await client.send(request)
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        record.withLock { $0.streamRequests.append(request) }
        let stream = try await client.stream(request)
        return HTTPStream(head: stream.head) { () async throws(TransportError) in
            let bytes = try await stream.next()
            self.observe(bytes ?? [])
            return bytes
        }
    }

    private func observe(_ bytes: [UInt8]) {
        record.withLock { record in
            for byte in bytes {
                guard byte == UInt8(ascii: "\n") else {
                    record.line.append(byte)
                    continue
                }
                record.longestLine = max(record.longestLine, record.line.count)
                // Values are base64 and cannot hold this word; it stands at either end, as the version likes.
                if String(decoding: record.line.prefix(400) + record.line.suffix(100), as: UTF8.self)
                    .contains("\"fragment\":true")
                {
                    record.fragments += 1
                }
                record.line.removeAll(keepingCapacity: true)
            }
        }
    }
}

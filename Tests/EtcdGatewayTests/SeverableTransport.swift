import Synchronization
import Transport

/// Real HTTP that a test can cut: what runs is aborted, and nothing gets through until it is mended.
final class SeverableTransport: HTTPTransport {
    private let client = Mutex<HTTPClient?>(try? HTTPClient())

    /// Cuts everything.
    func sever() {
        client.withLock { client in
            client?.shutdown()
            client = nil
        }
    }

    func mend() {
        client.withLock { $0 = try? HTTPClient() }
    }

    func shutdown() { sever() }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let client = try current()
        return try await translated { () async throws(TransportError) in try await client.send(request) }
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream {
        let client = try current()
        let stream = try await translated { () async throws(TransportError) in try await client.stream(request) }
        return HTTPStream(head: stream.head) { () async throws(TransportError) in
            try await self.translated { () async throws(TransportError) in try await stream.next() }
        }
    }

    private func current() throws(TransportError) -> HTTPClient {
        guard let client = client.withLock({ $0 }) else { throw .cannotConnect(host: "severed", reason: "severed") }
        return client
    }

    /// A client that is shut down cancels; to those who use it that is to look like a network that went away.
    private func translated<Value>(
        _ operation: () async throws(TransportError) -> Value
    ) async throws(TransportError) -> Value {
        do throws(TransportError) {
            return try await operation()
        } catch .cancelled where !Task.isCancelled {
            throw .connectionLost(host: "severed", reason: "severed", sent: true)
        } catch {
            throw error
        }
    }
}

/// What the clients need of HTTP. ``HTTPClient`` does it over libcurl; tests do it from a script.
package protocol HTTPTransport: Sendable {
    /// Sends a request and gathers its whole answer.
    ///
    /// Cancelling the task aborts the transfer and throws `cancelled`.
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse

    /// Sends a request and hands the body of its answer to `reader` as it arrives; returns once that has ended as the server meant
    /// it to.
    ///
    /// What a request that throws has handed out is a part of a body.
    func send(_ request: HTTPRequest, to reader: inout some BodyReader) async throws(TransportError) -> HTTPResponseHead

    /// Sends a request and returns as soon as the head of its answer is there; the body follows as it comes.
    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream

    /// Whether the server in a URL has a name that is to be looked up.
    func hasName(_ url: String) -> Bool

    /// The addresses of the server in a URL, in the order in which they are to be tried; none where nobody knows any.
    func addresses(of url: String) async -> [String]
}

/// Reads a body as it arrives, so that all of it need not be in memory at once.
package protocol BodyReader: Sendable {
    mutating func take(_ piece: [UInt8], of head: HTTPResponseHead)
}

extension HTTPTransport {
    package func send(
        _ request: HTTPRequest, to reader: inout some BodyReader
    ) async throws(TransportError) -> HTTPResponseHead {
        let response = try await send(request)
        reader.take(response.body, of: response.head)
        return response.head
    }

    package func hasName(_ url: String) -> Bool { false }

    package func addresses(of url: String) async -> [String] { [] }
}

/// An answer whose body is still arriving.
package struct HTTPStream: Sendable {
    package let head: HTTPResponseHead
    private let pull: @Sendable () async throws(TransportError) -> [UInt8]?

    package init(head: HTTPResponseHead, pull: @escaping @Sendable () async throws(TransportError) -> [UInt8]?) {
        self.head = head
        self.pull = pull
    }

    /// The next piece of the body, or nil once the server has ended it properly; a cut body throws instead.
    package func next() async throws(TransportError) -> [UInt8]? {
        try await pull()
    }
}

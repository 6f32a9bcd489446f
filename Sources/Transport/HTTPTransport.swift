/// What the clients need of HTTP. ``HTTPClient`` does it over libcurl; tests do it from a script.
package protocol HTTPTransport: Sendable {
    /// Sends a request and gathers its whole answer.
    ///
    /// Cancelling the task aborts the transfer and throws `cancelled`.
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse

    /// Sends a request and returns as soon as the head of its answer is there; the body follows as it comes.
    func stream(_ request: HTTPRequest) async throws(TransportError) -> HTTPStream
}

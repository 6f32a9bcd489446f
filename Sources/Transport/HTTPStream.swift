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

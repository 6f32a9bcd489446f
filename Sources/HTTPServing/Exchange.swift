import NIOHTTP1

/// A request that has arrived whole, within the server's limits.
package struct ServedRequest: Sendable {
    /// `GET`, `POST` or whatever was sent.
    package let method: String
    /// Path with query, as it stood in the request line.
    package let target: String
    /// The body's bytes.
    package let body: [UInt8]
    /// The names by which the layer below HTTP knows the client, such as those of its certificate; empty where it knows none.
    package let peerNames: [String]
    private let headers: HTTPHeaders

    init(_ head: HTTPRequestHead, body: [UInt8], peerNames: [String]) {
        method = head.method.rawValue
        target = head.uri
        headers = head.headers
        self.body = body
        self.peerNames = peerNames
    }

    /// The value of a header, whatever the case of its name; of several the first.
    package func header(_ name: String) -> String? {
        headers.first(name: name)
    }
}

/// A whole reply.
package struct ServedResponse: Sendable {
    /// The status code.
    package var status: Int
    /// The `Content-Type` header.
    package var contentType: String
    /// The whole body.
    package var body: String
    /// Headers beyond those of every reply.
    package var headers: [(name: String, value: String)]
    /// Whether the connection ends with it, though its client would go on.
    package var endsConnection: Bool

    /// A reply.
    package init(
        status: Int, contentType: String, body: String, headers: [(name: String, value: String)] = [],
        endsConnection: Bool = false
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
        self.endsConnection = endsConnection
    }
}

extension ServedResponse: Outcome {
    /// Sends it.
    package func carryOut(_ exchange: ServedExchange) {
        exchange.reply(self)
    }
}

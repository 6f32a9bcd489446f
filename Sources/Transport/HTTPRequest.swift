/// One HTTP request, complete before it is sent: body and headers are values, so a request can be repeated or logged.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    /// Which HTTP version to speak.
    package enum Version: Sendable {
        /// HTTP/2 where a TLS server offers it, else HTTP/1.1.
        case negotiated
        /// HTTP/1.1 and a connection of its own, for bodies that stream for hours.
        case http11
    }

    package var method: Method
    /// Absolute `http://` or `https://` URL; nothing else is ever opened.
    package var url: String
    /// Names and values in order. `Accept: application/json` is added where no `Accept` is given.
    package var headers: [HTTPHeader]
    package var body: [UInt8]?
    package var version: Version
    package var tls: TLSSettings
    /// From the start until the connection (TCP and TLS) stands.
    package var connectTimeout: Duration
    /// From the start until the last byte of the body; nil for streams that may last for ever.
    package var totalTimeout: Duration?
    /// The most body bytes that ``HTTPTransport/send(_:)`` gathers before it gives up with `bodyTooLarge`.
    package var bodyLimit: Int
    /// Whether the head of the answer is to tell which certificate the server showed.
    package var reportsCertificate = false

    package init(
        _ method: Method, _ url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
        version: Version = .negotiated,
        tls: TLSSettings = TLSSettings(), connectTimeout: Duration = .seconds(5),
        totalTimeout: Duration? = .seconds(30), bodyLimit: Int = 256 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.version = version
        self.tls = tls
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.bodyLimit = bodyLimit
    }
}

/// A header line. Values may be secrets (`Authorization`), so a header prints its name alone.
package struct HTTPHeader: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package var description: String { "\(name): …" }
    package var debugDescription: String { description }
}

/// One HTTP request, complete before it is sent: body and headers are values, so a request can be repeated or logged.
package struct HTTPRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    package var method: Method
    /// Absolute `http://` or `https://` URL; nothing else is ever opened.
    package var url: String
    /// The one of the server's addresses to connect to, numeric; nil for whichever answers first.
    package var address: String?
    /// Names and values in order. `Accept: application/json` is added where no `Accept` is given.
    package var headers: [HTTPHeader]
    package var body: [UInt8]?
    package var tls: TLSSettings
    /// From the start until the connection (TCP and TLS) stands.
    package var connectTimeout: Duration
    /// From the start until the last byte of the body; nil for streams that may last for ever.
    package var totalTimeout: Duration?
    /// The most body bytes that ``HTTPTransport/send(_:)`` gathers before it gives up with `answerTooLarge`.
    package var bodyLimit: Int
    /// Whether the head of the answer is to tell which certificate the server showed.
    package var reportsCertificate = false
    /// How long the server's machine may leave what we send unacknowledged, before the connection counts as lost. It does
    /// not bound how long the server may think.
    package var lossLimit = Duration.seconds(3)
    /// A connection that was idle for longer than this, in whole seconds, is not used again.
    package var idleLimit = Duration.seconds(3)
    /// Whether asking twice does no harm. Such a request is repeated once, on a new connection, when a kept one turns out
    /// to be dead. Nothing else is ever sent twice.
    package var isRepeatable: Bool
    /// How long a repeatable request waits for an answer on a kept connection before it is asked again on a new one: the
    /// longest that such an answer usually takes. Nil for as long as the other limits let it.
    package var silenceLimit: Duration?
    /// Until when it may be sent; nil for any time.
    package var lease: (any SendLease)?

    package init(
        _ method: Method, _ url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
        tls: TLSSettings = TLSSettings(), connectTimeout: Duration = .seconds(5),
        totalTimeout: Duration? = .seconds(30), bodyLimit: Int = 256 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.tls = tls
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
        self.bodyLimit = bodyLimit
        isRepeatable = method == .get
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

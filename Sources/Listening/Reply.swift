/// What a visitor is answered.
package struct Reply: Equatable, Sendable {
    package let status: Int
    package let contentType: String
    /// Beside those that every answer has.
    package let headers: [String: String]
    package let body: [UInt8]

    package init(
        _ status: Int = 200, _ contentType: String = "text/plain; charset=utf-8", headers: [String: String] = [:],
        _ body: [UInt8]
    ) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    package init(_ status: Int = 200, line: String, headers: [String: String] = [:]) {
        self.init(status, headers: headers, Array((line + "\n").utf8))
    }

    init(_ refusal: Inquiry.Refusal) { self.init(refusal.status, line: refusal.words) }

    /// As it goes out.
    ///
    /// - Parameter hasBody: whether the body goes with it.
    func bytes(hasBody: Bool) -> [UInt8] {
        var lines = [
            "HTTP/1.1 \(status) \(Self.phrases[status] ?? "Status")", "Content-Type: \(contentType)",
            "Content-Length: \(body.count)", "Connection: close", "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
        ]
        lines += headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (hasBody ? body : [])
    }

    private static let phrases = [
        200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 408: "Request Timeout", 413: "Content Too Large", 414: "URI Too Long",
        421: "Misdirected Request", 431: "Request Header Fields Too Large", 503: "Service Unavailable",
    ]
}

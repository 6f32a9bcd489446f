/// The status and headers of an answer; redirects are answers like any other and are not followed.
package struct HTTPResponseHead: Sendable {
    package let status: Int
    package let headers: [HTTPHeader]
    /// What the server showed in TLS, where the request asked for it.
    package internal(set) var certificate: ServerCertificate?

    package init(status: Int, headers: [HTTPHeader]) {
        self.status = status
        self.headers = headers
    }

    /// The first value of a header, whatever the case of its name.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// A whole answer: the body ended as the server meant it to, and is not cut short.
package struct HTTPResponse: Sendable {
    package let head: HTTPResponseHead
    package let body: [UInt8]

    package init(head: HTTPResponseHead, body: [UInt8]) {
        self.head = head
        self.body = body
    }

    package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.init(head: HTTPResponseHead(status: status, headers: headers), body: body)
    }

    package var status: Int { head.status }

    /// The body as text; bytes that are not UTF-8 become replacement characters.
    package var text: String { String(decoding: body, as: UTF8.self) }
}

/// What a client asked, as far as the model cares.
package struct SimulatedRequest: Sendable, Equatable {
    /// `GET`, `POST`, `PUT`, `DELETE` or whatever was sent.
    package let method: String
    /// Path with query, as it stood in the request line.
    package let target: String
    /// The `Authorization` header.
    package let authorization: String?
    /// The body's bytes.
    package let body: [UInt8]
    /// The `Cookie` header.
    package var cookie: String?
    /// The `Content-Type` header.
    package var contentType: String?
    /// The alternative names of the client's certificate; empty without one.
    package var certificateNames: [String] = []

    /// A request; a test may leave out what it does not need.
    package init(method: String, target: String, authorization: String? = nil, body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.authorization = authorization
        self.body = body
    }

    /// The cookies by name.
    var cookies: [String: String] {
        var values: [String: String] = [:]
        for pair in cookie?.split(separator: ";") ?? [] {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        return values
    }

    /// The path without its query.
    package var path: Substring {
        target.prefix { $0 != "?" }
    }

    /// The bytes of the request line without its line end, which Apache limits.
    var lineLength: Int {
        method.utf8.count + target.utf8.count + " ".utf8.count * 2 + "HTTP/1.1".utf8.count
    }

    /// The values of the query by name; of two with one name the last holds.
    package var query: [String: String] {
        var values: [String: String] = [:]
        for pair in target.dropFirst(path.count + 1).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Spelling.percentDecoded(parts[0]) else { continue }
            values[name] = parts.count == 2 ? Spelling.percentDecoded(parts[1]) ?? "" : ""
        }
        return values
    }
}

/// What the simulator answers.
package struct SimulatedResponse: Sendable, Equatable {
    /// The status code.
    package var status: Int
    /// The `Content-Type` header.
    package var contentType: String
    /// The whole body.
    package var body: String
    /// Headers beyond those of every reply.
    package var headers: [Header] = []
    /// Whether the request changed the model.
    package var changedState = false
    /// The GUIDs that it made members of a partition which their ports' PKey tables have no room for.
    package var overflowed: [UInt64] = []

    /// In how many milliseconds the model has work to do that needs no request; nil if it has none.
    package var wakeAfter: Int?

    /// One header line.
    package struct Header: Sendable, Equatable {
        /// The header's name.
        package let name: String
        /// The header's value.
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// A reply without headers of its own.
    package init(status: Int, contentType: String, body: String) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A reply with JSON.
    package static func json(_ body: String, status: Int = 200) -> SimulatedResponse {
        SimulatedResponse(status: status, contentType: "application/json", body: body)
    }

    /// A reply in plain text.
    package static func text(_ body: String, status: Int) -> SimulatedResponse {
        SimulatedResponse(status: status, contentType: "text/plain; charset=utf-8", body: body)
    }

    /// The page that Apache prints for that status.
    package static func page(_ status: Int) -> SimulatedResponse {
        SimulatedResponse(status: status, contentType: HTMLPage.contentType, body: HTMLPage.error(status))
    }
}

/// A request that is turned down, thrown from wherever the reason is found.
struct Refusal: Error {
    let response: SimulatedResponse

    static func badRequest(_ text: String) -> Refusal {
        Refusal(response: .text(text, status: 400))
    }

    static func notFound(_ text: String) -> Refusal {
        Refusal(response: .text(text, status: 404))
    }

    static func page(_ status: Int) -> Refusal {
        Refusal(response: .page(status))
    }
}

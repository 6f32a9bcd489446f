internal import Text

/// What a visitor asks: the head of a request, as far as anybody looks at it. Pure.
package struct Inquiry: Equatable, Sendable {
    package let method: String
    /// As it was sent, without what stands behind the question mark.
    package let path: String
    /// What stands behind it, decoded; of two values of one name the first.
    package let query: [String: String]
    /// By lower-case name; of two values of one name the first.
    package let headers: [String: String]

    package init(_ method: String, _ path: String, query: [String: String] = [:], headers: [String: String] = [:]) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
    }

    /// A request that is answered by an error and nothing else.
    package struct Refusal: Error, Equatable {
        package let status: Int
        package let words: String
    }

    private static let mostTarget = 2_048

    /// - Parameter head: up to the empty line, without it.
    init(head: [UInt8]) throws(Refusal) {
        guard let text = String(validating: head, as: UTF8.self) else { throw Refusal(status: 400, words: "not UTF-8") }
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
        let request = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false)
        guard request.count == 3, request[2] == "HTTP/1.1" || request[2] == "HTTP/1.0", request[1].hasPrefix("/") else {
            throw Refusal(status: 400, words: "not a request of HTTP/1")
        }
        guard request[1].utf8.count <= Self.mostTarget else {
            throw Refusal(status: 414, words: "the address is too long")
        }
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.unicodeScalars.firstIndex(of: ":"), colon != line.startIndex else {
                throw Refusal(status: 400, words: "a header without a name")
            }
            let (name, value) = (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmed)
            if headers[name] == nil { headers[name] = value }
        }
        guard headers["transfer-encoding"] == nil, ["0", nil].contains(headers["content-length"]) else {
            throw Refusal(status: 413, words: "nothing is taken in")
        }
        let target = request[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        method = String(request[0])
        path = String(target[0])
        query = target.count > 1 ? Self.query(target[1]) : [:]
        self.headers = headers
    }

    private static func query(_ text: Substring) -> [String: String] {
        var query: [String: String] = [:]
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = decoded(pair[0])
            if query[name] == nil { query[name] = pair.count > 1 ? decoded(pair[1]) : "" }
        }
        return query
    }

    /// Without the escapes of forms; what is no escape stays as it is.
    private static func decoded(_ text: Substring) -> String {
        var (bytes, rest): ([UInt8], ArraySlice<UInt8>) = ([], Array(text.utf8)[...])
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = Hex.value(of: rest.prefix(2), prefix: .optional, minimumDigits: 2, maximumDigits: 2)
            {
                bytes.append(UInt8(truncatingIfNeeded: value))
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

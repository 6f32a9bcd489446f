import Text

/// Gathers the header lines that libcurl hands out one by one into the head of the final answer.
struct HeadParser {
    private var status = 0
    private var headers: [HTTPHeader] = []

    /// The head, once its closing blank line is there; interim answers (1xx) are passed over.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) -> HTTPResponseHead? {
        // No more than the line end: a line of blanks does not close the head.
        var line = bytes[...]
        while let last = line.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: "\n") { line.removeLast() }
        if line.starts(with: "HTTP/".utf8) {
            let words = line.split(separator: UInt8(ascii: " "))
            status = words.dropFirst().first.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
            headers = []
            return nil
        }
        guard line.isEmpty else {
            if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                let value = String(decoding: line[(colon + 1)...], as: UTF8.self).trimmed
                headers.append(HTTPHeader(String(decoding: line[..<colon], as: UTF8.self), value))
            }
            return nil
        }
        guard status >= 200 else { return nil }
        return HTTPResponseHead(status: status, headers: headers)
    }
}

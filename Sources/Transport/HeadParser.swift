import Text

/// Gathers the header lines that libcurl hands out one by one into the head of the final answer.
struct HeadParser {
    private var status = 0
    private var headers: [HTTPHeader] = []

    /// The head, once its closing blank line is there; interim answers (1xx) are passed over.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) -> HTTPResponseHead? {
        // No more than the line end: a line of blanks does not close the head.
        var line = String(decoding: bytes, as: UTF8.self)[...]
        while line.last?.isNewline == true { line.removeLast() }
        if line.hasPrefix("HTTP/") {
            status = line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            headers = []
            return nil
        }
        guard line.isEmpty else {
            if let colon = line.firstIndex(of: ":") {
                let value = line[line.index(after: colon)...].trimmed
                headers.append(HTTPHeader(String(line[..<colon]), value))
            }
            return nil
        }
        guard status >= 200 else { return nil }
        return HTTPResponseHead(status: status, headers: headers)
    }
}

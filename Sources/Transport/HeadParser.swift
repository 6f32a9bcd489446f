/// Gathers the header lines that libcurl hands out one by one into the head of the final answer.
struct HeadParser {
    private var status = 0
    private var headers: [HTTPHeader] = []

    /// The head, once its closing blank line is there; interim answers (1xx) are passed over.
    mutating func consume(_ line: UnsafeRawBufferPointer) -> HTTPResponseHead? {
        let text = String(decoding: line, as: UTF8.self)
        let trimmed = text.trimmingLineEnd()
        if trimmed.hasPrefix("HTTP/") {
            status = trimmed.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            headers = []
            return nil
        }
        guard trimmed.isEmpty else {
            if let colon = trimmed.firstIndex(of: ":") {
                let value = trimmed[trimmed.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
                headers.append(HTTPHeader(String(trimmed[..<colon]), String(value)))
            }
            return nil
        }
        guard status >= 200 else { return nil }
        return HTTPResponseHead(status: status, headers: headers)
    }
}

extension String {
    fileprivate func trimmingLineEnd() -> Substring {
        var rest = self[...]
        while let last = rest.last, last.isNewline { rest.removeLast() }
        return rest
    }
}

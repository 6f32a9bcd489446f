internal import Text

/// Reads the answer to a range by its bytes: a site has tens of thousands of keys.
enum RangeAnswerScanner {
    /// The answer, if it is one in the usual form; nil says nothing of it.
    static func answer(in body: [UInt8]) -> HeadedAnswer<RangeAnswer>? {
        GatewayScanner.read(body) { $0.rangeAnswer() }.map { HeadedAnswer(header: $0.header, content: $0) }
    }
}

extension GatewayScanner {
    fileprivate mutating func rangeAnswer() -> RangeAnswer? {
        var (header, keyValues) = (ResponseHeader?.none, [KeyValue]?.none)
        var (count, hasMore) = (Int64?.none, Bool?.none)
        let isOne = fields { scanner, name in
            if scanner.json.isWord("header", name) {
                PlainScanner.fill(&header, scanner.header())
            } else if scanner.json.isWord("kvs", name) {
                PlainScanner.fill(&keyValues, scanner.list { $0.keyValue() })
            } else if scanner.json.isWord("count", name) {
                PlainScanner.fill(&count, scanner.revision())
            } else if scanner.json.isWord("more", name) {
                PlainScanner.fill(&hasMore, scanner.json.flag())
            } else {
                false
            }
        }
        guard isOne, let header else { return nil }
        return RangeAnswer(
            header: header, keyValues: keyValues ?? [], count: count ?? 0, hasMore: hasMore ?? false)
    }
}

internal import KeyHistory
internal import Text

/// Reads the answer to a range by its bytes, in the form that the gateway writes it in: a site has tens of thousands of keys.
///
/// It has no judgement of its own: where anything is written otherwise (escapes, nulls, unknown fields, numbers without quotes),
/// or a name stands twice, there is no result, and the general decoder reads the whole and says what is wrong. What both read
/// they read the same: `RangeAnswerScannerTests`.
struct RangeAnswerScanner {
    private var json: PlainScanner

    /// The answer, if it is one that is read this way to its end; nil says nothing of it.
    static func answer(in body: [UInt8]) -> HeadedAnswer<RangeAnswer>? {
        body.withUnsafeBufferPointer { bytes in
            var scanner = RangeAnswerScanner(json: PlainScanner(bytes))
            return scanner.answer().map { HeadedAnswer(header: $0.header, content: $0) }
        }
    }

    private mutating func answer() -> RangeAnswer? {
        var (header, keyValues) = (ResponseHeader?.none, [KeyValue]?.none)
        var (count, hasMore) = (Int64?.none, Bool?.none)
        guard json.skip("{") else { return nil }
        repeat {
            guard let field = json.span(), json.skip(":") else { return nil }
            let isTaken =
                if json.isWord("header", field) {
                    PlainScanner.fill(&header, self.header())
                } else if json.isWord("kvs", field) {
                    PlainScanner.fill(&keyValues, self.keyValues())
                } else if json.isWord("count", field) {
                    PlainScanner.fill(&count, revision())
                } else if json.isWord("more", field) {
                    PlainScanner.fill(&hasMore, json.flag())
                } else {
                    false
                }
            guard isTaken else { return nil }
        } while json.skip(",")
        guard json.skip("}"), json.isAtEnd, let header else { return nil }
        return RangeAnswer(
            header: header, keyValues: keyValues ?? [], count: count ?? 0, hasMore: hasMore ?? false)
    }

    private mutating func header() -> ResponseHeader? {
        var (cluster, member, revision, term) = (UInt64?.none, UInt64?.none, Int64?.none, UInt64?.none)
        guard json.skip("{") else { return nil }
        repeat {
            guard let field = json.span(), json.skip(":") else { return nil }
            let isTaken =
                if json.isWord("cluster_id", field) {
                    PlainScanner.fill(&cluster, number())
                } else if json.isWord("member_id", field) {
                    PlainScanner.fill(&member, number())
                } else if json.isWord("revision", field) {
                    PlainScanner.fill(&revision, self.revision())
                } else if json.isWord("raft_term", field) {
                    PlainScanner.fill(&term, number())
                } else {
                    false
                }
            guard isTaken else { return nil }
        } while json.skip(",")
        guard json.skip("}") else { return nil }
        return ResponseHeader(
            clusterID: cluster ?? 0, memberID: member ?? 0, revision: revision ?? 0, raftTerm: term)
    }

    private mutating func keyValues() -> [KeyValue]? {
        var all: [KeyValue] = []
        guard json.skip("[") else { return nil }
        if json.skip("]") { return all }
        repeat {
            guard let keyValue = keyValue() else { return nil }
            all.append(keyValue)
        } while json.skip(",")
        return json.skip("]") ? all : nil
    }

    private mutating func keyValue() -> KeyValue? {
        var (key, value) = ([UInt8]?.none, [UInt8]?.none)
        var (created, modified, version, lease) = (Int64?.none, Int64?.none, Int64?.none, Int64?.none)
        guard json.skip("{") else { return nil }
        repeat {
            guard let field = json.span(), json.skip(":") else { return nil }
            let isTaken =
                if json.isWord("key", field) {
                    PlainScanner.fill(&key, bytes())
                } else if json.isWord("value", field) {
                    PlainScanner.fill(&value, bytes())
                } else if json.isWord("create_revision", field) {
                    PlainScanner.fill(&created, revision())
                } else if json.isWord("mod_revision", field) {
                    PlainScanner.fill(&modified, revision())
                } else if json.isWord("version", field) {
                    PlainScanner.fill(&version, revision())
                } else if json.isWord("lease", field) {
                    PlainScanner.fill(&lease, number().flatMap(Int64.init(exactly:)))
                } else {
                    false
                }
            guard isTaken else { return nil }
        } while json.skip(",")
        guard json.skip("}") else { return nil }
        return KeyValue(
            key: key ?? [], value: value ?? [], createRevision: created ?? 0, modRevision: modified ?? 0,
            version: version ?? 0, lease: lease ?? 0)
    }

    // MARK: Single values

    private mutating func revision() -> Int64? {
        number().flatMap(Int64.init(exactly:)).flatMap { KeyVersion.numbers.contains($0) ? $0 : nil }
    }

    /// Digits between quotes.
    private mutating func number() -> UInt64? {
        guard let span = json.span(), !span.isEmpty else { return nil }
        var number: UInt64 = 0
        for byte in json.bytes(span) {
            let digit = UInt64(byte) &- UInt64(UInt8(ascii: "0"))
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isBeyond) = tens.addingReportingOverflow(digit)
            guard digit < 10, !isTooLarge, !isBeyond else { return nil }
            number = sum
        }
        return number
    }

    private mutating func bytes() -> [UInt8]? { json.span().flatMap { Base64.bytes(of: json.bytes($0)) } }
}

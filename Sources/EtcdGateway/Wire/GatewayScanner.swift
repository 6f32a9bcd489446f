internal import KeyHistory
internal import Text

/// Reads what the gateway sends by its bytes, in the form that it writes it in: for what comes in tens of thousands.
///
/// It has no judgement of its own: where anything is written otherwise (escapes, nulls, unknown fields, numbers without quotes),
/// or a name stands twice, there is no result, and the general decoder reads the whole and says what is wrong. What both read
/// they read the same: `RangeAnswerScannerTests`, `WatchLineScannerTests`.
struct GatewayScanner {
    var json: PlainScanner

    /// What a body is, if it is read this way to its end; nil says nothing of it.
    static func read<Content>(_ body: [UInt8], _ content: (inout GatewayScanner) -> Content?) -> Content? {
        body.withUnsafeBufferPointer { bytes in
            var scanner = GatewayScanner(json: PlainScanner(bytes))
            guard let found = content(&scanner), scanner.json.isAtEnd else { return nil }
            return found
        }
    }

    // MARK: What has parts

    /// Steps through an object whose fields are all known; says whether it is one.
    ///
    /// - Parameter take: takes the value of the field of that name; false for one that it does not know, or that is there twice.
    mutating func fields(_ take: (inout GatewayScanner, Range<Int>) -> Bool) -> Bool {
        guard json.skip("{") else { return false }
        repeat {
            guard let name = json.span(), json.skip(":"), take(&self, name) else { return false }
        } while json.skip(",")
        return json.skip("}")
    }

    mutating func list<Element>(of element: (inout GatewayScanner) -> Element?) -> [Element]? {
        var all: [Element] = []
        guard json.skip("[") else { return nil }
        if json.skip("]") { return all }
        repeat {
            guard let next = element(&self) else { return nil }
            all.append(next)
        } while json.skip(",")
        return json.skip("]") ? all : nil
    }

    mutating func header() -> ResponseHeader? {
        var (cluster, member, revision, term) = (UInt64?.none, UInt64?.none, Int64?.none, UInt64?.none)
        let isOne = fields { scanner, name in
            if scanner.json.isWord("cluster_id", name) {
                PlainScanner.fill(&cluster, scanner.number())
            } else if scanner.json.isWord("member_id", name) {
                PlainScanner.fill(&member, scanner.number())
            } else if scanner.json.isWord("revision", name) {
                PlainScanner.fill(&revision, scanner.revision())
            } else if scanner.json.isWord("raft_term", name) {
                PlainScanner.fill(&term, scanner.number())
            } else {
                false
            }
        }
        guard isOne else { return nil }
        return ResponseHeader(
            clusterID: cluster ?? 0, memberID: member ?? 0, revision: revision ?? 0, raftTerm: term)
    }

    mutating func keyValue() -> KeyValue? {
        var (key, value) = ([UInt8]?.none, [UInt8]?.none)
        var (created, modified, version, lease) = (Int64?.none, Int64?.none, Int64?.none, Int64?.none)
        let isOne = fields { scanner, name in
            if scanner.json.isWord("key", name) {
                PlainScanner.fill(&key, scanner.bytes())
            } else if scanner.json.isWord("value", name) {
                PlainScanner.fill(&value, scanner.bytes())
            } else if scanner.json.isWord("create_revision", name) {
                PlainScanner.fill(&created, scanner.revision())
            } else if scanner.json.isWord("mod_revision", name) {
                PlainScanner.fill(&modified, scanner.revision())
            } else if scanner.json.isWord("version", name) {
                PlainScanner.fill(&version, scanner.revision())
            } else if scanner.json.isWord("lease", name) {
                PlainScanner.fill(&lease, scanner.number().flatMap(Int64.init(exactly:)))
            } else {
                false
            }
        }
        guard isOne else { return nil }
        return KeyValue(
            key: key ?? [], value: value ?? [], createRevision: created ?? 0, modRevision: modified ?? 0,
            version: version ?? 0, lease: lease ?? 0)
    }

    // MARK: Single values

    mutating func revision() -> Int64? {
        number().flatMap(Int64.init(exactly:)).flatMap { KeyVersion.numbers.contains($0) ? $0 : nil }
    }

    /// Digits between quotes.
    mutating func number() -> UInt64? {
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

internal import FoundationEssentials

/// One page of a range.
package struct RangePage: Sendable {
    package let header: ResponseHeader
    /// In ascending order of key.
    package let keyValues: [KeyValue]
    /// Keys in the whole range, whatever the limit.
    package let count: Int64
    /// Whether the limit cut the answer.
    package let hasMore: Bool
    /// The member that answered.
    package let endpoint: EtcdEndpoint
}

extension EtcdClient {
    struct RangeRequest: Encodable, Sendable {
        let key: Data
        let range_end: Data?
        let limit: WireInt64?
        let revision: WireRevision?
        let keys_only: Bool?
        let count_only: Bool?
        var min_mod_revision: WireRevision?

        /// Asks for nothing but an answer: whether there is a key that nobody makes.
        static var cheap: RangeRequest {
            RangeRequest(
                key: Data([0]), range_end: nil, limit: WireInt64(1), revision: nil, keys_only: nil, count_only: true)
        }
    }

    /// Reads a range, linearizably, in one answer.
    ///
    /// - Parameters:
    ///   - limit: at most so many keys; 0 for all.
    ///   - revision: the state at that revision; 0 for now.
    ///   - last: a member to ask only when no other answers.
    package func range(
        _ range: KeyRange, limit: Int64 = 0, revision: Int64 = 0, keysOnly: Bool = false, countOnly: Bool = false,
        avoiding last: EtcdEndpoint? = nil
    ) async throws(EtcdError) -> RangePage {
        let body = RangeRequest(
            key: Data(range.start), range_end: range.end.isEmpty ? nil : Data(range.end),
            limit: limit == 0 ? nil : WireInt64(limit), revision: revision == 0 ? nil : WireRevision(revision),
            keys_only: keysOnly ? true : nil, count_only: countOnly ? true : nil)
        let (answer, endpoint): (RangeAnswer, _) = try await call(
            "/v3/kv/range", body, effect: .read, operation: "range of \(range)", last: last,
            scan: RangeAnswerScanner.answer)
        return RangePage(
            header: answer.header, keyValues: answer.keyValues, count: answer.count, hasMore: answer.hasMore,
            endpoint: endpoint)
    }

    /// The value of a key, or nil where there is none.
    package func get(_ key: [UInt8]) async throws(EtcdError) -> KeyValue? {
        try await range(.single(key)).keyValues.first
    }

    /// Hands out a range page by page, all pages at one revision.
    ///
    /// - Parameters:
    ///   - revision: the state at that revision; 0 for now, which is then the revision of the first page.
    ///   - limit: at most so many keys; 0 for all.
    /// - Returns: the header of the first page and the member that answered it, once the last page has been handed out.
    package func pages(
        of range: KeyRange, keysOnly: Bool = false, revision: Int64 = 0, limit: Int64 = 0,
        avoiding last: EtcdEndpoint? = nil, _ receive: ([KeyValue]) async throws(EtcdError) -> Void
    ) async throws(EtcdError) -> (ResponseHeader, EtcdEndpoint) {
        var rest = range
        var first: (header: ResponseHeader, endpoint: EtcdEndpoint)?
        var remaining = limit == 0 ? Int64.max : limit
        var size = PageSize(keysOnly: keysOnly)
        while true {
            let page: RangePage
            let asked = min(size.keys, remaining)
            do throws(EtcdError) {
                page = try await self.range(
                    rest, limit: asked, revision: first?.header.revision ?? revision,
                    keysOnly: keysOnly, avoiding: last)
            } catch let error where error.isTooLarge && asked > 1 {
                size.shrink(after: asked)
                continue
            }
            // A page of an old revision still tells in its header how far the store is now.
            let begun =
                first
                ?? (
                    ResponseHeader(
                        clusterID: page.header.clusterID, memberID: page.header.memberID,
                        revision: revision == 0 ? page.header.revision : revision, raftTerm: page.header.raftTerm),
                    page.endpoint
                )
            guard page.header.clusterID == begun.header.clusterID else {
                throw EtcdError(.malformedAnswer, "two clusters answered one read", operation: "range of \(range)")
            }
            guard begun.header.revision > 0 else {
                throw EtcdError(.malformedAnswer, "a list without a revision", operation: "range of \(range)")
            }
            first = begun
            try await receive(page.keyValues)
            remaining -= Int64(page.keyValues.count)
            guard page.hasMore, remaining > 0 else { return begun }
            guard let last = page.keyValues.last else {
                throw EtcdError(.malformedAnswer, "an empty page claims more", operation: "range of \(range)")
            }
            guard !last.key.lexicographicallyPrecedes(rest.start) else {
                throw EtcdError(.malformedAnswer, "a page leads back", operation: "range of \(range)")
            }
            rest = rest.after(last.key)
            size.grow(after: page.keyValues)
        }
    }

    /// The most bytes of keys and values that one list may have.
    static let listLimit = 128 << 20

    /// Everything in a range at one revision: complete, or an error.
    ///
    /// - Parameter revision: the state at that revision, which a member that has not got there refuses; 0 for now.
    /// - Parameter last: a member to ask only when no other answers.
    package func list(
        _ range: KeyRange, keysOnly: Bool = false, at revision: Int64 = 0, avoiding last: EtcdEndpoint? = nil
    ) async throws(EtcdError) -> KeyListing {
        var keyValues: [KeyValue] = []
        var bytes = 0
        let (header, endpoint) = try await pages(of: range, keysOnly: keysOnly, revision: revision, avoiding: last) {
            (page) throws(EtcdError) in
            keyValues += page
            // With what it takes to hold a key, however short it is.
            bytes += page.reduce(0) { $0 + $1.key.count + $1.value.count + 128 }
            guard bytes <= Self.listLimit else {
                throw EtcdError(
                    .malformedAnswer, "the list is larger than \(Self.listLimit) bytes", operation: "range of \(range)")
            }
        }
        return KeyListing(header: header, complete: keyValues, through: endpoint)
    }
}

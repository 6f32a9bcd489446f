/// What etcd answers to a range.
struct RangeAnswer: Decodable, Equatable, Sendable {
    let header: ResponseHeader
    /// In ascending order of key.
    let keyValues: [KeyValue]
    /// Keys in the whole range, whatever the limit.
    let count: Int64
    /// Whether the limit cut the answer.
    let hasMore: Bool

    private enum CodingKeys: String, CodingKey {
        case header, kvs, count, more
    }

    init(header: ResponseHeader, keyValues: [KeyValue], count: Int64, hasMore: Bool) {
        self.header = header
        self.keyValues = keyValues
        self.count = count
        self.hasMore = hasMore
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        header = try container.decode(WireHeader.self, forKey: .header).header
        keyValues = try container.decodeIfPresent([WireKeyValue].self, forKey: .kvs)?.map(\.keyValue) ?? []
        count = try container.decodeIfPresent(WireRevision.self, forKey: .count)?.value ?? 0
        hasMore = try container.decodeIfPresent(Bool.self, forKey: .more) ?? false
    }
}

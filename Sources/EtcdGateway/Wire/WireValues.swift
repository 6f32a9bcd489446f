internal import FoundationEssentials
internal import KeyHistory

/// A 64-bit integer on the gateway: sent as a string, accepted as a string or a number, absent when zero.
struct WireInt64: Codable {
    let value: Int64

    init(_ value: Int64) { self.value = value }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            guard let value = Int64(text) else { throw notANumber(text, container) }
            self.value = value
        } else {
            value = try container.decode(Int64.self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(value))
    }
}

/// A revision or a count on the gateway: within bounds, so that nothing is reckoned with that is none.
struct WireRevision: Codable {
    let value: Int64

    /// - Parameter value: our own.
    init(_ value: Int64) { self.value = value }

    init(from decoder: any Decoder) throws {
        let number = try WireInt64(from: decoder).value
        guard KeyVersion.numbers.contains(number) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no revision: \(number)"))
        }
        value = number
    }

    func encode(to encoder: any Encoder) throws { try WireInt64(value).encode(to: encoder) }
}

/// An id on the gateway: beyond `Int64.max` for half of all clusters.
struct WireUInt64: Codable {
    let value: UInt64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            guard let value = UInt64(text) else { throw notANumber(text, container) }
            self.value = value
        } else {
            value = try container.decode(UInt64.self)
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(String(value))
    }
}

private func notANumber(_ text: String, _ container: any SingleValueDecodingContainer) -> DecodingError {
    DecodingError.dataCorruptedError(in: container, debugDescription: "not a 64-bit integer: \(text)")
}

/// Reads an answer by its bytes; nil where it is not in its usual form.
typealias AnswerScan<Content: Decodable> = @Sendable (_ body: [UInt8]) -> HeadedAnswer<Content>?

/// An answer with its header, where it has one that can be read: whose answer it is.
struct HeadedAnswer<Content: Decodable>: Decodable {
    let header: ResponseHeader?
    let content: Content

    private enum CodingKeys: String, CodingKey {
        case header
    }

    init(header: ResponseHeader?, content: Content) {
        self.header = header
        self.content = content
    }

    init(from decoder: any Decoder) throws {
        content = try Content(from: decoder)
        header = try? decoder.container(keyedBy: CodingKeys.self).decode(WireHeader.self, forKey: .header).header
    }
}

struct WireHeader: Decodable {
    var cluster_id: WireUInt64?
    var member_id: WireUInt64?
    var revision: WireRevision?
    var raft_term: WireUInt64?

    var header: ResponseHeader {
        ResponseHeader(
            clusterID: cluster_id?.value ?? 0, memberID: member_id?.value ?? 0, revision: revision?.value ?? 0,
            raftTerm: raft_term?.value)
    }
}

struct WireKeyValue: Decodable {
    var key: Data?
    var value: Data?
    var create_revision: WireRevision?
    var mod_revision: WireRevision?
    var version: WireRevision?
    var lease: WireInt64?

    var keyValue: KeyValue {
        KeyValue(
            key: Array(key ?? Data()), value: Array(value ?? Data()), createRevision: create_revision?.value ?? 0,
            modRevision: mod_revision?.value ?? 0, version: version?.value ?? 0, lease: lease?.value ?? 0)
    }
}

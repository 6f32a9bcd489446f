internal import EtcdGateway
internal import FoundationEssentials
internal import KeyHistory
internal import Transport

/// JSON of the v2 interface, and what its errors mean.
enum V2Wire {
    static func decode<Answer: Decodable>(_ type: Answer.Type, from bytes: [UInt8]) throws(EtcdError) -> Answer {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw EtcdError(.malformedAnswer, "not an answer of etcd's v2 interface: \(ForeignAnswer.inWords(bytes))")
        }
    }

    /// `{"errorCode":100,"message":"Key not found","cause":"/a","index":3}`
    private struct Refusal: Decodable {
        let errorCode: Int
        let message: String?
        let cause: String?
        let index: Int64?
    }

    /// The error that an answer other than success is.
    ///
    /// - Parameter user: who asked; nil for nobody.
    static func error(_ head: HTTPResponseHead, _ body: [UInt8], user: String?) -> EtcdError {
        if let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(body)) {
            let words = [refusal.message ?? "", refusal.cause ?? ""].filter { !$0.isEmpty }.joined(separator: ": ")
            return error(code: refusal.errorCode, words, user: user)
        }
        // What Go's server says of a path that it does not have, and etcd of every path below /v2 that is switched off.
        if head.status == 404, head.header("X-Etcd-Cluster-Id") == nil,
            String(decoding: body.prefix(64), as: UTF8.self) == "404 page not found\n"
        {
            return EtcdError(.v2IsOff, "the v2 interface is off there (--enable-v2), or this etcd has none any more")
        }
        if let error = ForeignAnswer.error(status: head.status, body: body) { return error }
        let words = "HTTP \(head.status) \(ForeignAnswer.words(body))"
        if head.status == 401 { return EtcdError(user == nil ? .credentialsMissing : .refusedCredentials, words) }
        return EtcdError(head.status >= 500 ? .unavailable : .malformedAnswer, words)
    }

    /// The error in our terms, from etcd's own number for it. Source: etcd 3.4, `etcdserver/api/v2error`.
    static func error(code: Int, _ words: String, user: String?) -> EtcdError {
        switch code {
        case 100: EtcdError(.missing, words)
        case 101, 105: EtcdError(.compareFailed, words)
        case 110:
            if let user {
                EtcdError(
                    .refusedCredentials,
                    "user \(user): the password is wrong, or no role of the user allows it: \(words)")
            } else {
                EtcdError(.credentialsMissing, words)
            }
        case 300: EtcdError(.unavailable, words)
        case 301: EtcdError(.noLeader, words)
        case 400, 401: EtcdError(.compacted(before: nil), words)
        default: EtcdError(.refused, words)
        }
    }
}

/// A key or a directory, as it stands on the wire.
struct WireNode: Decodable, Sendable {
    let key: String?
    let value: String?
    let dir: Bool?
    let nodes: [WireNode]?
    let ttl: Int64?
    let modifiedIndex: Int64?
    let createdIndex: Int64?

    private enum CodingKeys: String, CodingKey {
        case key, value, dir, nodes, ttl, modifiedIndex, createdIndex
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        key = try container.decodeIfPresent(String.self, forKey: .key)
        value = try container.decodeIfPresent(String.self, forKey: .value)
        dir = try container.decodeIfPresent(Bool.self, forKey: .dir)
        nodes = try container.decodeIfPresent([WireNode].self, forKey: .nodes)
        ttl = try container.decodeIfPresent(Int64.self, forKey: .ttl)
        modifiedIndex = try container.decodeIfPresent(Int64.self, forKey: .modifiedIndex)
        createdIndex = try container.decodeIfPresent(Int64.self, forKey: .createdIndex)
        for case let index? in [modifiedIndex, createdIndex] where !KeyVersion.numbers.contains(index) {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no index: \(index)"))
        }
    }

    /// The root is the only one without a name.
    var node: V2Node {
        V2Node(
            key: key ?? "/", value: dir == true ? nil : value ?? "", nodes: (nodes ?? []).map(\.node),
            modifiedIndex: modifiedIndex ?? 0, createdIndex: createdIndex ?? 0, timeToLive: ttl)
    }
}

/// What an answer about a key holds, and an event of a watch.
struct WireEvent: Decodable, Sendable {
    let action: String
    let node: WireNode
    let prevNode: WireNode?
}

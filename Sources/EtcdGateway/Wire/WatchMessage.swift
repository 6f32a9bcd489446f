internal import FoundationEssentials

/// One message of a watch stream.
struct WatchMessage: Equatable, Sendable {
    struct Event: Equatable, Sendable {
        /// `DELETE`, or `PUT`, which may be left out.
        let type: String?
        let keyValue: KeyValue?
    }

    let header: ResponseHeader?
    var isCreated = false
    var isCanceled = false
    var cancelReason: String?
    /// The first revision that there still is, where the watch was canceled for asking for an older one; 0 for none.
    var compactRevision: Int64?
    /// Whether the rest of its events comes with the next message.
    var isFragment = false
    var events: [Event] = []

    /// The message of one line; a line that holds an error throws it.
    static func message(in line: [UInt8]) throws(EtcdError) -> WatchMessage {
        if let message = WatchLineScanner.message(in: line) { return message }
        return try decoded(line)
    }

    /// The same by the general decoder.
    static func decoded(_ line: [UInt8]) throws(EtcdError) -> WatchMessage {
        if let message = try? JSONDecoder().decode(WatchLine.self, from: Data(line)).result { return message }
        throw WireCoding.error(status: 200, body: line)
    }
}

/// A line of newline-separated JSON.
private struct WatchLine: Decodable {
    let result: WatchMessage?
}

extension WatchMessage: Decodable {
    private enum CodingKeys: String, CodingKey {
        case header, created, canceled, cancel_reason, compact_revision, fragment, events
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        header = try container.decodeIfPresent(WireHeader.self, forKey: .header)?.header
        isCreated = try container.decodeIfPresent(Bool.self, forKey: .created) ?? false
        isCanceled = try container.decodeIfPresent(Bool.self, forKey: .canceled) ?? false
        cancelReason = try container.decodeIfPresent(String.self, forKey: .cancel_reason)
        compactRevision = try container.decodeIfPresent(WireRevision.self, forKey: .compact_revision)?.value
        isFragment = try container.decodeIfPresent(Bool.self, forKey: .fragment) ?? false
        events = try container.decodeIfPresent([Event].self, forKey: .events) ?? []
    }
}

extension WatchMessage.Event: Decodable {
    private enum CodingKeys: String, CodingKey {
        case type, kv
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decodeIfPresent(String.self, forKey: .type)
        keyValue = try container.decodeIfPresent(WireKeyValue.self, forKey: .kv)?.keyValue
    }
}

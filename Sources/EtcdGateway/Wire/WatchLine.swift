internal import FoundationEssentials

/// One message of a watch stream: a line of newline-separated JSON.
struct WatchLine: Decodable {
    struct Event: Decodable {
        let type: String?
        let kv: WireKeyValue?
    }

    struct Message: Decodable {
        let header: WireHeader?
        let created: Bool?
        let canceled: Bool?
        let cancel_reason: String?
        let compact_revision: WireInt64?
        let fragment: Bool?
        let events: [Event]?
    }

    let result: Message?

    /// Decodes a line that holds a message; a line that holds an error throws it.
    static func message(in line: [UInt8]) throws(EtcdError) -> Message {
        if let message = try? JSONDecoder().decode(WatchLine.self, from: Data(line)).result { return message }
        throw WireCoding.error(status: 200, body: line)
    }
}

import Administration
import EtcdGateway
import Fabric
import FoundationEssentials
import Reconciler
import Text

/// A key as JSON. What is not UTF-8 text stands in base64 under another name, so that nothing is lost or guessed.
struct KeyDocument: Encodable {
    private struct LeaseDocument: Encodable {
        /// Hexadecimal, as etcdctl has it.
        let id: String
        let seconds_left: Int64?
        let seconds_granted: Int64?
    }

    /// `{"pkey":"0x200e","hosts":[…],"vfs":[…],"problems":[…]}`.
    private struct PartitionDocument: Encodable {
        let pkey: String?
        let hosts: [String]
        let vfs: [String]
        let problems: [String]
    }

    private var key: String?
    private var key_base64: String?
    private var value: String?
    private var value_base64: String?
    private var lease: LeaseDocument?
    private var partition: PartitionDocument?
    /// `put` or `delete`, of a change.
    var event: String?
    let revision: Int64

    init(_ keyValue: KeyValue, withValue: Bool, decode: Bool) {
        revision = keyValue.modRevision
        (key, key_base64) = Self.textOrBase64(keyValue.key)
        if withValue { (value, value_base64) = Self.textOrBase64(keyValue.value) }
        guard decode else { return }
        let decoded = DecodedKey(key: keyValue.key, value: keyValue.value)
        partition = PartitionDocument(
            pkey: decoded.pkey?.description, hosts: decoded.hosts.map(\.description),
            vfs: decoded.virtualFunctions.map(\.description), problems: decoded.problems)
    }

    mutating func addLease(_ keyValue: KeyValue, _ client: EtcdClient) async throws(EtcdError) {
        guard keyValue.lease != 0 else { return }
        let time = try await client.timeToLive(of: keyValue.lease)
        lease = LeaseDocument(
            id: KeyWords.lease(keyValue.lease), seconds_left: time?.left, seconds_granted: time?.granted)
    }

    private static func textOrBase64(_ bytes: [UInt8]) -> (String?, String?) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, nil) }
        return (nil, Data(bytes).base64EncodedString())
    }
}

/// A change of keys that was made, as JSON: `{"operation":"put","key":"/a"}`, `{"operation":"delete","prefix":"/b/","deleted":3}`.
struct KeyChangeDocument: Encodable {
    let operation: String
    var key: String?
    var prefix: String?
    /// How long the key lives, as etcd granted it.
    var ttl: Int64?
    var deleted: Int?

    static func put(_ key: String, ttl: Int64? = nil) -> Self { Self(operation: "put", key: key, ttl: ttl) }
    static func delete(_ key: String) -> Self { Self(operation: "delete", key: key, deleted: 1) }
    static func delete(prefix: String, count: Int) -> Self { Self(operation: "delete", prefix: prefix, deleted: count) }

    /// Prints this, or for people the sentence.
    func print(_ format: OutputFormat, or sentence: String) throws {
        switch format {
        case .json: try Output.json(self)
        case .text: Output.line(sentence)
        }
    }
}

/// What else people are shown of a key.
enum KeyWords {
    /// `--decode`: the value as the partition that it asks for, and what is wrong with it.
    static func decoded(_ keyValue: KeyValue) -> [String] {
        let decoded = DecodedKey(key: keyValue.key, value: keyValue.value)
        func line(_ name: String, _ guids: [String]) -> [String] {
            guids.isEmpty ? [] : ["\(name): \(guids.joined(separator: ", "))"]
        }
        return ["PKey: \(decoded.pkey?.description ?? "none")"] + line("Hosts", decoded.hosts.map(\.description))
            + line("VFs", decoded.virtualFunctions.map(\.description))
            // A problem may repeat what stands in the key or the value.
            + decoded.problems.map { "Problem: " + Terminal.line($0) }
    }

    /// `--lease`: `694d9a8f2b1c3e07, 57 s of 60 s left`, the id as `etcdctl lease` takes it; nil without a lease.
    static func lease(_ keyValue: KeyValue, _ client: EtcdClient) async throws(EtcdError) -> String? {
        guard keyValue.lease != 0 else { return nil }
        let id = lease(keyValue.lease)
        guard let time = try await client.timeToLive(of: keyValue.lease) else { return "\(id), ended" }
        return "\(id), \(time.left) s of \(time.granted) s left"
    }

    /// A lease as etcdctl names it, for `etcdctl lease revoke`.
    static func lease(_ id: Int64) -> String { Hex.digits(id) }
}

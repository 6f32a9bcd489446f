import EtcdGateway
import FoundationEssentials

/// A key as JSON. What is not UTF-8 text stands in base64 under another name, so that nothing is lost or guessed.
struct KeyDocument: Encodable {
    private struct LeaseDocument: Encodable {
        /// Hexadecimal, as etcdctl has it.
        let id: String
        let seconds_left: Int64?
        let seconds_granted: Int64?
    }

    private var key: String?
    private var key_base64: String?
    private var value: String?
    private var value_base64: String?
    private var lease: LeaseDocument?
    private var partition: DecodedValuePrinter.Document?
    /// `put` or `delete`, of a change.
    var event: String?
    let revision: Int64

    init(_ keyValue: KeyValue, withValue: Bool, decode: Bool) {
        revision = keyValue.modRevision
        (key, key_base64) = Self.textOrBase64(keyValue.key)
        if withValue { (value, value_base64) = Self.textOrBase64(keyValue.value) }
        if decode { partition = DecodedValuePrinter.Document(keyValue) }
    }

    mutating func addLease(_ keyValue: KeyValue, _ client: EtcdClient) async throws(EtcdError) {
        guard keyValue.lease != 0 else { return }
        let time = try await client.timeToLive(of: keyValue.lease)
        lease = LeaseDocument(
            id: LeaseWords.id(keyValue.lease), seconds_left: time?.left, seconds_granted: time?.granted)
    }

    private static func textOrBase64(_ bytes: [UInt8]) -> (String?, String?) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, nil) }
        return (nil, Data(bytes).base64EncodedString())
    }
}

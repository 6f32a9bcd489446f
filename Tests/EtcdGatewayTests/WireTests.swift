import Foundation
import TestSupport
import Testing

@testable import EtcdGateway

@Suite("What the gateway writes is read in all its forms")
struct WireTests {
    private func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }

    @Test(
        "Integers come as strings or as numbers",
        arguments: [("\"5\"", 5), ("5", 5), ("\"-1\"", -1), ("\"9223372036854775807\"", Int64.max), ("0", 0)])
    func integers(text: String, value: Int64) throws {
        #expect(try decode(WireInt64.self, text).value == value)
        #expect(String(decoding: try JSONEncoder().encode(WireInt64(value)), as: UTF8.self) == "\"\(value)\"")
    }

    @Test(
        "What is no integer is an error", arguments: ["\"\"", "\"a\"", "\"9223372036854775808\"", "1.5", "true", "[]"])
    func notIntegers(text: String) {
        #expect(throws: (any Error).self) { try decode(WireInt64.self, text) }
    }

    @Test("Ids above Int64.max are read, as strings and as numbers")
    func largeIdentifiers() throws {
        for text in ["\"16964788255809060234\"", "16964788255809060234"] {
            let header = try decode(WireHeader.self, "{\"cluster_id\":\(text),\"member_id\":\(text)}").header
            #expect(header.clusterID == 16_964_788_255_809_060_234)
            #expect(header.memberID == 16_964_788_255_809_060_234)
            #expect(header.revision == 0)
        }
    }

    @Test("Fields that are left out have their default")
    func omittedFields() throws {
        let keyValue = try decode(WireKeyValue.self, #"{"key":"YQ==","mod_revision":"7"}"#).keyValue
        #expect(
            keyValue == KeyValue(key: "a".bytes, value: [], createRevision: 0, modRevision: 7, version: 0, lease: 0))
        #expect(try decode(WireHeader.self, "{}").header == ResponseHeader(clusterID: 0, memberID: 0, revision: 0))
    }

    @Test("Arbitrary bytes pass through base64 unharmed", arguments: [Seed.fresh()])
    func base64(seed: Seed) throws {
        var generator = SeededGenerator(seed)
        for length in 0..<200 {
            let bytes = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            for bytes in [bytes, [0] + bytes, [0xff, 0xfe] + bytes] {
                let text = Data(bytes).base64EncodedString()
                let keyValue = try decode(WireKeyValue.self, #"{"key":"\#(text)","value":"\#(text)"}"#).keyValue
                #expect(keyValue.key == bytes && keyValue.value == bytes, "\(seed)")
            }
        }
    }

    @Test(
        "The four shapes of an error say the same", arguments: ["unary-v1", "unary-v2", "streaming-v1", "streaming-v2"])
    func errorShapes(name: String) throws {
        let isUnary = name.hasPrefix("unary")
        let error = WireCoding.error(status: isUnary ? 403 : 503, body: try fixture("error-\(name).txt"))
        #expect(error.kind == (isUnary ? .permissionDenied : .noLeader))
        #expect(error.message == (isUnary ? "etcdserver: permission denied" : "etcdserver: no leader"))
    }

    @Test(
        "Answers that are not JSON are told apart",
        arguments: [
            (
                400, "CommonName of client sending a request against gateway will be ignored and not used as expected",
                EtcdError.Kind.certificateCommonName
            ),
            (404, "404 page not found", .noGateway), (404, "Not Found", .noGateway),
            (502, "<html>Bad Gateway</html>", .unavailable), (200, "<html>login</html>", .malformedAnswer),
            (405, "Method Not Allowed", .noGateway), (500, "", .unavailable),
        ])
    func plainText(status: Int, body: String, kind: EtcdError.Kind) {
        #expect(WireCoding.error(status: status, body: body.bytes).kind == kind)
    }
}

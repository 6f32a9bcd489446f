import TestSupport
import Testing

@testable import EtcdGateway

@Suite("A line of a watch by its bytes")
struct WatchLineScannerTests {
    private func decoded(_ line: [UInt8]) -> WatchMessage? { try? WatchMessage.decoded(line) }

    @Test(
        "As the gateway writes it, it is read",
        arguments: [
            #"{"result":{"header":{"cluster_id":"14841639068965178418","member_id":"10276657743932975437","revision":"7","#
                + #""raft_term":"2"},"created":true}}"#,
            #"{"result":{"header":{"cluster_id":"1","member_id":"2","revision":"7","raft_term":"2"}}}"#,
            #"{"result":{"header":{"cluster_id":"1","member_id":"2","revision":"9","raft_term":"2"},"watch_id":"3","events":["#
                + #"{"kv":{"key":"YQ==","create_revision":"2","mod_revision":"8","version":"3","value":"/+8=","lease":"9"}},"#
                + #"{"type":"DELETE","kv":{"key":"YWI=","mod_revision":"9"}}],"fragment":true}}"#,
        ])
    func usual(text: String) throws {
        let message = try #require(WatchLineScanner.message(in: Array(text.utf8)))
        #expect(message == decoded(Array(text.utf8)))
        #expect(message.header?.raftTerm == 2)
        #expect(message.events.isEmpty != message.isFragment)
    }

    @Test(
        "How a watch ends, an error, and what is written in any other way is left to the decoder",
        arguments: [
            #"{"result":{"header":{"revision":"7"},"canceled":true,"compact_revision":"5"}}"#,
            #"{"error":{"grpc_code":16,"message":"etcdserver: invalid auth token"}}"#,
            #"{"result":{"header":{"revision":"7"},"events":[{"kv":{"key":"YQ==","mod_revision":7}}]}}"#,
            #"{"result":{"header":{"revision":"7"},"events":[{"kv":null}]}}"#,
            #"{"result":{"header":{"revision":"7"},"events":[{"type":"\u0050UT","kv":{"key":"YQ=="}}]}}"#,
            #"{"result":{"header":{"revision":"7"},"header":{"revision":"8"}}}"#, #"{"result":{}}"#, "{}", "",
            #"{"result":{"header":{"revision":"7"}},"error":{"message":"x"}}"#,
            #"{"result":{"header":{"revision":"7"}}} x"#,
        ])
    func left(text: String) {
        #expect(WatchLineScanner.message(in: Array(text.utf8)) == nil)
    }

    @Test("Whatever befalls a line, what is read by its bytes is what the decoder reads")
    func equal() {
        let seed = Seed.fresh()
        var random = SeededGenerator(seed)
        var (both, alone) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = Array(GeneratedAnswer.watchLine(&random).utf8)
            for _ in 0..<Int.random(in: 0...1, using: &random) {
                bytes.damage(with: "{}[]\",:\\0 \n\u{0}=+/A", &random)
            }
            guard let found = WatchLineScanner.message(in: bytes) else {
                alone += 1
                continue
            }
            both += 1
            #expect(found == decoded(bytes), "\(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(both > 5_000 && alone > 3_000, "\(both) and \(alone), \(seed)")
    }
}

import Foundation
import TestSupport
import Testing

@testable import EtcdGateway

@Suite("The answer to a range by its bytes")
struct RangeAnswerScannerTests {
    private func scanned(_ body: [UInt8]) -> RangeAnswer? {
        let answer = RangeAnswerScanner.answer(in: body)
        #expect(answer?.header == answer?.content.header)
        return answer?.content
    }

    private func decoded(_ body: [UInt8]) -> RangeAnswer? {
        (try? JSONDecoder().decode(HeadedAnswer<RangeAnswer>.self, from: Data(body)))?.content
    }

    @Test("As the gateway writes it, it is read")
    func usual() throws {
        let text =
            #"{"header":{"cluster_id":"14841639068965178418","member_id":"10276657743932975437","revision":"7","raft_term":"2"},"#
            + #""kvs":[{"key":"YQ==","create_revision":"2","mod_revision":"7","version":"3","value":"/+8=","lease":"9"},{"key":"YWI="}],"#
            + #""more":true,"count":"12"}"#
        let answer = try #require(scanned(Array(text.utf8)))
        #expect(answer.header.clusterID == 14_841_639_068_965_178_418 && answer.header.raftTerm == 2)
        #expect(answer.keyValues.map(\.key) == ["a".bytes, "ab".bytes])
        #expect(answer.keyValues[0].value == [0xff, 0xef] && answer.keyValues[0].lease == 9)
        #expect(answer.count == 12 && answer.hasMore)
        #expect(answer == decoded(Array(text.utf8)))
    }

    @Test(
        "What is written in any other way is left to the decoder",
        arguments: [
            #"{"kvs":[]}"#, #"{"header":{}}"#, #"{"header":{"revision":"1"},"header":{"revision":"2"}}"#,
            #"{"header":{"revision":7}}"#, #"{"header":{"revision":"-7"}}"#,
            #"{"header":{"revision":"4611686018427387905"}}"#,
            #"{"header":{"revision":"1"},"kvs":null}"#, #"{"header":{"revision":"1"},"kvs":[{"key":"YR=="}]}"#,
            #"{"header":{"revision":"1"},"kvs":[{"key":"YQ"}]}"#,
            #"{"header":{"revision":"1"},"kvs":[{"key":"Y===" }]}"#,
            #"{"header":{"revision":"1"},"kvs":[{"key":"YQ==","key":"Yg=="}]}"#,
            #"{"header":{"revision":"1"},"new":1}"#,
            #"{"header":{"cluster_id":"18446744073709551616"}}"#, #"{"header":{"revision":"1"}} x"#,
            #"{"header":{"revision":"1"}"#, "",
        ])
    func left(text: String) {
        #expect(scanned(Array(text.utf8)) == nil)
    }

    @Test("Whatever befalls an answer, what is read by its bytes is what the decoder reads")
    func equal() {
        let seed = Seed.fresh()
        var random = SeededGenerator(seed)
        var (both, alone) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = Array(GeneratedAnswer.range(&random).utf8)
            for _ in 0..<Int.random(in: 0...1, using: &random) {
                bytes.damage(with: "{}[]\",:\\0 \n\u{0}=+/A", &random)
            }
            guard let found = scanned(bytes) else {
                alone += 1
                continue
            }
            both += 1
            #expect(found == decoded(bytes), "\(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
        #expect(both > 5_000 && alone > 3_000, "\(both) and \(alone), \(seed)")
    }
}

import Foundation
import JSONText
import KeyHistory
import Reconciler
import TestSupport
import Testing

@testable import Ledger

@Suite("A record by its bytes")
struct UsualRecordTests {
    private func decoded(_ text: [UInt8]) -> LedgerDocument? { try? JSONText.decode(LedgerDocument.self, from: text) }

    @Test("As we write it, it is read, whatever state it is in", arguments: LedgerRecord.State.allCases)
    func usual(state: LedgerRecord.State) throws {
        let record = LedgerRecord(state, key: "/pcocc/global/opensm/pkeys/0x5", revision: 12, isSeenGone: true)
        let text = try LedgerDocument(record, nonce: "00ff").json()
        let found = try #require(UsualRecord.read(text))
        #expect(found.record == record && found.nonce == "00ff")
        #expect(found == decoded(text))
    }

    @Test(
        "What is written in any other way is left to the decoder",
        arguments: [
            #"{"key":"/k","revision":1,"state":"synced"}"#, #"{"key":"/k","revision":01,"state":"synced","time":""}"#,
            #"{"key":"/k","revision":-1,"state":"synced","time":""}"#,
            #"{"key":"/k","revision":1.0,"state":"synced","time":""}"#,
            #"{"key":"/k","revision":1e2,"state":"synced","time":""}"#,
            #"{"key":"/k","revision":"1","state":"synced","time":""}"#,
            #"{"key":"/k","revision":9223372036854775808,"state":"synced","time":""}"#,
            #"{"key":"/\u006b","revision":1,"state":"synced","time":""}"#,
            #"{"key":"/é","revision":1,"state":"synced","time":""}"#,
            #"{"key":"/k","key":"/l","revision":1,"state":"synced","time":""}"#,
            #"{"key":"/k","revision":1,"state":"failing","time":"","error":"no"}"#,
            #"{"key":"/k","revision":1,"state":"synced","time":"","new":1}"#,
            #"{"key":"/k","revision":1,"state":"synced","time":""} x"#,
            #"{"key":"/k","revision":1,"state":"synced","time":"""#, "{}", "",
        ])
    func left(text: String) {
        #expect(UsualRecord.read(Array(text.utf8)) == nil)
    }

    @Test("Whatever befalls a record, what is read by its bytes is what the decoder reads")
    func equal() throws {
        let seed = Seed.fresh()
        var random = SeededGenerator(seed)
        var (both, alone) = (0, 0)
        let texts = try LedgerRecord.State.allCases.map { state in
            let record = LedgerRecord(
                state, key: "/pcocc/0x5", revision: 907, error: state == .failing ? "a \"no\"" : nil, isSeenGone: true)
            return try LedgerDocument(record, nonce: "00ff").json()
        }
        for _ in 0..<20_000 {
            var text = texts.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                text.damage(with: "{}[]\",:\\01.-eE \n\u{0}/A", &random)
            }
            guard let found = UsualRecord.read(text) else {
                alone += 1
                continue
            }
            both += 1
            #expect(found == decoded(text), "\(seed): \(String(decoding: text, as: UTF8.self))")
        }
        #expect(both > 5_000 && alone > 3_000, "\(both) and \(alone), \(seed)")
    }
}

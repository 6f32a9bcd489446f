import KeyHistory
import Testing
import Transport

@testable import EtcdGateway

/// A member, or what stands in its place, must not be able to fill the memory.
@Suite("Answers of etcd without end")
struct LimitTests {
    private static let piece = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)

    /// How many pieces are taken until the stream is given up, and why.
    private func taken(_ piece: [UInt8], upTo most: Int) -> (count: Int, failure: EtcdError?) {
        var assembler = WatchAssembler()
        for count in 0..<most {
            if let failure = assembler.failure { return (count, failure) }
            _ = assembler.received(piece)
        }
        return (most, assembler.failure)
    }

    @Test("A line of a watch that does not end is an error that names its limit")
    func line() {
        let (count, failure) = taken(Self.piece, upTo: 200)
        #expect(count == WatchAssembler.messageLimit >> 20 + 1)
        #expect(failure?.kind == .malformedAnswer)
        #expect(failure?.message == "a message of the watch is larger than \(WatchAssembler.messageLimit) bytes")
    }

    @Test("A message whose fragments do not end is an error that names its limit")
    func fragments() {
        let event = #"{"kv":{"key":"YQ==","mod_revision":"5","value":"\#(String(repeating: "YWFh", count: 1 << 18))"}}"#
        let line = Array((#"{"result":{"header":{},"fragment":true,"events":["# + event + "]}}\n").utf8)
        let (count, failure) = taken(line, upTo: 200)
        #expect(count == WatchAssembler.messageLimit / line.count + 1)
        #expect(failure?.message == "a message of the watch is larger than \(WatchAssembler.messageLimit) bytes")
    }

    private func client(_ answers: ScriptedAnswers) throws -> EtcdClient {
        let member = try EtcdEndpoint(parsing: "http://m:1", defaultScheme: .http, defaultPort: 1)
        return try EtcdClient(EtcdConfiguration(endpoints: [member]), transport: answers)
    }

    @Test("A page that leads back is an error, and not read again and again")
    func pageThatLeadsBack() async throws {
        let page = Result<HTTPResponse, TransportError>.answer(
            #"{"header":{"revision":"5"},"kvs":[{"key":"YQ==","mod_revision":"1"}],"more":true,"count":"9"}"#)
        let answers = ScriptedAnswers(Array(repeating: page, count: 10))
        let client = try client(answers)
        let error = await #expect(throws: EtcdError.self) { try await client.list(.prefix([97])) }
        #expect(error?.kind == .malformedAnswer)
        #expect(answers.requests.count == 2)
    }

    @Test("A page that is too large is asked for in smaller ones")
    func largePage() async throws {
        let tooLarge = Result<HTTPResponse, TransportError>.failure(
            .answerTooLarge(host: "m:1", part: .body, limit: EtcdConfiguration.answerLimit))
        let page = Result<HTTPResponse, TransportError>.answer(
            #"{"header":{"revision":"5"},"kvs":[{"key":"YQ==","mod_revision":"1"}],"count":"1"}"#)
        let answers = ScriptedAnswers([tooLarge, tooLarge, page])
        let listing = try await client(answers).list(.prefix([97]))
        #expect(listing.keyValues.count == 1)
        let limits = answers.requests.map { request in
            String(decoding: request.body ?? [], as: UTF8.self).firstMatch(of: /"limit":"(\d+)"/).map { String($0.1) }
        }
        #expect(limits == ["500", "62", "7"])
    }
}

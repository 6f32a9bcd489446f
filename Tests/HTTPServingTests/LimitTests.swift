import NIOCore
import Testing

@testable import HTTPServing

@Suite("What a server bears of a request")
struct LimitTests {
    @Test("A body that fills the limit to the last byte is taken")
    func wholeBody() throws {
        let answers = Answers()
        let wire = try Wire(answers, .small)
        try wire.send("POST /a HTTP/1.1\r\nContent-Length: 100\r\n\r\n" + String(repeating: "x", count: 100))
        #expect(answers.asked.map(\.body.count) == [100])
        #expect(wire.received.hasPrefix("HTTP/1.1 200 ") && wire.isOpen)
    }

    @Test(
        "A body that is announced to be too large is refused before any of it has come",
        arguments: ["101", "1073741824", "18446744073709551615"])
    func announced(length: String) throws {
        let answers = Answers()
        let wire = try Wire(answers, .small)
        try wire.send("POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n")
        #expect(wire.received.hasPrefix("HTTP/1.1 413 ") && wire.received.contains("Connection: close\r\n"))
        #expect(wire.isHalfClosed && answers.asked.isEmpty)
    }

    @Test("A body without a length is refused with the first byte too many, and what follows is thrown away")
    func chunked() throws {
        let answers = Answers()
        let wire = try Wire(answers, .small)
        try wire.send(
            "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" + String(repeating: "x", count: 100))
        #expect(wire.received.isEmpty && wire.isOpen)
        try wire.send("\r\n1\r\nx")
        #expect(wire.received.hasPrefix("HTTP/1.1 413 ") && wire.isHalfClosed && wire.isOpen)
        let refusal = wire.received
        try wire.send("\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
        #expect(wire.received == refusal && answers.asked.isEmpty)
        try wire.wait(.seconds(2))
        #expect(!wire.isOpen)
    }

    @Test("A head that fills the limit is taken, one that exceeds it never reaches who answers")
    func head() throws {
        func head(_ length: Int) -> String {
            let fixed = ["/", "Host", "x", "A"].map(\.utf8.count).reduce(0, +)
            return "GET / HTTP/1.1\r\nHost: x\r\nA: \(String(repeating: "a", count: length - fixed))\r\n\r\n"
        }
        let answers = Answers()
        let wire = try Wire(answers, .small)
        try wire.send(head(1000))
        #expect(wire.received.hasPrefix("HTTP/1.1 200 ") && answers.asked.count == 1)
        try wire.send(head(1001))
        #expect(wire.received.contains("HTTP/1.1 400 ") && answers.asked.count == 1 && !wire.isOpen)
    }

    @Test("A head without an end is not collected beyond the limit")
    func endlessHead() throws {
        let answers = Answers()
        let wire = try Wire(answers, .small)
        try wire.send("GET / HTTP/1.1\r\n")
        var sent = 0
        while wire.isOpen, sent < 10_000 {
            try wire.send("A\(sent): \r\n")
            sent += 1
        }
        #expect(wire.received.hasPrefix("HTTP/1.1 400 ") && answers.asked.isEmpty && !wire.isOpen)
    }

    @Test("Who asks before sending is told to go on if the body may come")
    func expectation() throws {
        let wire = try Wire(Answers(), .small)
        try wire.send("POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
        #expect(wire.received.hasPrefix("HTTP/1.1 100 "))
        try wire.send("x")
        #expect(wire.received.contains("HTTP/1.1 200 "))
    }
}

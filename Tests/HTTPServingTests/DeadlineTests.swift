import Testing

@testable import HTTPServing

@Suite("How long a server waits for its clients")
struct DeadlineTests {
    private static let head = "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\n"

    @Test("A connection without a request ends when it has been idle too long")
    func idle() throws {
        let wire = try Wire(Answers(), .small)
        try wire.wait(.milliseconds(29_999))
        #expect(wire.isOpen)
        try wire.wait(.milliseconds(1))
        #expect(!wire.isOpen && wire.received.isEmpty)
    }

    @Test("A head that comes a byte at a time does not keep a connection open")
    func slowHead() throws {
        let answers = Answers()
        let wire = try Wire(answers, .small)
        for byte in "GET /abcdefghijklmnopqrstuvwxyz" {
            try wire.send(String(byte))
            try wire.wait(.seconds(1))
        }
        #expect(!wire.isOpen && answers.asked.isEmpty)
    }

    @Test("A body that does not end in time is refused, and the connection ends a little later")
    func slowBody() throws {
        let answers = Answers()
        let wire = try Wire(answers, .small)
        try wire.wait(.seconds(29))
        try wire.send(Self.head + "x")
        try wire.wait(.milliseconds(9999))
        #expect(wire.received.isEmpty)
        try wire.wait(.milliseconds(1))
        #expect(wire.received.hasPrefix("HTTP/1.1 408 ") && wire.isHalfClosed && wire.isOpen)
        try wire.send("x")
        try wire.wait(.seconds(2))
        #expect(!wire.isOpen && answers.asked.isEmpty)
    }

    @Test("Each reply gives the client its whole time again")
    func renewed() throws {
        let answers = Answers()
        let wire = try Wire(answers, .small)
        for _ in 1...5 {
            try wire.wait(.seconds(29))
            try wire.send(Self.head)
            try wire.wait(.seconds(9))
            try wire.send("xx")
        }
        #expect(answers.asked.count == 5 && wire.isOpen)
        try wire.wait(.seconds(30))
        #expect(!wire.isOpen)
    }

    @Test("As long as the answer is ours to give, the client has no deadline")
    func slowAnswer() throws {
        let wire = try Wire(
            Answers { _ in PendingExchange(after: .seconds(3600)) { ServedResponse.page("late") } }, .small)
        try wire.send(Self.head + "xx")
        try wire.wait(.seconds(3599))
        #expect(wire.isOpen && wire.received.isEmpty)
        try wire.wait(.seconds(1))
        #expect(wire.received.hasSuffix("late") && wire.isOpen)
    }

    @Test("Without limits of time nothing ends a connection")
    func none() throws {
        let wire = try Wire(Answers(), ServingLimits(head: 1000, body: 100))
        try wire.wait(.seconds(1_000_000))
        try wire.send(Self.head)
        try wire.wait(.seconds(1_000_000))
        try wire.send("xx")
        #expect(wire.received.hasPrefix("HTTP/1.1 200 ") && wire.isOpen)
    }
}

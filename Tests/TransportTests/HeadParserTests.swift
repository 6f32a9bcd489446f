import Testing

@testable import Transport

struct HeadParserTests {
    private func head(_ lines: String...) -> HTTPResponseHead? {
        var parser = HeadParser()
        var head: HTTPResponseHead?
        for line in lines { head = Array(line.utf8).withUnsafeBytes { parser.consume($0) } ?? head }
        return head
    }

    @Test("A head is whole with its blank line; names and values are as they were sent, without the white space around")
    func whole() throws {
        #expect(head("HTTP/1.1 200 OK\r\n", "a: b\r\n") == nil)
        let whole = try #require(
            head(
                "HTTP/1.1 503 Service: Unavailable\r\n", "Retry-After:  5 \r\n", "X:\t\u{a0}\r\n", "empty:\r\n",
                "none\r\n",
                "a:b:c\n", "W\u{fc}rde: \u{fc}\u{301}\r\n", "\r\n"))
        #expect(whole.status == 503)
        #expect(whole.headers.map(\.name) == ["Retry-After", "X", "empty", "a", "W\u{fc}rde"])
        #expect(whole.headers.map(\.value) == ["5", "", "", "b:c", "\u{fc}\u{301}"])
        #expect(whole.header("retry-after") == "5" && whole.header("RETRY-AFTER") == "5")
        #expect(whole.header("retry-afte") == nil && whole.header("b") == nil)
    }

    @Test("Interim answers are passed over, and a line of blanks ends no head")
    func interim() {
        #expect(head("HTTP/1.1 100 Continue\r\n", "early: 1\r\n", "\r\n") == nil)
        let final = head(
            "HTTP/1.1 100 Continue\r\n", "early: 1\r\n", "\r\n", "HTTP/1.1 204\r\n", "  \r\n", "late: 2\r\n", "\r\n")
        #expect(final?.status == 204 && final?.headers.map(\.name) == ["late"])
    }

    @Test("A status that is none is that of no answer")
    func strange() {
        #expect(head("HTTP/1.1 twohundred\r\n", "\r\n") == nil)
        #expect(head("HTTP/1.1\r\n", "\r\n") == nil)
    }
}

import TestSupport
import Testing

@testable import Listening

@Suite("Heads of requests")
struct InquiryTests {
    private func inquiry(_ head: String) throws(Inquiry.Refusal) -> Inquiry { try Inquiry(head: Array(head.utf8)) }

    private func status(_ head: String) -> Int? {
        do throws(Inquiry.Refusal) {
            _ = try inquiry(head)
            return nil
        } catch {
            return error.status
        }
    }

    @Test("Method, path, query and headers")
    func parts() throws {
        let asked = try inquiry("GET /p?q=0x2%30+a&q=b&r&%zz=%4 HTTP/1.1\r\nHost:  h \r\nACCEPT: */*\r\naccept: x")
        #expect(
            asked
                == Inquiry(
                    "GET", "/p", query: ["q": "0x20 a", "r": "", "%zz": "%4"], headers: ["host": "h", "accept": "*/*"]))
        #expect(try inquiry("GET / HTTP/1.0").path == "/")
    }

    @Test("What is no request, brings something along, or is too long, is refused")
    func refusals() {
        for head in ["", "GET /", "GET / HTTP/2", "GET  / HTTP/1.1", "GET x HTTP/1.1", "GET http://h/ HTTP/1.1"] {
            #expect(status(head) == 400, "\(head)")
        }
        #expect(status("GET / HTTP/1.1\r\nno colon") == 400)
        #expect(status("GET / HTTP/1.1\r\n: empty") == 400)
        #expect(status("POST / HTTP/1.1\r\nContent-Length: 1") == 413)
        #expect(status("POST / HTTP/1.1\r\nTransfer-Encoding: chunked") == 413)
        #expect(status("GET / HTTP/1.1\r\nContent-Length: 0") == nil)
        #expect(status("GET /" + String(repeating: "x", count: 3_000) + " HTTP/1.1") == 414)
    }

    @Test("Whatever bytes come, they are a request or refused", arguments: Seed.several(20))
    func anything(seed: Seed) {
        var generator = SeededGenerator(seed)
        let parts = ["GET", " ", "/", "?", "=", "&", "%", "%4", "HTTP/1.1", "\r\n", "\n", ":", "Host", "\u{301}", "é"]
        for _ in 0..<500 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 0...20, using: &generator) {
                if Bool.random(using: &generator) {
                    bytes += Array((parts.randomElement(using: &generator) ?? "").utf8)
                } else {
                    bytes.append(UInt8.random(in: 0...255, using: &generator))
                }
            }
            if let asked = try? Inquiry(head: bytes) { #expect(asked.path.hasPrefix("/")) }
        }
    }

    @Test("Nobody changes anything, and whoever comes from the network knows the token")
    func door() {
        func status(
            _ keeper: Doorkeeper, _ method: String = "GET", isPath: Bool = false, authorization: String? = nil
        ) -> Int? {
            let headers = authorization.map { ["authorization": $0] } ?? [:]
            return keeper.refusal(of: Inquiry(method, "/", headers: headers), isPath: isPath)?.status
        }
        let open = Doorkeeper()
        #expect(status(open) == nil)
        #expect(status(open, "HEAD") == nil)
        for method in ["POST", "PUT", "DELETE", "get", "OPTIONS", ""] { #expect(status(open, method) == 405) }
        let closed = Doorkeeper(token: Array("s3cret".utf8))
        #expect(status(closed) == 401)
        #expect(status(closed, isPath: true) == nil)
        #expect(status(closed, authorization: "Bearer s3cret") == nil)
        #expect(status(closed, authorization: "bearer s3cret") == nil)
        for wrong in ["s3cret", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3crets", "Bearer S3cret", "Basic s3cret"]
        {
            #expect(status(closed, authorization: wrong) == 401, "\(wrong)")
        }
        #expect(status(closed, "POST", authorization: "Bearer s3cret") == 405)
    }

    @Test("A page of another site, whose name leads here, is not answered")
    func rebinding() {
        func status(_ host: String) -> Int? {
            Doorkeeper().refusal(of: Inquiry("GET", "/", headers: ["host": host]), isPath: false)?.status
        }
        for host in ["127.0.0.1:9809", "localhost:9809", "LOCALHOST", "[::1]:9809", ""] {
            #expect(status(host) == nil, "\(host)")
        }
        for host in ["evil.example", "evil.example:9809", "localhost.evil.example", "127.0.0.1.evil.example", "a b"] {
            #expect(status(host) == 421, "\(host)")
        }
    }
}

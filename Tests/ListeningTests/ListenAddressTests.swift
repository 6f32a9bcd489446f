import Listening
import Testing

@Suite("Addresses to listen at")
struct ListenAddressTests {
    @Test(
        "An address in numbers with a port, or a path",
        arguments: [
            ("127.0.0.1:9809", true), ("127.200.1.2:1", true), ("localhost:9809", true), ("[::1]:9809", true),
            ("[::ffff:127.0.0.1]:9809", true), ("unix:/run/pkeyd.sock", true), ("0.0.0.0:9809", false),
            ("10.1.2.3:9809", false), ("[::]:9809", false), ("[fe80::1]:9809", false), ("128.0.0.1:9809", false),
            ("[::ffff:10.0.0.1]:9809", false), ("[::2]:9809", false),
        ])
    func addresses(text: String, isLocal: Bool) throws {
        let address = try ListenAddress(parsing: text)
        #expect(address.isLocal == isLocal)
        #expect(address.description == text)
    }

    @Test(
        "What is none says what was expected",
        arguments: [
            "", "9809", ":9809", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.1:9809", "host.example:9809",
            "::1:9809",
            "*:9809", "unix:", "unix:" + String(repeating: "x", count: 107), "tcp:127.0.0.1:1", "0x7f000001:9809",
        ])
    func others(text: String) {
        #expect(throws: ListenAddress.Flaw.self) { try ListenAddress(parsing: text) }
    }

    @Test("What other machines reach asks for a token")
    func rule() throws {
        let local = try ["127.0.0.1:9809", "[::1]:9809", "unix:/run/x"].map { try ListenAddress(parsing: $0) }
        let open = try ListenAddress(parsing: "0.0.0.0:9809")
        #expect(ListenRule.refusal(of: local, hasToken: false) == nil)
        #expect(ListenRule.refusal(of: local + [open], hasToken: true) == nil)
        #expect(ListenRule.refusal(of: local + [open], hasToken: false)?.contains("0.0.0.0:9809") == true)
    }
}

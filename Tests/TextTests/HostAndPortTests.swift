import Testing
import Text

@Suite("Hosts and ports")
struct HostAndPortTests {
    @Test(
        "Each usual form is read, and printed as a URL has it",
        arguments: [
            ("host", "host", nil, "host"), ("host:4001", "host", 4001, "host:4001"),
            ("10.0.0.1:65535", "10.0.0.1", 65535, "10.0.0.1:65535"), ("::1", "::1", nil, "[::1]"),
            ("[::1]", "::1", nil, "[::1]"), ("[2001:db8::5]:2379", "2001:db8::5", 2379, "[2001:db8::5]:2379"),
            ("fe80::1%eth0.100", "fe80::1%eth0.100", nil, "[fe80::1%eth0.100]"),
            ("mgmt_1-a.cluster", "mgmt_1-a.cluster", nil, "mgmt_1-a.cluster"),
        ] as [(String, String, UInt16?, String)])
    func good(text: String, host: String, port: UInt16?, printed: String) throws {
        let read = try HostAndPort(parsing: text)
        #expect(read.host == host && read.port == port && read.description == printed)
        #expect(try HostAndPort(parsing: printed) == read)
    }

    @Test(
        "What is none is refused for its host or for its port",
        arguments: [
            ("", .host), (":", .port), (":2379", .host), ("host:", .port), ("host:0", .port), ("host:65536", .port),
            ("host:abc", .port), ("host:-1", .port), ("host:+5", .port), ("[::1", .host), ("[::1]2379", .host),
            ("[]:1", .host), ("[host]:1", .host), ("host/path", .host), ("user@host:1", .host), ("a b", .host),
            ("hôte", .host), ("host:1:2", .host), ("-host", .host), ("1:2:3%", .host), ("host:٣", .port),
        ] as [(String, HostAndPort.Flaw)])
    func bad(text: String, flaw: HostAndPort.Flaw) {
        #expect(throws: flaw) { try HostAndPort(parsing: text) }
    }
}

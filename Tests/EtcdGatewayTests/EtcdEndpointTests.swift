import Testing

@testable import EtcdGateway

@Suite("Endpoints of etcd")
struct EtcdEndpointTests {
    @Test(
        "An endpoint is read in every usual form",
        arguments: [
            ("host", "http://host:2379"), ("host:4001", "http://host:4001"), ("https://host", "https://host:2379"),
            ("HTTPS://host:1/", "https://host:1"), ("http://10.0.0.1:65535", "http://10.0.0.1:65535"),
            ("[::1]:2380", "http://[::1]:2380"), ("::1", "http://[::1]:2379"), ("[fe80::1]", "http://[fe80::1]:2379"),
            ("https://[2001:db8::5]:2379", "https://[2001:db8::5]:2379"),
            ("mgmt_1-a.cluster", "http://mgmt_1-a.cluster:2379"),
        ])
    func good(text: String, url: String) throws {
        let endpoint = try EtcdEndpoint(parsing: text, defaultScheme: .http, defaultPort: 2379)
        #expect(endpoint.url == url)
        // What it prints is read as the same.
        #expect(try EtcdEndpoint(parsing: url, defaultScheme: .https, defaultPort: 1) == endpoint)
    }

    @Test(
        "What is no endpoint is refused, and the error shows it",
        arguments: [
            "", ":", ":2379", "host:", "host:0", "host:65536", "host:abc", "host:-1", "ftp://host", "http://",
            "://host",
            "[::1", "[::1]2379", "[]:1", "host/path", "user:password@host:1", "a b", "host:2379/v3", "hôte", "host:1:2",
            "host:+5",
        ])
    func bad(text: String) {
        let error = #expect(throws: EtcdError.self) {
            try EtcdEndpoint(parsing: text, defaultScheme: .http, defaultPort: 2379)
        }
        #expect(error?.kind == .usage)
        #expect(error?.description.contains("etcd endpoint \(text):") == true)
    }
}

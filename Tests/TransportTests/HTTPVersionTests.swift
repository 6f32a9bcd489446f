import TestSupport
import Testing

@testable import Transport

/// Over HTTP/2 names of headers are in lower case, and Go's HTTP/1.1 writes them in capitals: so a head tells the version.
@Suite("Which HTTP is spoken with etcd", .timeLimit(.minutes(1)))
struct HTTPVersionTests {
    private func names(_ response: HTTPResponse) -> Set<String> { Set(response.head.headers.map(\.name)) }

    @Test("Over TLS HTTP/2 is agreed on, and HTTP/1.1 is spoken where it is asked for, on a connection of its own")
    func versions() async throws {
        let authority = try await CertificateAuthority()
        let options = EtcdOptions(tls: .init(authority: authority, server: try await authority.server()))
        try await withEtcd(options) { etcd in
            let tls = TLSSettings(verification: .authority(caFile: authority.certificate))
            let url = "\(etcd.clientURL)/version"
            try await withClient { client in
                // In turns: a connection of one kind must not be taken for the other.
                for _ in 1...2 {
                    let new = try await client.send(HTTPRequest(.get, url, version: .negotiated, tls: tls))
                    #expect(names(new).contains("content-length"))
                    #expect(new.text.contains("etcdserver"))
                    let old = try await client.send(HTTPRequest(.get, url, version: .http11, tls: tls))
                    #expect(names(old).contains("Content-Length"))
                    #expect(old.body == new.body)
                }
            }
        }
    }

    @Test("Without TLS HTTP/1.1 is spoken: etcd would take anything else for gRPC")
    func plain() async throws {
        try await withEtcd { etcd in
            try await withClient { client in
                let response = try await client.send(HTTPRequest(.get, "\(etcd.clientURL)/version"))
                #expect(response.status == 200)
                #expect(names(response).contains("Content-Length"))
            }
        }
    }
}

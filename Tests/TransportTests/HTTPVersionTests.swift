import TestSupport
import Testing

@testable import Transport

/// Over HTTP/2 names of headers are in lower case, and Go's HTTP/1.1 writes them in capitals: so a head tells the version.
@Suite("Which HTTP is spoken with etcd", .timeLimit(.minutes(20)))
struct HTTPVersionTests {
    private func names(_ response: HTTPResponse) -> Set<String> { Set(response.head.headers.map(\.name)) }

    @Test("Over TLS HTTP/1.1 is spoken, though etcd would rather have HTTP/2")
    func encrypted() async throws {
        let authority = try await CertificateAuthority()
        let options = EtcdOptions(tls: .init(authority: authority, server: try await authority.server()))
        try await withEtcd(options) { etcd in
            let tls = TLSSettings(verification: .authority(caFile: authority.certificate))
            try await withClient { client in
                let response = try await client.send(HTTPRequest(.get, "\(etcd.clientURL)/version", tls: tls))
                #expect(names(response).contains("Content-Length"))
                #expect(response.text.contains("etcdserver"))
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

import Foundation
import TestSupport
import Testing
import Transport

@testable import EtcdGateway

@Suite("etcd behind TLS", .timeLimit(.minutes(20)))
struct EtcdTLSTests {
    /// Puts a key, and sees it on a watch.
    private func works(_ etcd: EtcdServer, _ tls: TLSSettings, login: EtcdConfiguration.Login? = nil) async throws {
        try await withGateway([try etcd.member], login: login, tls: tls) { client in
            let revision = try await client.put("/t".bytes, [1])
            var updates = try await client.watch(.prefix("/t".bytes), from: revision).makeAsyncIterator()
            let told = try await updates.revisions(1)
            #expect(told.map(\.revision) == [revision])
            // HTTP/2 for calls and HTTP/1.1 for the watch, side by side.
            let next = try await client.put("/t".bytes, [2])
            let second = try await updates.revisions(1)
            #expect(second.map(\.revision) == [next])
        }
    }

    @Test("A member is believed by its authority or by its fingerprint")
    func serverCertificate() async throws {
        let authority = try await CertificateAuthority()
        let server = try await authority.server()
        try await withEtcd(EtcdOptions(tls: .init(authority: authority, server: server))) { etcd in
            #expect(try etcd.member.scheme == .https)
            try await works(etcd, TLSSettings(verification: .authority(caFile: authority.certificate)))
            let fingerprint = SHA256Fingerprint(
                parsing: try await OpenSSL.fingerprint(ofCertificate: server.certificate))
            try await works(etcd, TLSSettings(verification: .fingerprint(try #require(fingerprint))))

            try await withGateway([try etcd.member]) { client in
                let error = await failure { () async throws(EtcdError) in try await client.get("/t".bytes) }
                guard case .transport(.untrustedCertificate) = error?.kind else {
                    Issue.record("\(error.debugDescription)")
                    return
                }
                #expect(error?.isOutage == false)
            }
        }
    }

    @Test("A client certificate is shown where it is demanded; with authentication on its name must be empty")
    func clientCertificate() async throws {
        let authority = try await CertificateAuthority()
        let named = try await authority.client(commonName: "pkeyd")
        let nameless = try await authority.client(commonName: nil)
        let options = EtcdOptions(
            rootPassword: "pw",
            tls: .init(authority: authority, server: try await authority.server(), client: nameless))
        try await withEtcd(options) { etcd in
            let root = EtcdConfiguration.Login(user: "root", password: "pw")
            func settings(_ files: CertificateFiles?) -> TLSSettings {
                TLSSettings(
                    verification: .authority(caFile: authority.certificate), certificateFile: files?.certificate,
                    keyFile: files?.key)
            }
            try await works(etcd, settings(nameless), login: root)

            try await withGateway([try etcd.member], login: root, tls: settings(named)) { client in
                let error = await failure { () async throws(EtcdError) in try await client.get("/t".bytes) }
                #expect(error?.kind == .certificateCommonName)
                #expect(error?.description.contains("empty CN") == true)
            }
            try await withGateway([try etcd.member], tls: settings(nil)) { client in
                let error = await failure { () async throws(EtcdError) in try await client.put("/t".bytes, []) }
                guard case .transport(let cause) = error?.kind else {
                    Issue.record("\(error.debugDescription)")
                    return
                }
                // Under TLS 1.3 the refusal comes behind the handshake, and a reset may overtake it.
                if case .connectionLost = cause { return }
                #expect(error?.isOutcomeUnknown == false)
            }
            try await etcd.etcdctl("auth", "disable")
            try await works(etcd, settings(named))
        }
    }

    @Test("A certificate renewed on disk is shown on the next connection, without a restart")
    func renewedCertificate() async throws {
        let authority = try await CertificateAuthority()
        let (outsider, renewed) = (
            try await CertificateAuthority(name: "Other").client(commonName: nil),
            try await authority.client(commonName: nil)
        )
        let server = try await authority.server()
        try await withEtcd(EtcdOptions(tls: .init(authority: authority, server: server, client: renewed))) { etcd in
            try await withTemporaryDirectory("renewed") { directory in
                func install(_ files: CertificateFiles) throws {
                    try directory.write(try String(contentsOfFile: files.certificate, encoding: .utf8), to: "c.pem")
                    try directory.write(try String(contentsOfFile: files.key, encoding: .utf8), to: "c.key")
                }
                let settings = TLSSettings(
                    verification: .authority(caFile: authority.certificate),
                    certificateFile: directory.file("c.pem"), keyFile: directory.file("c.key"))
                try install(outsider)
                try await withGateway([try etcd.member], tls: settings, timeout: .seconds(3)) { client in
                    let refused = await failure { () async throws(EtcdError) in try await client.put("/t".bytes, []) }
                    guard case .transport = refused?.kind else {
                        Issue.record("\(refused.debugDescription)")
                        return
                    }
                    // Half renewed: the certificate is new, the key is not yet.
                    try directory.write(
                        try String(contentsOfFile: renewed.certificate, encoding: .utf8), to: "c.pem")
                    let half = await failure { () async throws(EtcdError) in try await client.put("/t".bytes, []) }
                    #expect(half?.description.contains(directory.file("c.key")) == true)
                    try install(renewed)
                    #expect(try await client.put("/t".bytes, [1]) > 0)
                }
            }
        }
    }
}

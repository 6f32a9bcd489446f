import TestSupport
import Testing

/// Certificates of etcd and UFM that end soon.
@Suite("Certificates that end soon")
struct CertificateEndTests {
    @Test("The daemon warns of each, and says when; of one with time left it says nothing")
    func tenDays() async throws {
        var options = Site.Options()
        options.serverCertificate = try await SiteCertificates.shared.value.authority.server(
            validity: .expiring(after: .seconds(10 * 86_400 + 3_600)))
        try await withSite(.tls, options) { site in
            let daemon = try site.startDaemon()
            for server in ["UFM at https://\(site.ufmHost)", "etcd at https://127.0.0.1:\(site.etcdPort)"] {
                try await daemon.waitForLine(containing: "WARNING: the certificate of \(server) ends in 10 days (20")
            }
            #expect(try await daemon.stop() == .code(0))
        }
        try await withSite(.mutualTLS) { site in
            let own = try await site.certificates.authority.client(
                commonName: nil, validity: .expiring(after: .seconds(10 * 86_400 + 3_600)))
            let daemon = try site.startDaemon("--etcd-cert-file", own.certificate, "--etcd-key-file", own.key)
            try await daemon.waitForLine(
                containing: "WARNING: the certificate of this daemon (\(own.certificate)) ends in 10 days (20")
            #expect(try await daemon.stop() == .code(0))
        }
        try await withSite(.tls) { site in
            let daemon = try site.startDaemon()
            try await site.put(pkey: "0x2001", hosts: ["0000000000000001"])
            try await daemon.waitForLine(containing: "Successfully synchronized PKey 0x2001")
            #expect(try await daemon.stop() == .code(0))
            #expect(!daemon.output.contains("certificate"))
        }
    }
}

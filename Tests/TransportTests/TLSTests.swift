import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite("Whom a server's certificate convinces", .timeLimit(.minutes(20)))
struct TLSTests {
    private func get(_ url: String, _ verification: TLSSettings.Verification) async throws -> TransportError? {
        try await withClient { client in
            do throws(TransportError) {
                let request = HTTPRequest(.get, url, tls: TLSSettings(verification: verification))
                let response = try await client.send(request)
                #expect(response.status == 200)
                return nil
            } catch {
                return error
            }
        }
    }

    private func fingerprint(of files: CertificateFiles) async throws -> SHA256Fingerprint {
        try #require(SHA256Fingerprint(parsing: try await OpenSSL.fingerprint(ofCertificate: files.certificate)))
    }

    @Test("A certificate of the right authority is accepted, one of another authority is not")
    func authority() async throws {
        let (authority, stranger) = (try await CertificateAuthority(), try await CertificateAuthority())
        let server = try await TLSServer.start(try await authority.server())
        #expect(try await get(server.url, .authority(caFile: authority.certificate)) == nil)
        #expect(try await get("https://localhost:\(server.port)/", .authority(caFile: authority.certificate)) == nil)
        for file in [stranger.certificate, nil] {
            let error = try #require(try await get(server.url, .authority(caFile: file)))
            #expect(error.kind == "untrustedCertificate")
            #expect(error.nothingWasSent)
            #expect(error.description.contains("127.0.0.1:\(server.port): certificate not accepted"))
        }
        #expect(try await get(server.url, .none) == nil)
    }

    @Test("A certificate for another name is not accepted")
    func wrongName() async throws {
        let authority = try await CertificateAuthority()
        let server = try await TLSServer.start(
            try await authority.server(names: ["ufm.example.com"], addresses: ["192.0.2.1"], commonName: "127.0.0.1"))
        let error = try await get(server.url, .authority(caFile: authority.certificate))
        #expect(error?.kind == "untrustedCertificate")
    }

    @Test("An expired certificate is not accepted, and the error says why")
    func expired() async throws {
        let authority = try await CertificateAuthority()
        let server = try await TLSServer.start(try await authority.server(validity: .expired))
        let error = try await get(server.url, .authority(caFile: authority.certificate))
        #expect(error?.kind == "untrustedCertificate")
        #expect(error?.description.contains("expired") == true)
    }

    @Test("The pinned certificate is accepted, whatever its authority, names and dates")
    func pin() async throws {
        let files = try await CertificateAuthority().server(names: ["elsewhere"], addresses: [], validity: .expired)
        let server = try await TLSServer.start(files)
        #expect(try await get(server.url, .fingerprint(try await fingerprint(of: files))) == nil)
    }

    @Test("Another certificate than the pinned one is refused, and the error names the one that was seen")
    func wrongPin() async throws {
        let authority = try await CertificateAuthority()
        let files = try await authority.server()
        let server = try await TLSServer.start(files)
        let seen = try await fingerprint(of: files)
        let pinned = SHA256Fingerprint(bytes: [UInt8](repeating: 7, count: 32))
        let error = try await get(server.url, .fingerprint(pinned))
        #expect(
            error
                == .untrustedCertificate(
                    host: "127.0.0.1:\(server.port)", reason: "its fingerprint is \(seen), not the pinned one"))
        #expect(error?.nothingWasSent == true)
        // What is wrong with the next server is not the fingerprint of the last.
        let plain = try ScriptedServer { connection in connection.send("no TLS here\r\n") }
        let other = try await get("https://127.0.0.1:\(plain.port)/", .fingerprint(pinned))
        #expect(other?.kind == "tlsFailed")
    }

    @Test("Of several pinned certificates each is accepted, so that the next one is known before it comes")
    func severalPins() async throws {
        let files = try await CertificateAuthority().server(names: ["elsewhere"], addresses: [])
        let server = try await TLSServer.start(files)
        let right = try await fingerprint(of: files)
        let others = [UInt8(3), 4].map { SHA256Fingerprint(bytes: [UInt8](repeating: $0, count: 32)) }
        #expect(try await get(server.url, .fingerprints([others[0], right])) == nil)
        let error = try await get(server.url, .fingerprints(Set(others)))
        #expect(
            error
                == .untrustedCertificate(
                    host: "127.0.0.1:\(server.port)",
                    reason: "its fingerprint is \(right), not the pinned one, nor any of the others"))
    }

    @Test("A host has one pin: libcurl would reuse the connection that the other pin made")
    func twoPins() async throws {
        let files = try await CertificateAuthority().server()
        let server = try await TLSServer.start(files)
        let right = try await fingerprint(of: files)
        let wrong = SHA256Fingerprint(bytes: [UInt8](repeating: 9, count: 32))
        try await withClient { client in
            let settings = [right, wrong].map { TLSSettings(verification: .fingerprint($0)) }
            let response = try await client.send(HTTPRequest(.get, server.url, tls: settings[0]))
            #expect(response.status == 200)
            let error = await failure { () async throws(TransportError) in
                try await client.send(HTTPRequest(.get, server.url, tls: settings[1]))
            }
            #expect(error?.kind == "invalidRequest")
        }
    }

    @Test("A server that speaks no TLS is a failure of TLS, and nothing was sent")
    func plainServer() async throws {
        let server = try ScriptedServer { connection in connection.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
        let error = try await get("https://127.0.0.1:\(server.port)/", .none)
        #expect(error?.kind == "tlsFailed")
        #expect(error?.nothingWasSent == true)
    }

    @Test("An answer tells which certificate the server showed, where the request asks for it, and not over plain HTTP")
    func reportedCertificate() async throws {
        let authority = try await CertificateAuthority()
        let files = try await authority.server(commonName: "ufm.example.org")
        let server = try await TLSServer.start(files)
        try await withClient { client in
            var request = HTTPRequest(
                .get, server.url, tls: TLSSettings(verification: .authority(caFile: authority.certificate)))
            #expect(try await client.send(request).head.certificate == nil)
            request.reportsCertificate = true
            let certificate = try #require(try await client.send(request).head.certificate)
            #expect(certificate.fingerprint == (try await fingerprint(of: files)))
            #expect(certificate.subject.contains("CN=ufm.example.org"))
            let now = Int(time(nil))
            #expect((now..<now + 100 * 365 * 86_400).contains(certificate.expiry))
            #expect(certificate.expiryText.hasPrefix("20") && certificate.expiryText.hasSuffix("Z"))
            let plain = try ScriptedServer { connection in
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            }
            request.url = "http://127.0.0.1:\(plain.port)/"
            #expect(try await client.send(request).head.certificate == nil)
        }
    }

    @Test("TLS older than 1.2 is not spoken")
    func oldTLS() async throws {
        let server = try await TLSServer.start(
            try await CertificateAuthority().server(), arguments: ["-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"])
        let error = try await get(server.url, .none)
        #expect(error?.kind == "tlsFailed")
    }

    @Test(
        "A fingerprint is read with and without colons and prefix, in either case, and only when it is whole",
        arguments: [
            (String(repeating: "ab", count: 32), true), (String(repeating: "AB", count: 32), true),
            ("sha256:" + String(repeating: "ab", count: 32), true),
            ("SHA256:" + [String](repeating: "AB", count: 32).joined(separator: ":"), true),
            (String(repeating: "ab", count: 31), false), (String(repeating: "ab", count: 33), false),
            (String(repeating: "zz", count: 32), false), (String(repeating: "٣٣", count: 32), false), ("", false),
        ])
    func parsing(text: String, isRead: Bool) {
        let expected = "sha256:" + [String](repeating: "ab", count: 32).joined(separator: ":")
        #expect(SHA256Fingerprint(parsing: text)?.description == (isRead ? expected : nil))
    }
}

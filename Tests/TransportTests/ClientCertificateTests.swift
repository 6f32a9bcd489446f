import Foundation
import Glibc
import TestSupport
import Testing

@testable import Transport

@Suite("Who we are to a TLS server", .timeLimit(.minutes(20)))
struct ClientCertificateTests {
    @Test("A server that demands a client certificate gets it", arguments: ["-tls1_2", "-tls1_3"])
    func demanded(version: String) async throws {
        let (authority, stranger) = (try await CertificateAuthority(), try await CertificateAuthority())
        let server = try await TLSServer.start(
            try await authority.server(), clientsFrom: authority, arguments: [version])
        let right = try await authority.client()
        let wrong = try await stranger.client()
        try await withClient { client in
            var tls = TLSSettings(
                verification: .authority(caFile: authority.certificate), certificateFile: right.certificate,
                keyFile: right.key)
            let response = try await client.send(HTTPRequest(.get, server.url, tls: tls))
            #expect(response.status == 200)

            for files in [nil, wrong] {
                (tls.certificateFile, tls.keyFile) = (files?.certificate, files?.key)
                let error = await failure { () async throws(TransportError) in
                    try await client.send(HTTPRequest(.post, server.url, body: [1], tls: tls))
                }
                #expect(error?.kind == "tlsFailed", "\(error.debugDescription)")
                #expect(error?.nothingWasSent == true)
            }
        }
    }

    @Test("One file may hold both the certificate and its key")
    func oneFile() async throws {
        let authority = try await CertificateAuthority()
        let server = try await TLSServer.start(try await authority.server(), clientsFrom: authority)
        let files = try await authority.client()
        let directory = try TemporaryDirectory("tls")
        let both = try directory.write(try contents(files.certificate) + contents(files.key), to: "both.pem")
        let tls = TLSSettings(verification: .authority(caFile: authority.certificate), certificateFile: both)
        try await withClient { client in
            let response = try await client.send(HTTPRequest(.get, server.url, tls: tls))
            #expect(response.status == 200)
        }
    }

    @Test("A file that cannot be used is named, before any connection is made")
    func badFiles() async throws {
        let authority = try await CertificateAuthority()
        let files = try await authority.client()
        let directory = try TemporaryDirectory("tls")
        let junk = try directory.write("this is no certificate\n", to: "junk.pem")
        let missing = directory.file("missing.pem")
        let expired = try await authority.client(validity: .expired)
        let early = try await authority.client(validity: .notYetValid)
        let other = try await authority.client()
        let encrypted = try await authority.client(passphrase: "secret")
        let pipe = directory.file("pipe")
        try #require(mkfifo(pipe, 0o600) == 0)
        let cases: [(ca: String?, certificate: String?, key: String?, named: String, word: String)] = [
            (missing, nil, nil, missing, "No such file or directory"),
            (junk, nil, nil, junk, "holds no PEM certificate"),
            (directory.path, nil, nil, directory.path, "not a regular file"),
            (pipe, nil, nil, pipe, "not a regular file"),
            ("/dev/zero", nil, nil, "/dev/zero", "not a regular file"),
            (nil, pipe, files.key, pipe, "not a regular file"),
            (nil, files.certificate, pipe, pipe, "not a regular file"),
            (nil, missing, files.key, missing, "No such file or directory"),
            (nil, junk, files.key, junk, "holds no PEM certificate"),
            (nil, files.key, files.key, files.key, "holds no PEM certificate"),
            (nil, files.certificate, missing, missing, "No such file or directory"),
            (nil, files.certificate, junk, junk, "holds no PEM private key"),
            (nil, files.certificate, nil, files.certificate, "holds no PEM private key"),
            (nil, expired.certificate, expired.key, expired.certificate, "expired"),
            (nil, early.certificate, early.key, early.certificate, "not valid yet"),
            (nil, files.certificate, other.key, other.key, "does not belong to the certificate \(files.certificate)"),
            (nil, encrypted.certificate, encrypted.key, encrypted.key, "encrypted"),
            (nil, nil, files.key, files.key, "without a client certificate"),
        ]
        let server = try ScriptedServer.answering()
        try await withClient { client in
            for (ca, certificate, key, named, word) in cases {
                let tls = TLSSettings(
                    verification: .authority(caFile: ca), certificateFile: certificate, keyFile: key)
                // Asked twice: a failed check is not remembered as a good one.
                for _ in 1...2 {
                    let error = await failure { () async throws(TransportError) in
                        try await client.send(HTTPRequest(.get, "https://127.0.0.1:\(server.port)", tls: tls))
                    }
                    guard case .credentialFile(let path, let reason) = error else {
                        Issue.record("\(named), \(word): \(error.debugDescription)")
                        continue
                    }
                    #expect(path == named)
                    #expect(reason.contains(word))
                    #expect(error?.nothingWasSent == true)
                    #expect(error?.description.contains("secret") == false)
                }
            }
        }
        #expect(server.log.read(\.accepted) == 0)
    }

    private func contents(_ path: String) throws -> String {
        try String(contentsOfFile: path, encoding: .utf8)
    }
}

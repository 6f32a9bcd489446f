import Foundation
import TestSupport
import Testing
import UFMModel
import UFMSimulator

/// `--ping`, and the ways to say who we are and where UFM is.
@Suite("Reaching UFM")
struct UFMToolLoginTests {
    private struct Sign: Decodable {
        struct Certificate: Decodable {
            let subject: String
            let fingerprint: String
            let expiry: String
        }
        let server: String
        let version: String
        let latency_ms: Double
        let authentication: String
        let certificate: Certificate?
    }

    /// As `openssl` prints it.
    private func fingerprint(_ site: Site) async throws -> String {
        let text = try await OpenSSL.fingerprint(ofCertificate: site.certificates.server.certificate)
        return "sha256:" + text.lowercased().filter { $0.isHexDigit || $0 == ":" }
    }

    @Test("--ping tells version, time, login and the certificate's fingerprint, which --ufm-fingerprint takes")
    func ping() async throws {
        try await withUFM(kind: .tls) { site in
            let sign: Sign = try await site.ufmTool("--ping", "--output", "json").json()
            #expect(sign.server == "https://\(site.ufmHost)")
            #expect(sign.version == "6.22.1-3")
            #expect(sign.latency_ms > 0 && sign.latency_ms < 10_000)
            #expect(sign.authentication == "basic")
            let certificate = try #require(sign.certificate)
            #expect(certificate.subject.contains("CN="))
            #expect(certificate.expiry.hasSuffix("Z"))
            let pinned = try await site.run(
                "ufm", "--username", "admin", "--ufm-fingerprint", certificate.fingerprint, "--ping")
            #expect(pinned.status == .code(0))
            #expect(pinned.output.contains("Fingerprint: \(certificate.fingerprint)\n"))
            #expect(pinned.output.contains("Version: 6.22.1-3\n"))
            // An upgrade of UFM brings a new certificate: its fingerprint is prepared, or the complaint says how it is accepted.
            let former = "sha256:" + String(repeating: "0", count: 64)
            let prepared = try await site.run(
                "ufm", "--username", "admin", "--ufm-fingerprint", former, "--ufm-fingerprint", certificate.fingerprint,
                "--list")
            #expect(prepared.status == .code(0))
            let outdated = try await site.run("ufm", "--username", "admin", "--ufm-fingerprint", former, "--list")
            expectOneComplaint(
                outdated, code: 1, naming: ["--ufm-fingerprint \(certificate.fingerprint)"], at: site, "a former pin")
        }
        try await withUFM { site in
            let sign: Sign = try await site.ufmTool("--ping", "--output", "json").json()
            #expect(sign.certificate == nil)
            #expect(try await site.ufmTool("--ping").output.contains("Certificate: none (http)\n"))
        }
    }

    @Test("--ping of a UFM that is not trusted shows its fingerprint, and sends it neither user nor password")
    func untrusted() async throws {
        try await withUFM(kind: .tls) { site in
            let sign: Sign = try await site.ufmTool("--ping", "--output", "json").json()
            let fingerprint = try #require(sign.certificate?.fingerprint)
            let before = site.ufm.requests.count
            let result = try await site.run("ufm", "--username", "admin", "--ping")
            expectOneComplaint(
                result, code: 1, naming: ["certificate not accepted", fingerprint, site.ufmHost], at: site, "--ping")
            // The one request that came through was refused: it had no credentials.
            #expect(site.ufm.requests.dropFirst(before).map(\.status) == [401])
        }
    }

    @Test("an access token is a login of its own, for both modes")
    func token() async throws {
        let secret = "c0ffeec0ffeec0ffeec0ffeec0ffee"
        try await withUFM(.made(0x4000, full: [0xa]), kind: .tls, configure: { $0.ufm.tokens = [secret] }) { site in
            try await CommandRunner.succeed(Command("rm", [site.configuration.file("ufm-password")]))
            let path = try site.configuration.write(secret + "\n", to: "token")
            let result = try await site.run(["ufm", "--ufm-token-file", path, "--list"] + site.ufmTrust)
            #expect(result.status == .code(0))
            #expect(result.errors == "")
            #expect(site.ufm.requests.last?.path.hasPrefix("/ufmRestV3/") == true)
            let ping = try await site.run(["ufm", "--ufm-token-file", path, "--ping"] + site.ufmTrust)
            #expect(ping.output.contains("Authentication: token\n"))

            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176"])
            let daemon = try site.start(
                ["monitor"] + site.etcdArguments + ["--ufm-token-file", path] + site.ufmTrust)
            try await site.waitForMembers([0x043f_7203_00f5_5176], of: 0x2000)
            #expect(try await daemon.stop() == .code(0))
            #expect(!daemon.output.contains(secret))
        }
    }

    @Test("a token file that cannot be used is refused by name, and a wrong token by UFM; neither is shown")
    func badToken() async throws {
        try await withUFM(kind: .tls) { site in
            let rows: [(text: String?, culprits: [String])] = [
                (nil, ["is not there"]), ("", ["is empty", "token"]), ("two w0rds\n", ["more than a token"]),
                ("wr0ngt0ken\n", [site.ufmHost, "credentials", "token"]),
            ]
            for (text, culprits) in rows {
                let path = site.configuration.file("token")
                if let text { try site.configuration.write(text, to: "token") }
                let result = try await site.run(["ufm", "--ufm-token-file", path, "--list"] + site.ufmTrust)
                expectOneComplaint(result, code: 1, naming: culprits, at: site, text ?? "no file")
                #expect(!result.errors.contains("w0rds") && !result.errors.contains("wr0ng"))
            }
            let path = try site.configuration.write("wr0ngt0ken\n", to: "token", permissions: 0o644)
            let loose = try await site.run(["ufm", "--ufm-token-file", path, "--list"] + site.ufmTrust)
            #expect(loose.errors.contains("WARNING: Loose permissions on token file \(path)"))
        }
    }

    @Test("a client certificate is a login of its own, and may come with a user")
    func clientCertificate() async throws {
        let certificates = try await SiteCertificates.shared.value
        try await withUFM(
            kind: .tls,
            configure: { configuration in
                configuration.clientCA = certificates.authority.certificate
                configuration.ufm.certificateUsers = ["client.invalid": "admin"]
            }
        ) { site in
            let client = site.certificates.client
            let login = ["--ufm-cert-file", client.certificate, "--ufm-key-file", client.key]
            let alone = try await site.run(["ufm", "--ping"] + login + site.ufmTrust)
            #expect(alone.status == .code(0), "\(alone.errors)")
            #expect(alone.output.contains("Authentication: client certificate\n"))
            let both = try await site.ufmTool(["--ping"] + login)
            #expect(both.output.contains("Authentication: basic\n"))

            let wrongKey = try await site.run(
                [
                    "ufm", "--list", "--ufm-cert-file", client.certificate, "--ufm-key-file",
                    site.certificates.server.key,
                ]
                    + site.ufmTrust)
            expectOneComplaint(
                wrongKey, code: 1, naming: [site.certificates.server.key, "does not belong"], at: site, "wrong key")
            let nowhere = try await site.run(["ufm", "--list", "--ufm-cert-file", "/none.pem"] + site.ufmTrust)
            expectOneComplaint(nowhere, code: 1, naming: ["/none.pem"], at: site, "no file")
        }
    }

    @Test("of several hosts the one that answers is used, by both modes")
    func hosts() async throws {
        try await withUFM(.made(0x4000, full: [0xa])) { site in
            let hosts = "127.0.0.1:1, \(site.ufmHost)"
            let result = try await site.ufmTool("--host", hosts, "--create-pkey", "0x5000")
            #expect(result.output == "Successfully created PKey 0x5000\n")
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176"])
            let daemon = try site.startDaemon("--ufm-host", "127.0.0.1:1,\(site.ufmHost)")
            try await site.waitForMembers([0x043f_7203_00f5_5176], of: 0x2000)
            #expect(try await daemon.stop() == .code(0))

            for bad in ["\(site.ufmHost),", "a,,b", "a,http://b", ""] {
                let result = try await site.ufmTool("--host", bad, "--list")
                expectOneComplaint(result, code: 1, naming: ["--host"], at: site, bad)
            }
        }
    }
}

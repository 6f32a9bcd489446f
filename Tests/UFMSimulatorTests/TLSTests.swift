import Glibc
import TestSupport
import Testing
import UFMModel
import UFMSimulator

@Suite(.timeLimit(.minutes(20)))
struct TLSTests {
    @Test("A certificate made at start is good for clients that trust it, and goes at shutdown")
    func selfSigned() async throws {
        var configuration = UFMSimulator.Configuration()
        configuration.tls = .selfSigned(directory: nil)
        let simulator = try await UFMSimulator.start(configuration: configuration)
        #expect(simulator.url == "https://127.0.0.1:\(simulator.port)")
        let certificate = try #require(simulator.certificateFile)
        let key = certificate.dropLast("cert.pem".count) + "key.pem"
        var status = stat()
        #expect(stat(String(key), &status) == 0 && status.st_mode & 0o777 == 0o600)

        let request =
            "GET /ufmRest/resources/pkeys HTTP/1.1\\r\\nHost: ufm\\r\\nConnection: close\\r\\n"
            + "Authorization: \(Sample.basic)\\r\\n\\r\\n"
        for name in ["-verify_ip 127.0.0.1", "-verify_hostname localhost"] {
            let output = await shellOutput(
                "printf '\(request)' | openssl s_client -connect 127.0.0.1:\(simulator.port) -CAfile \(certificate)"
                    + " -verify_return_error \(name) -quiet 2>/dev/null")
            #expect(output.hasPrefix("HTTP/1.1 200 OK") && output.hasSuffix(#"["0x7fff"]"#))
        }
        try await simulator.shutdown()
        #expect(access(certificate, F_OK) == -1 && access(String(key), F_OK) == -1)
    }

    /// What the simulator answers to a request with those options of `openssl s_client`.
    private func answer(_ simulator: UFMSimulator, _ options: String, credentials: String = "") async -> String {
        let request = "GET \(pkeys) HTTP/1.1\\r\\nHost: ufm\\r\\nConnection: close\\r\\n\(credentials)\\r\\n"
        return await shellOutput(
            "printf '\(request)' | openssl s_client -connect 127.0.0.1:\(simulator.port) \(options) -quiet 2>/dev/null")
    }

    @Test("A client certificate opens the door by its alternative name, and basic authentication still does")
    func clientCertificate() async throws {
        let authority = try await CertificateAuthority()
        let client = try await authority.client()
        let stranger = try await CertificateAuthority(name: "Other").client()
        var configuration = UFMSimulator.Configuration()
        configuration.tls = .selfSigned(directory: nil)
        configuration.clientCA = authority.certificate
        configuration.ufm.certificateUsers = ["client.invalid": "admin"]
        try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
            let known = await answer(simulator, "-cert \(client.certificate) -key \(client.key)")
            #expect(known.hasPrefix("HTTP/1.1 200 OK") && known.contains("ClientCertAuthen: yes"))
            let unknown = await answer(simulator, "-cert \(stranger.certificate) -key \(stranger.key)")
            #expect(unknown.isEmpty)
            #expect(await answer(simulator, "").hasPrefix("HTTP/1.1 401 "))
            let basic = await answer(simulator, "", credentials: "Authorization: \(Sample.basic)\\r\\n")
            #expect(basic.hasPrefix("HTTP/1.1 200 OK") && !basic.contains("ClientCertAuthen"))
        }
        configuration.requiresClientCertificate = true
        try await UFMSimulator.withSimulator(configuration: configuration) { simulator in
            let basic = await answer(simulator, "", credentials: "Authorization: \(Sample.basic)\\r\\n")
            #expect(basic.isEmpty)
        }
    }

    @Test("Authorities of clients that cannot be read are an error that names their file")
    func badClientCA() async throws {
        var configuration = UFMSimulator.Configuration()
        configuration.tls = .selfSigned(directory: nil)
        configuration.clientCA = "/nowhere/clients.pem"
        let error = await #expect(throws: SimulatorError.self) {
            try await UFMSimulator.start(configuration: configuration)
        }
        #expect(error?.description.contains("/nowhere/clients.pem") == true)
    }

    @Test(
        "A certificate that cannot be made or read is an error that says which",
        arguments: [
            UFMSimulator.Configuration.TLS.selfSigned(directory: "/proc/nowhere"),
            .files(certificate: "/nowhere/cert.pem", key: "/nowhere/key.pem"),
        ])
    func unusable(tls: UFMSimulator.Configuration.TLS) async throws {
        var configuration = UFMSimulator.Configuration()
        configuration.tls = tls
        let error = await #expect(throws: SimulatorError.self) {
            try await UFMSimulator.start(configuration: configuration)
        }
        #expect(error?.description.contains("nowhere") == true)
    }
}

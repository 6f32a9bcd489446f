import Glibc
import Testing
import UFMSimulator

@Suite(.timeLimit(.minutes(1)))
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
            + "Authorization: \(ModelHarness.basic)\\r\\n\\r\\n"
        for name in ["-verify_ip 127.0.0.1", "-verify_hostname localhost"] {
            let output = await shellOutput(
                "printf '\(request)' | openssl s_client -connect 127.0.0.1:\(simulator.port) -CAfile \(certificate)"
                    + " -verify_return_error \(name) -quiet 2>/dev/null")
            #expect(output.hasPrefix("HTTP/1.1 200 OK") && output.hasSuffix(#"["0x7fff"]"#))
        }
        try await simulator.shutdown()
        #expect(access(certificate, F_OK) == -1 && access(String(key), F_OK) == -1)
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

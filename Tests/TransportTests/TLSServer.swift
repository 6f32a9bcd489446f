import TestSupport

/// OpenSSL's own TLS server, which answers every GET with a page about the connection.
struct TLSServer {
    let port: UInt16
    private let process: BackgroundProcess

    var url: String { "https://127.0.0.1:\(port)/" }

    /// Starts it; with an authority it demands a client certificate of that authority.
    static func start(
        _ files: CertificateFiles, clientsFrom authority: CertificateAuthority? = nil, arguments: [String] = []
    ) async throws -> TLSServer {
        let port = try FreePort.find(1)[0]
        let demand = authority.map { ["-Verify", "1", "-verify_return_error", "-CAfile", $0.certificate] } ?? []
        let process = try BackgroundProcess(
            Command(
                "openssl",
                ["s_server", "-accept", "127.0.0.1:\(port)", "-cert", files.certificate, "-key", files.key, "-www"]
                    + demand + arguments))
        try await process.waitForLine(containing: "ACCEPT")
        return TLSServer(port: port, process: process)
    }
}

/// The files of a certificate. They stay as long as a copy of this does.
package struct CertificateFiles: Sendable {
    /// The path of the certificate, PEM.
    package let certificate: String
    /// The path of its private key, PEM.
    package let key: String

    private let directory: TemporaryDirectory?

    /// Files that somebody else looks after.
    package init(certificate: String, key: String) {
        self.init(certificate: certificate, key: key, directory: nil)
    }

    fileprivate init(certificate: String, key: String, directory: TemporaryDirectory?) {
        self.certificate = certificate
        self.key = key
        self.directory = directory
    }
}

/// A certificate authority for one test, made with the `openssl` command. Its files go with its last copy and
/// that of the certificates it issued.
package struct CertificateAuthority: Sendable {
    /// The path of its own certificate: what a client has to trust.
    package let certificate: String

    private let directory: TemporaryDirectory
    private var key: String { directory.file("ca.key") }

    /// Makes an authority; two of them never trust each other, whatever their names.
    package init(name: String = "Test CA") async throws(HarnessError) {
        directory = try TemporaryDirectory("ca")
        certificate = directory.file("ca.pem")
        try await OpenSSL.run([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256",
            "-days", "3650", "-subj", "/CN=\(name)", "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            "-keyout", directory.file("ca.key"), "-out", certificate,
        ])
    }

    /// Makes a certificate for a server, by default one for loopback.
    package func server(
        names: [String] = ["localhost"], addresses: [String] = ["127.0.0.1", "::1"],
        commonName: String? = "Test server", validity: CertificateRequest.Validity = .valid,
        usages: [CertificateRequest.Usage] = [.server, .client]
    ) async throws(HarnessError) -> CertificateFiles {
        let alternatives = names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        return try await issue(
            CertificateRequest(
                commonName: commonName, alternativeNames: alternatives, validity: validity, usages: usages))
    }

    /// Makes a certificate for a client. Without a common name it has an organisation as its only name; with a
    /// passphrase its key is encrypted.
    package func client(
        commonName: String? = "client", validity: CertificateRequest.Validity = .valid, passphrase: String? = nil
    ) async throws(HarnessError) -> CertificateFiles {
        try await issue(
            CertificateRequest(
                commonName: commonName, alternativeNames: ["DNS:client.invalid"], validity: validity,
                usages: [.client], passphrase: passphrase))
    }

    /// Makes a certificate to any wish.
    package func issue(_ request: CertificateRequest) async throws(HarnessError) -> CertificateFiles {
        // Each has its own directory: `openssl ca` keeps a database, and requests may come side by side.
        let label = String(UInt64.random(in: .min ... .max), radix: 36)
        try directory.makeDirectory(label)
        let files = CertificateFiles(
            certificate: directory.file("\(label)/certificate.pem"), key: directory.file("\(label)/key.pem"),
            directory: directory)
        try directory.write(request.configuration(directory: directory.file(label)), to: "\(label)/openssl.cnf")
        try directory.write("", to: "\(label)/index.txt")

        let configuration = directory.file("\(label)/openssl.cnf")
        let signingRequest = directory.file("\(label)/request.pem")
        let protection = request.passphrase.map { ["-passout", "pass:\($0)"] } ?? ["-nodes"]
        try await OpenSSL.run(
            ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-sha256"] + protection + [
                "-config", configuration, "-subj", request.subject, "-keyout", files.key, "-out", signingRequest,
            ])
        let period = request.validity.period
        try await OpenSSL.run([
            "ca", "-batch", "-notext", "-config", configuration, "-cert", certificate, "-keyfile", key,
            "-startdate", period.start, "-enddate", period.end, "-in", signingRequest, "-out", files.certificate,
        ])
        return files
    }
}

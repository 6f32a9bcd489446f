import Adapters
import Text
import UFMClient

/// `--ping`: whether UFM answers, how fast, as whom, and which certificate it shows.
struct UFMPing {
    let client: UFMClient
    let format: OutputFormat

    func run() async throws {
        let sign: UFMSignOfLife
        do throws(UFMError) {
            sign = try await client.ping()
        } catch {
            guard let certificate = await client.certificate(notTrustedIn: error) else { throw error }
            throw CommandFailure(
                "\(ErrorWords.of(error)); the one shown there is of \(Terminal.line(certificate.subject)), ends "
                    + "\(certificate.expiry) and has the fingerprint \(certificate.fingerprint): compare it with "
                    + "the one on the UFM machine before you trust it")
        }
        try show(Document(sign))
    }

    private func show(_ document: Document) throws {
        if format == .json { return try Output.json(document) }
        Output.line("Server: \(document.server)")
        Output.line("Version: \(Terminal.line(document.version))")
        Output.line("Latency: \(document.latency_ms) ms")
        Output.line("Authentication: \(document.authentication)")
        guard let certificate = document.certificate else { return Output.line("Certificate: none (http)") }
        Output.line("Certificate: \(Terminal.line(certificate.subject))")
        Output.line("Fingerprint: \(certificate.fingerprint)")
        Output.line("Expiry: \(certificate.expiry)")
    }

    /// A sign of life as JSON; without TLS there is no `certificate`.
    private struct Document: Encodable {
        struct Certificate: Encodable {
            let subject: String
            let fingerprint: String
            let expiry: String
        }

        let server: String
        let version: String
        let latency_ms: Double
        let authentication: String
        let certificate: Certificate?

        init(_ sign: UFMSignOfLife) {
            server = sign.server
            version = sign.version.description
            let (seconds, attoseconds) = sign.latency.components
            // In tenths: more digits would promise what no network keeps.
            latency_ms = (Double(seconds) * 10_000 + Double(attoseconds) / 1e14).rounded() / 10
            authentication = sign.authentication
            certificate = sign.shownCertificate.map {
                Certificate(subject: $0.subject, fingerprint: $0.fingerprint, expiry: $0.expiry)
            }
        }
    }
}

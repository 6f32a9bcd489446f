package import Transport

/// The certificate that a server shows, in words.
package struct ShownCertificate: Hashable, Sendable {
    package let subject: String
    /// `sha256:…`
    package let fingerprint: String
    package let expiry: String

    init(_ certificate: ServerCertificate) {
        subject = certificate.subject
        fingerprint = certificate.fingerprint.description
        expiry = certificate.expiryText
    }
}

extension UFMSignOfLife {
    /// Nil without TLS.
    package var shownCertificate: ShownCertificate? { certificate.map(ShownCertificate.init) }
}

extension UFMClient {
    /// What a server shows that we did not trust; nil after any other error.
    ///
    /// It is asked without user, password, token or certificate of ours.
    package func certificate(notTrustedIn error: UFMError) async -> ShownCertificate? {
        guard case .transport(.untrustedCertificate) = error.kind else { return nil }
        return await certificate(of: error.server, tls: TLSSettings(verification: .none)).map(ShownCertificate.init)
    }

    /// The certificates that the hosts show, as far as they answer and speak TLS.
    package func certificates() async -> [(server: String, certificate: ServerCertificate)] {
        guard configuration.scheme == .https else { return [] }
        var found: [(server: String, certificate: ServerCertificate)] = []
        for server in configuration.hosts.map(configuration.baseURL) {
            guard let certificate = await certificate(of: server, tls: configuration.tls) else { continue }
            found.append((server, certificate))
        }
        return found
    }

    /// Without user, password or token of ours.
    private func certificate(of server: String, tls: TLSSettings) async -> ServerCertificate? {
        var request = HTTPRequest(
            .get, server + "/ufmRest/app/ufm_version", tls: tls, connectTimeout: configuration.connectTimeout,
            totalTimeout: configuration.readTimeout)
        request.reportsCertificate = true
        return try? await transport.send(request).head.certificate
    }
}

import Transport

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
        var request = HTTPRequest(
            .get, error.server + "/ufmRest/app/ufm_version", tls: TLSSettings(verification: .none),
            connectTimeout: configuration.connectTimeout, totalTimeout: configuration.readTimeout)
        request.reportsCertificate = true
        return try? await transport.send(request).head.certificate.map(ShownCertificate.init)
    }
}

import TestSupport

/// The certificates that all sites of a test run share: making them takes longer than using them.
struct SiteCertificates: Sendable {
    let authority: CertificateAuthority
    /// For etcd and UFM, which are both on loopback.
    let server: CertificateFiles
    /// Without a common name: with one, etcd's gateway refuses every request while authentication is on.
    let client: CertificateFiles

    static let shared = Task {
        let authority = try await CertificateAuthority()
        return SiteCertificates(
            authority: authority, server: try await authority.server(),
            client: try await authority.client(commonName: nil))
    }
}

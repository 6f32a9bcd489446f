internal import CCurl
internal import COpenSSL
internal import Synchronization

/// Accepts server certificates by their SHA-256 fingerprints, in place of a chain to a CA.
final class CertificatePin: Sendable {
    private let fingerprints: Set<SHA256Fingerprint>
    private let mismatch = Mutex<SHA256Fingerprint?>(nil)

    /// Every pin ever used. libcurl may keep a TLS context that points at its pin for as long as a connection lives, so
    /// pins are never freed; a process has one or two.
    private static let known = Mutex<[Set<SHA256Fingerprint>: CertificatePin]>([:])

    static func of(_ fingerprints: Set<SHA256Fingerprint>) -> CertificatePin {
        known.withLock { known in
            if let pin = known[fingerprints] { return pin }
            let pin = CertificatePin(fingerprints)
            known[fingerprints] = pin
            return pin
        }
    }

    private init(_ fingerprints: Set<SHA256Fingerprint>) {
        self.fingerprints = fingerprints
    }

    /// What a server showed instead, the last time one did not match.
    var lastMismatch: SHA256Fingerprint? { mismatch.withLock { $0 } }

    func install(on easy: EasyHandle) throws(TransportError) {
        try easy.set(CURLOPT_SSL_CTX_DATA, Unmanaged.passUnretained(self).toOpaque())
        let result = pkeyd_setopt_ssl_callback(easy.pointer) { _, sslContext, pin in
            guard let sslContext, let pin else { return CURLE_SSL_CONNECT_ERROR }
            // A new connection: what an earlier server showed says nothing of this one.
            Unmanaged<CertificatePin>.fromOpaque(pin).takeUnretainedValue().mismatch.withLock { $0 = nil }
            SSL_CTX_set_cert_verify_callback(
                OpaquePointer(sslContext),
                { store, pin in
                    guard let store, let pin else { return 0 }
                    return Unmanaged<CertificatePin>.fromOpaque(pin).takeUnretainedValue().accepts(store) ? 1 : 0
                }, pin)
            return CURLE_OK
        }
        try easy.demand(CURLOPT_SSL_CTX_FUNCTION, result)
    }

    private func accepts(_ store: OpaquePointer) -> Bool {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard
            let certificate = X509_STORE_CTX_get0_cert(store),
            X509_digest(certificate, EVP_sha256(), &digest, &length) == 1
        else {
            X509_STORE_CTX_set_error(store, X509_V_ERR_UNSPECIFIED)
            return false
        }
        let seen = SHA256Fingerprint(bytes: Array(digest.prefix(Int(length))))
        let matches = fingerprints.contains(seen)
        mismatch.withLock { $0 = matches ? nil : seen }
        X509_STORE_CTX_set_error(store, matches ? X509_V_OK : X509_V_ERR_APPLICATION_VERIFICATION)
        return matches
    }
}

internal import CCurl
internal import COpenSSL
internal import Glibc

/// What a server's certificate says, accepted or not needed to be: for people who compare it with what they know.
package struct ServerCertificate: Hashable, Sendable {
    /// As `openssl x509 -fingerprint -sha256` prints it, and as a pin is given.
    package let fingerprint: SHA256Fingerprint
    /// The subject in the form of RFC 2253, such as `CN=ufm.example.org,O=SURF`; control characters are escaped.
    package let subject: String
    /// The end of its validity, in seconds since 1970.
    package let expiry: Int

    /// A certificate that a test makes up.
    package init(fingerprint: SHA256Fingerprint, subject: String, expiry: Int) {
        self.fingerprint = fingerprint
        self.subject = subject
        self.expiry = expiry
    }

    /// The end of its validity as `2026-11-22T18:33:24Z`.
    package var expiryText: String { Self.text(ofEnd: expiry) }

    /// The end of the validity of a certificate of OpenSSL's, in seconds since 1970.
    static func end(of certificate: OpaquePointer) -> Int? {
        var end = tm()
        guard ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 else { return nil }
        return Int(timegm(&end))
    }

    fileprivate static func text(ofEnd seconds: Int) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 32)
        strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The end of a certificate of our own.
package struct OwnCertificate: Hashable, Sendable {
    /// Its file.
    package let path: String
    /// In seconds since 1970.
    package let expiry: Int

    /// The end of its validity as `2026-11-22T18:33:24Z`.
    package var expiryText: String { ServerCertificate.text(ofEnd: expiry) }
}

extension TLSSettings {
    /// Our own certificate as its file is now; nil where there is none, or it cannot be read.
    package var ownCertificate: OwnCertificate? {
        certificateFile.flatMap { path in
            TLSFiles.end(ofCertificateIn: path).map { OwnCertificate(path: path, expiry: $0) }
        }
    }
}

extension ServerCertificate {
    /// The certificate of the connection that a transfer uses; nil without TLS. Only inside a callback of libcurl:
    /// after the transfer it has no connection any more.
    init?(shownTo easy: UnsafeMutableRawPointer) {
        guard let tls = pkeyd_getinfo_openssl(easy) else { return nil }
        guard let certificate = SSL_get1_peer_certificate(OpaquePointer(tls)) else { return nil }
        defer { X509_free(certificate) }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        guard X509_digest(certificate, EVP_sha256(), &digest, &length) == 1, let end = Self.end(of: certificate) else {
            return nil
        }
        var name = [CChar](repeating: 0, count: 1_024)
        let count = Int(pkeyd_subject(certificate, &name, Int32(name.count)))
        fingerprint = SHA256Fingerprint(bytes: Array(digest.prefix(Int(length))))
        subject = String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        expiry = end
    }
}

internal import COpenSSL
internal import Glibc

/// Checks of certificate, key and CA files before the first connection, so that an error can name the file.
enum TLSFiles {
    /// The most bytes of a file; the system's bundle of all authorities has a quarter of a million.
    static let sizeLimit = 16 << 20

    /// What changes when a file of the settings is written anew or replaced.
    struct Stamp: Equatable {
        private var facts: [Int] = []

        init(_ tls: TLSSettings) {
            var files = [tls.certificateFile, tls.keyFile]
            if case .authority(let caFile) = tls.verification { files.append(caFile) }
            for file in files.compactMap(\.self) {
                var status = stat()
                // A file that is gone leaves zeros: the check says so in words.
                if stat(file, &status) != 0 { status = stat() }
                facts += [
                    Int(status.st_ino), status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                    status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
                ]
            }
        }
    }

    /// Throws `credentialFile` for a file that is missing, unreadable, not PEM, encrypted, expired, or of another pair.
    static func check(_ tls: TLSSettings) throws(TransportError) {
        if case .authority(let caFile?) = tls.verification {
            X509_free(try certificate(in: caFile))
        }
        guard let certificateFile = tls.certificateFile else {
            guard let keyFile = tls.keyFile else { return }
            throw .credentialFile(path: keyFile, reason: "a client key without a client certificate")
        }
        let keyFile = tls.keyFile ?? certificateFile
        let certificate = try certificate(in: certificateFile)
        defer { X509_free(certificate) }
        guard X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0 else {
            throw .credentialFile(path: certificateFile, reason: "the client certificate has expired")
        }
        guard X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 else {
            throw .credentialFile(path: certificateFile, reason: "the client certificate is not valid yet")
        }
        let key = try privateKey(in: keyFile)
        defer { EVP_PKEY_free(key) }
        guard X509_check_private_key(certificate, key) == 1 else {
            ERR_clear_error()
            throw .credentialFile(
                path: keyFile, reason: "the key does not belong to the certificate \(certificateFile)")
        }
    }

    /// The end of the certificate in a file, in seconds since 1970; nil where none can be read.
    static func end(ofCertificateIn path: String) -> Int? {
        guard let certificate = try? certificate(in: path) else { return nil }
        defer { X509_free(certificate) }
        return ServerCertificate.end(of: certificate)
    }

    private static func certificate(in path: String) throws(TransportError) -> OpaquePointer {
        let file = try open(path)
        defer { BIO_free(file) }
        guard let certificate = pkeyd_read_certificate(file) else {
            ERR_clear_error()
            throw .credentialFile(path: path, reason: "holds no PEM certificate")
        }
        return certificate
    }

    private static func privateKey(in path: String) throws(TransportError) -> OpaquePointer {
        let file = try open(path)
        defer { BIO_free(file) }
        var isEncrypted: Int32 = 0
        guard let key = pkeyd_read_private_key(file, &isEncrypted) else {
            ERR_clear_error()
            throw .credentialFile(
                path: path,
                reason: isEncrypted == 1
                    ? "the private key is encrypted; decrypt it with: openssl pkey -in KEY -out PLAIN"
                    : "holds no PEM private key")
        }
        return key
    }

    private static func open(_ path: String) throws(TransportError) -> OpaquePointer {
        var status = stat()
        // A pipe would be waited for, and a device may have no end.
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw .credentialFile(path: path, reason: "it is not a regular file")
            }
            guard status.st_size <= sizeLimit else {
                throw .credentialFile(path: path, reason: "larger than \(sizeLimit) bytes")
            }
        }
        errno = 0
        guard let file = BIO_new_file(path, "r") else {
            let reason = errno == 0 ? "cannot be read" : String(cString: strerror(errno))
            ERR_clear_error()
            throw .credentialFile(path: path, reason: reason)
        }
        return file
    }
}

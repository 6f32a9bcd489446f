import Text

/// How a TLS server is verified, and how we show it who we are.
package struct TLSSettings: Hashable, Sendable {
    /// What makes a server's certificate acceptable.
    package enum Verification: Hashable, Sendable {
        /// A chain to a CA of the system, or of the file, and a certificate that names the host.
        case authority(caFile: String?)
        /// A certificate with one of these SHA-256 fingerprints, whatever it says of names and dates: that of today, and
        /// those that will take its place.
        case fingerprints(Set<SHA256Fingerprint>)
        /// Anything: only on an explicit `--no-ssl-verify`.
        case none

        /// Exactly the certificate with this SHA-256 fingerprint.
        package static func fingerprint(_ fingerprint: SHA256Fingerprint) -> Verification {
            .fingerprints([fingerprint])
        }
    }

    package var verification: Verification
    /// PEM file with the client certificate (and its chain).
    package var certificateFile: String?
    /// PEM file with the client certificate's unencrypted private key.
    package var keyFile: String?

    package init(
        verification: Verification = .authority(caFile: nil), certificateFile: String? = nil, keyFile: String? = nil
    ) {
        self.verification = verification
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}

/// The SHA-256 digest of a DER certificate, as `openssl x509 -fingerprint -sha256` prints it.
package struct SHA256Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// Reads 64 hexadecimal digits, with or without colons and a leading `sha256:`; nil for anything else.
    package init?(parsing text: String) {
        let lowered = text.lowercased()
        let digits = (lowered.hasPrefix("sha256:") ? lowered.dropFirst(7) : lowered[...]).filter { $0 != ":" }
        guard digits.utf8.count == 64, let bytes = Hex.bytes(of: digits) else { return nil }
        self.bytes = bytes
    }

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var description: String {
        "sha256:" + bytes.map { Hex.digits($0, width: 2) }.joined(separator: ":")
    }
}

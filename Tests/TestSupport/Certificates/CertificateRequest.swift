import Foundation

/// What a certificate is to say.
package struct CertificateRequest: Sendable {
    /// When it is valid.
    package enum Validity: Sendable {
        /// From yesterday, for a year.
        case valid
        /// Until yesterday.
        case expired
        /// From tomorrow on.
        case notYetValid
        /// From yesterday, until this long from now.
        case expiring(after: Duration)
    }

    /// What it may be used for.
    package enum Usage: String, Sendable {
        case server = "serverAuth"
        case client = "clientAuth"
    }

    /// Without one the subject is an organisation alone.
    package var commonName: String?
    /// As OpenSSL writes them: `DNS:name`, `IP:address`.
    package var alternativeNames: [String]
    package var validity: Validity
    package var usages: [Usage]
    /// Encrypts the private key.
    package var passphrase: String?

    package init(
        commonName: String?, alternativeNames: [String] = [], validity: Validity = .valid,
        usages: [Usage] = [.server, .client], passphrase: String? = nil
    ) {
        self.commonName = commonName
        self.alternativeNames = alternativeNames
        self.validity = validity
        self.usages = usages
        self.passphrase = passphrase
    }

    var subject: String { commonName.map { "/O=Tests/CN=\($0)" } ?? "/O=Tests" }

    /// The settings of `openssl ca`, which alone can put any dates into a certificate.
    func configuration(directory: String) -> String {
        let alternatives =
            alternativeNames.isEmpty ? "" : "subjectAltName = \(alternativeNames.joined(separator: ","))"
        let uses = usages.isEmpty ? "" : "extendedKeyUsage = \(usages.map(\.rawValue).joined(separator: ","))"
        return """
            [req]
            distinguished_name = name
            [name]
            [ca]
            default_ca = authority
            [authority]
            new_certs_dir = \(directory)
            database = \(directory)/index.txt
            rand_serial = yes
            default_md = sha256
            policy = policy
            x509_extensions = extensions
            [policy]
            organizationName = supplied
            commonName = optional
            [extensions]
            basicConstraints = critical,CA:FALSE
            keyUsage = critical,digitalSignature
            \(uses)
            \(alternatives)
            """
    }
}

extension CertificateRequest.Validity {
    private static let day: TimeInterval = 86_400

    /// The dates in the form of `openssl ca`.
    var period: (start: String, end: String) {
        switch self {
        case .valid: (Self.date(-Self.day), Self.date(365 * Self.day))
        case .expired: (Self.date(-30 * Self.day), Self.date(-Self.day))
        case .notYetValid: (Self.date(Self.day), Self.date(365 * Self.day))
        case .expiring(let rest): (Self.date(-Self.day), Self.date(TimeInterval(rest.components.seconds)))
        }
    }

    private static func date(_ offset: TimeInterval) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMddHHmmss'Z'"
        return formatter.string(from: Date(timeIntervalSinceNow: offset))
    }
}

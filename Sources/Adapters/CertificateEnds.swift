/// The certificate of a server, or our own, as far as its end goes.
package struct SeenCertificate: Hashable, Sendable {
    /// Whose it is, such as `UFM at https://ufm1`.
    package let server: String
    /// In seconds since 1970.
    package let expiry: Int
    /// The same as `2026-11-22T18:33:24Z`.
    package let expiryText: String

    package init(server: String, expiry: Int, expiryText: String) {
        self.server = server
        self.expiry = expiry
        self.expiryText = expiryText
    }
}

/// Which certificates are to be told of: those that end within 30 days, once a day for each server. Pure.
struct CertificateEnds: Sendable {
    private static let day = 86_400
    /// How many days before the end it is told for the first time.
    private static let notice = 30

    private var lastTold: [String: Int] = [:]

    /// The lines for these certificates.
    ///
    /// - Parameter now: in seconds since 1970.
    mutating func warnings(_ certificates: [SeenCertificate], now: Int) -> [String] {
        certificates.compactMap { certificate in
            let left = certificate.expiry - now
            guard left < Self.notice * Self.day else {
                lastTold[certificate.server] = nil
                return nil
            }
            if let told = lastTold[certificate.server], now - told < Self.day { return nil }
            lastTold[certificate.server] = now
            return
                "the certificate of \(certificate.server) \(Self.words(left)) (\(certificate.expiryText)): it has to be renewed"
        }
    }

    private static func words(_ left: Int) -> String {
        switch left / day {
        case _ where left < 0: "has ended"
        case 0: "ends within a day"
        case 1: "ends in 1 day"
        case let days: "ends in \(days) days"
        }
    }
}

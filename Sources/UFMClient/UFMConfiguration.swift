package import Fabric
import Text
package import Transport

/// Where UFM is, how to speak to it, and as whom.
package struct UFMConfiguration: Sendable {
    /// The scheme of every URL.
    package enum Scheme: String, Sendable {
        case https
        /// Sends the credentials in the clear: only on an explicit wish.
        case http
    }

    /// Host names or addresses, each with or without `:port`; a bare IPv6 address gets its brackets.
    ///
    /// UFM has one virtual address, so one is the rule. With more, calls go to the one that answers a read as a working
    /// UFM does, and two hosts never both get a write.
    package var hosts: [String]
    /// TLS or not.
    package var scheme: Scheme
    /// Who we are; decides the prefix of every path as well.
    package var credentials: UFMCredentials
    /// How UFM is verified (its certificate is self-signed out of the box), and our own certificate.
    package var tls: TLSSettings
    /// How long TCP and TLS may take.
    package var connectTimeout: Duration
    /// How long a read may take as a whole.
    package var readTimeout: Duration
    /// How long a write may take as a whole: UFM answers when it has rewritten its partition file.
    package var writeTimeout: Duration
    /// What goes into one request; the planner has the same.
    package var limits = UFMLimits()

    /// A configuration with the timeouts that suit UFM, whose writes are slow.
    package init(
        hosts: [String], scheme: Scheme = .https, credentials: UFMCredentials, tls: TLSSettings = TLSSettings(),
        connectTimeout: Duration = .seconds(5), readTimeout: Duration = .seconds(30),
        writeTimeout: Duration = .seconds(60)
    ) {
        self.hosts = hosts
        self.scheme = scheme
        self.credentials = credentials
        self.tls = tls
        self.connectTimeout = connectTimeout
        self.readTimeout = readTimeout
        self.writeTimeout = writeTimeout
    }

    /// `https://host[:port]`, to which a path is appended.
    func baseURL(of host: String) -> String {
        "\(scheme.rawValue)://" + ((try? HostAndPort(parsing: host))?.description ?? host)
    }
}

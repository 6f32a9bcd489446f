import TestSupport
import UFMModel
import UFMSimulator

/// A whole site on loopback: pcocc's configuration directory, an etcd that authenticates, and a UFM.
///
/// Its program runs as an administrator's would: with `PCOCC_SYSTEM_CONF_DIR` and nothing else set. What it did is
/// looked at from outside, by `etcdctl` and in the simulator's own state.
struct Site: Sendable {
    /// How the servers of a site are spoken to.
    enum Kind: String, Sendable, CaseIterable {
        /// etcd and UFM over HTTP.
        case http
        /// etcd and UFM over TLS, both with certificates of one CA, which the machine does not know.
        case tls
        /// As above, and etcd demands a client certificate of everyone.
        case mutualTLS

        var isEncrypted: Bool { self != .http }
    }

    /// What may differ from site to site.
    struct Options: Sendable {
        var etcdPassword = "etcd:pa55word"
        var ufmPassword = "uFm-pa55word"
        /// Whether etcd's v3 store asks for root's password.
        var hasV3Authentication = true
        /// Whether its v2 store does, where the keys are there: each request then takes etcd a tenth of a second.
        var hasV2Authentication = true
        /// Which of etcd's stores the keys are in.
        var keys = KeyPlace.v3
        /// Further flags of etcd.
        var etcdArguments: [String] = []
        /// What etcd and UFM show with TLS; nil for the certificate that all sites share.
        var serverCertificate: CertificateFiles?
        /// The rest of the simulator's configuration; TLS, user and password are set for the site.
        var simulator = UFMSimulator.Configuration()
    }

    let kind: Kind
    let options: Options
    /// The directory of `batch.yaml`, `ufm.yaml`, `etcd-password` and `ufm-password`.
    let configuration: TemporaryDirectory
    let etcd: EtcdServer
    let ufm: UFMSimulator
    /// The site's certificates; they are there without TLS too, for options that name some.
    let certificates: SiteCertificates
    /// What was started here.
    let transcripts = Transcripts()

    /// The port of etcd's clients.
    var etcdPort: String { String(etcd.endpoint.drop { $0 != ":" }.dropFirst()) }
    /// `127.0.0.1:port` of UFM.
    var ufmHost: String { "127.0.0.1:\(ufm.port)" }

    static func start(_ kind: Kind, _ options: Options) async throws -> Site {
        let certificates = try await SiteCertificates.shared.value
        let server = options.serverCertificate ?? certificates.server
        let tls = EtcdOptions.TLS(
            authority: certificates.authority, server: server,
            client: kind == .mutualTLS ? certificates.client : nil)
        // The cheapest hashing of passwords: each login would take a processor for a tenth of a second.
        let etcd = try await EtcdServer.start(
            EtcdOptions(
                rootPassword: options.hasV3Authentication ? options.etcdPassword : nil,
                tls: kind.isEncrypted ? tls : nil,
                arguments: ["--bcrypt-cost", "4"] + (options.keys == .v2 ? EtcdServer.v2Arguments : [])
                    + options.etcdArguments))
        try await options.enableV2Authentication(of: etcd)
        var simulator = options.simulator
        simulator.ufm.password = options.ufmPassword
        if kind.isEncrypted {
            simulator.tls = .files(certificate: server.certificate, key: server.key)
        }
        let site = Site(
            kind: kind, options: options, configuration: try TemporaryDirectory("site"), etcd: etcd,
            ufm: try await UFMSimulator.start(configuration: simulator), certificates: certificates)
        try site.writeConfiguration()
        return site
    }

    func shutDown() async throws {
        try await ufm.shutdown()
        try await etcd.kill()
    }

    /// Writes the files as pcocc and its administrators do.
    private func writeConfiguration() throws {
        try configuration.write(batchFile(servers: ["127.0.0.1"], port: etcdPort), to: "batch.yaml")
        try configuration.write(
            """
            settings:
              ufm-servers: ['\(ufmHost)']
              ufm-auth-type: password

            """, to: "ufm.yaml")
        try configuration.write(options.etcdPassword + "\n", to: "etcd-password")
        try configuration.write(options.ufmPassword + "\n", to: "ufm-password")
    }

    /// pcocc's sample, filled in for this site: like that one it names a CA even where the protocol is http.
    func batchFile(servers: [String], port: String) -> String {
        """
        type: slurm

        settings:
          # List of etcd servers
          etcd-servers:
        \(servers.map { "    - \($0)\n" }.joined())
          # Client port of the etcd servers
          etcd-client-port: \(port)

          # Protocol: http|https
          etcd-protocol: \(kind.isEncrypted ? "https" : "http")

          # CA certificate, for https
          etcd-ca-cert: \(certificates.authority.certificate)

          # Authentication: password|munge|none
          etcd-auth-type: password

          batch-args: ['--exclusive']

        """
    }
}

/// Gives the body a site that is gone when it returns; throws what the body throws.
///
/// - Parameter keys: which of etcd's stores the keys are in, whatever the options say.
func withSite<Result>(
    _ kind: Site.Kind, _ options: Site.Options = Site.Options(), keys: KeyPlace? = nil,
    isolation: isolated (any Actor)? = #isolation, _ body: (Site) async throws -> Result
) async throws -> Result {
    var options = options
    options.keys = keys ?? options.keys
    try await SitePermits.shared.acquire()
    defer { SitePermits.shared.release() }
    let site = try await Site.start(kind, options)
    let result: Result
    do {
        result = try await body(site)
    } catch {
        site.transcripts.tell(of: site.ufm)
        // The error of the body is the one that counts.
        try? await site.shutDown()
        throw error
    }
    try await site.shutDown()
    return result
}

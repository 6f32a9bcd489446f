import ArgumentParser
import EtcdGateway
import Logging
import Settings
import Text
import Transport

/// How to reach etcd: the options of the `monitor` and `etcd` modes.
struct EtcdOptions: ParsableArguments {
    @Option(help: ArgumentHelp("etcd host (overrides batch.yaml).", valueName: "host")) var etcdHost: String?
    @Option(help: ArgumentHelp("etcd client port (overrides batch.yaml; default 2379).", valueName: "port"))
    var etcdPort: UInt16?
    @Option(
        help: ArgumentHelp(
            "etcd endpoints, separated by commas: host[:port] or http[s]://host[:port] (overrides batch.yaml and --etcd-host).",
            valueName: "endpoint,…"))
    var etcdEndpoints: String?
    @Option(
        help: ArgumentHelp(
            "http or https, for endpoints that do not say (overrides batch.yaml; default https with --etcd-ca-cert or --etcd-cert-file, else http).",
            valueName: "protocol"))
    var etcdProtocol: EtcdEndpoint.Scheme?
    @Option(help: ArgumentHelp("CA certificate of etcd (overrides batch.yaml).", valueName: "file"))
    var etcdCaCert: String?
    @Option(help: ArgumentHelp("Client certificate for etcd.", valueName: "file")) var etcdCertFile: String?
    @Option(help: ArgumentHelp("Key of the client certificate.", valueName: "file")) var etcdKeyFile: String?
    @Option(help: ArgumentHelp("etcd user.", valueName: "user")) var etcdUser: String?
    @Option(help: ArgumentHelp("etcd password; better in the file etcd-password.", valueName: "password"))
    var etcdPassword: String?
    @Flag(help: "Ask for the etcd password on the terminal.") var etcdPromptPassword = false
    @Option(help: ArgumentHelp("Time for one etcd operation.", valueName: "seconds")) var etcdTimeout: UInt32 = 30

    func validate() throws {
        if etcdTimeout == 0 { throw ValidationError("--etcd-timeout 0: expected at least 1 second.") }
        if etcdPort == 0 { throw ValidationError("--etcd-port 0: expected 1 to 65535.") }
        if etcdKeyFile != nil, etcdCertFile == nil { throw ValidationError("--etcd-key-file needs --etcd-cert-file.") }
        if etcdPromptPassword, etcdUser == nil { throw ValidationError("--etcd-prompt-password needs --etcd-user.") }
        if etcdPassword != nil, etcdUser == nil { throw ValidationError("--etcd-password needs --etcd-user.") }
    }

    /// Options, then files, then defaults.
    func resolve(_ common: CommonOptions, log: Logger) throws -> EtcdConfiguration {
        let file = try EtcdFileSettings.load(from: common.directory())
        for warning in file?.warnings ?? [] { log.warning("\(warning)") }
        let scheme = self.scheme(file)
        let endpoints = try self.endpoints(file, scheme)
        let tls = TLSSettings(
            verification: .authority(caFile: etcdCaCert ?? file?.caCertificate), certificateFile: etcdCertFile,
            keyFile: etcdKeyFile)
        if !endpoints.contains(where: { $0.scheme == .https }), etcdCertFile != nil || etcdCaCert != nil {
            log.warning("etcd is spoken to over http (etcd-protocol): the certificate options have no effect")
        }
        return EtcdConfiguration(
            endpoints: endpoints, login: try login(file, common, log), tls: tls, timeout: .seconds(Int(etcdTimeout)))
    }

    /// A CA certificate in batch.yaml does not mean TLS: pcocc's own sample has one beside `http`.
    private func scheme(_ file: EtcdFileSettings?) -> EtcdEndpoint.Scheme {
        if let etcdProtocol { return etcdProtocol }
        switch file?.scheme {
        case .http: return .http
        case .https: return .https
        case nil: return etcdCaCert != nil || etcdCertFile != nil ? .https : .http
        }
    }

    private func endpoints(
        _ file: EtcdFileSettings?, _ scheme: EtcdEndpoint.Scheme
    ) throws(EtcdError) -> [EtcdEndpoint] {
        let port = etcdPort ?? file?.port.flatMap { UInt16(exactly: $0) } ?? 2379
        let names: [String]
        if let etcdEndpoints {
            names = etcdEndpoints.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
        } else if let etcdHost {
            names = [etcdHost]
        } else if let file {
            guard let servers = file.servers else {
                throw EtcdError(.usage, "\(file.path) names no etcd-servers; add them, or give --etcd-endpoints")
            }
            names = servers
        } else {
            names = ["localhost"]
        }
        guard !names.isEmpty else { throw EtcdError(.usage, "--etcd-endpoints names no endpoint") }
        var endpoints: [EtcdEndpoint] = []
        for name in names {
            endpoints.append(try EtcdEndpoint(parsing: name, defaultScheme: scheme, defaultPort: port))
        }
        return endpoints
    }

    /// The user of the option; else root where pcocc's files say that passwords are used and hold one.
    private func login(
        _ file: EtcdFileSettings?, _ common: CommonOptions, _ log: Logger
    ) throws -> EtcdConfiguration.Login? {
        let sources = try common.credentials()
        let found: FoundPassword?
        if let etcdUser {
            if file?.authentication == EtcdFileSettings.Authentication.none, etcdPassword == nil, !etcdPromptPassword {
                log.debug("no etcd login: batch.yaml says etcd-auth-type: none")
                return nil
            }
            found = try sources.requiredPassword(
                .etcd, option: etcdPassword, optionName: "--etcd-password", user: etcdUser,
                prompting: etcdPromptPassword ? .first : .whenNeeded)
        } else {
            guard file?.authentication == .password else { return nil }
            found = try sources.password(.etcd, option: nil, user: "root", prompting: .never)
        }
        guard let found else { return nil }
        for warning in found.warnings { log.warning("\(warning)") }
        log.debug("etcd password from \(found.origin)")
        return EtcdConfiguration.Login(user: etcdUser ?? "root", password: found.secret.reveal())
    }
}

extension EtcdEndpoint.Scheme: ExpressibleByArgument {}

package import EtcdGateway
import Text
import Transport

/// What the options say of etcd; nil for what they do not say.
package struct EtcdInputs: Sendable {
    package var host: String?
    package var port: UInt16?
    /// Separated by commas.
    package var endpoints: String?
    package var scheme: EtcdEndpoint.Scheme?
    package var caCertificate: String?
    package var certificateFile: String?
    package var keyFile: String?
    package var user: String?
    package var password: String?
    package var promptsForPassword = false
    package var timeout = Duration.seconds(30)

    package init() {}

    /// Options, then files, then defaults.
    package func resolve(_ sources: CredentialSources) -> Resolved<EtcdConfiguration> {
        Resolved { (notes) throws(SettingsError) in try resolve(sources, &notes) }
    }

    func resolve(
        _ sources: CredentialSources, _ notes: inout [SettingsNote]
    ) throws(SettingsError) -> EtcdConfiguration {
        let file = try EtcdFileSettings.load(from: sources.directory)
        notes.warn(file?.warnings ?? [])
        let endpoints = try resolvedEndpoints(file)
        if !endpoints.contains(where: { $0.scheme == .https }), certificateFile != nil || caCertificate != nil {
            notes.warn(["etcd is spoken to over http (etcd-protocol): the certificate options have no effect"])
        }
        return EtcdConfiguration(
            endpoints: endpoints, login: try login(file, sources, &notes),
            tls: TLSSettings(
                verification: .authority(caFile: caCertificate ?? file?.caCertificate),
                certificateFile: try sources.located(certificateFile), keyFile: try sources.located(keyFile)),
            timeout: timeout)
    }

    /// A CA certificate in batch.yaml does not mean TLS: pcocc's own sample has one beside `http`.
    private func resolvedScheme(_ file: EtcdFileSettings?) -> EtcdEndpoint.Scheme {
        if let scheme { return scheme }
        switch file?.scheme {
        case .http: return .http
        case .https: return .https
        case nil: return caCertificate != nil || certificateFile != nil ? .https : .http
        }
    }

    private func resolvedEndpoints(_ file: EtcdFileSettings?) throws(SettingsError) -> [EtcdEndpoint] {
        let scheme = resolvedScheme(file)
        let port = port ?? file?.port.flatMap { UInt16(exactly: $0) } ?? 2379
        let names = try endpointNames(file)
        guard !names.isEmpty else { throw .noEndpoint }
        var endpoints: [EtcdEndpoint] = []
        for name in names {
            do throws(EtcdError) {
                endpoints.append(try EtcdEndpoint(parsing: name, defaultScheme: scheme, defaultPort: port))
            } catch {
                throw .endpoint("\(error)")
            }
        }
        return endpoints
    }

    private func endpointNames(_ file: EtcdFileSettings?) throws(SettingsError) -> [String] {
        if let endpoints { return endpoints.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty } }
        if let host { return [host] }
        guard let file else { return ["localhost"] }
        guard let servers = file.servers else { throw .noEtcdServers(path: file.path) }
        return servers
    }

    /// The user of the option; else root where pcocc's files say that passwords are used and hold one.
    private func login(
        _ file: EtcdFileSettings?, _ sources: CredentialSources, _ notes: inout [SettingsNote]
    ) throws(SettingsError) -> EtcdConfiguration.Login? {
        let found: FoundPassword?
        if let user {
            if file?.authentication == EtcdFileSettings.Authentication.none, password == nil, !promptsForPassword {
                notes.append(.origin("no etcd login: batch.yaml says etcd-auth-type: none"))
                return nil
            }
            found = try sources.requiredPassword(
                .etcd, option: password, optionName: OptionNames.etcdPassword, user: user,
                prompting: promptsForPassword ? .first : .whenNeeded)
        } else {
            guard file?.authentication == .password else { return nil }
            found = try sources.password(.etcd, option: nil, user: "root", prompting: .never)
        }
        guard let found else { return nil }
        notes.warn(found.warnings)
        notes.append(.origin("etcd password from \(found.origin)"))
        return EtcdConfiguration.Login(user: user ?? "root", password: found.secret.reveal())
    }
}

/// What `batch.yaml` says about etcd; nil for what it does not say.
///
/// Two forms are read. pcocc's own:
/// `settings: {etcd-servers: […], etcd-client-port: 2379, etcd-protocol: http, etcd-auth-type: password, etcd-ca-cert: …}`
/// and that of the predecessor's documentation, which pcocc itself never read:
/// `cluster: {etcd: {servers: […], port: 2379, protocol: https, ca_cert: …}}`.
package struct EtcdFileSettings: Hashable, Sendable {
    /// How to speak to etcd. A CA path does not imply https: pcocc's sample sets one together with http.
    package enum Scheme: String, CaseIterable, Sendable {
        case http, https
    }

    /// How pcocc logs in to etcd.
    package enum Authentication: String, CaseIterable, Sendable {
        case password, munge, none
    }

    package static let fileName = "batch.yaml"

    /// The file these settings are from.
    package let path: String
    /// Host names without protocol or port; at least one if there are any.
    package var servers: [String]?
    package var port: Int?
    package var scheme: Scheme?
    package var authentication: Authentication?
    package var caCertificate: String?
    /// What deserves a word in the log, each with its place in the file.
    package var warnings: [String] = []

    /// Reads `batch.yaml`, or gives nil when there is none.
    ///
    /// Throws for a file that cannot be read, is not YAML, has values of the wrong kind, has neither form or has both.
    package static func load(from directory: ConfigDirectory) throws(SettingsError) -> EtcdFileSettings? {
        guard let document = try SettingsDocument.load(directory.file(fileName)) else { return nil }
        let real = try document.section("settings")
        let documented = try document.section("cluster", "etcd")
        switch (real, documented) {
        case (let section?, nil): return try EtcdFileSettings(real: section)
        case (nil, let section?): return try EtcdFileSettings(documented: section)
        case (_?, let section?):
            throw section.failure("both `settings:` and `cluster: etcd:` are there: keep `settings:`, pcocc reads it")
        case (nil, nil):
            throw document.failure("there is no `settings:` in it: expected `settings: {etcd-servers: [HOST, …], …}`")
        }
    }

    private init(real section: SettingsSection) throws(SettingsError) {
        path = section.document.path
        servers = try section.servers(
            "etcd-servers", .hostAlone(protocolKey: "etcd-protocol", portKey: "etcd-client-port"))
        port = try section.port("etcd-client-port")
        scheme = try section.word("etcd-protocol", as: Scheme.self)
        authentication = try section.word("etcd-auth-type", as: Authentication.self)
        caCertificate = try section.text("etcd-ca-cert", expected: "the path of a file")
        warnings = section.strangers(
            prefix: "etcd-",
            known: ["etcd-servers", "etcd-client-port", "etcd-protocol", "etcd-auth-type", "etcd-ca-cert"])
    }

    private init(documented section: SettingsSection) throws(SettingsError) {
        path = section.document.path
        servers = try section.servers("servers", .hostAlone(protocolKey: "protocol", portKey: "port"))
        port = try section.port("port")
        scheme = try section.word("protocol", as: Scheme.self)
        caCertificate = try section.text("ca_cert", expected: "the path of a file")
        warnings = ["\(path): `cluster: etcd:` is read here, but pcocc needs `settings: {etcd-servers: …}`"]
        warnings += section.strangers(prefix: "", known: ["servers", "port", "protocol", "ca_cert"])
    }
}

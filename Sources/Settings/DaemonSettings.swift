package import EtcdGateway
package import Reconciler
package import UFMClient

/// All that the daemon's options say, before any file has been looked at.
package struct DaemonInputs: Sendable {
    /// The directory of `--config-dir`.
    package var configDirectory: String?
    package var etcd: EtcdInputs
    package var ufm: UFMInputs
    package var engine: EngineInputs
    /// The cluster of `--etcd-cluster-id`.
    package var etcdCluster: UInt64?
    /// The directory of `--state-dir`.
    package var stateDirectory: String?

    package init(
        configDirectory: String?, etcd: EtcdInputs, ufm: UFMInputs, engine: EngineInputs, stateDirectory: String? = nil
    ) {
        self.configDirectory = configDirectory
        self.etcd = etcd
        self.ufm = ufm
        self.engine = engine
        self.stateDirectory = stateDirectory
    }

    package func resolve(_ environment: ProcessEnvironment = .current) -> Resolved<DaemonSettings> {
        Resolved { (notes) throws(SettingsError) in
            let sources = try CredentialSources(configDirectory: configDirectory, environment: environment)
            let etcd = try etcd.resolve(sources, &notes)
            let ufm = try ufm.resolve(sources, &notes)
            var engine = try engine.resolve(sources, &notes)
            engine.fabricName = "\(ufm.scheme.rawValue)://\(ufm.hosts.joined(separator: ","))"
            return DaemonSettings(
                etcd: etcd, ufm: ufm, engine: engine, stateDirectory: stateDirectory ?? environment.stateDirectory,
                inputs: self,
                environment: environment)
        }
    }
}

/// What the daemon runs on.
package struct DaemonSettings: Sendable {
    package let etcd: EtcdConfiguration
    package let ufm: UFMConfiguration
    package let engine: EngineConfiguration
    /// The cluster of etcd that is meant; nil for the one that is known from before, or that most endpoints are of.
    package var etcdCluster: UInt64? { inputs.etcdCluster }
    /// Where the daemon keeps what its next life is to know; nil for nowhere.
    package let stateDirectory: String?
    private let inputs: DaemonInputs
    private let environment: ProcessEnvironment

    fileprivate init(
        etcd: EtcdConfiguration, ufm: UFMConfiguration, engine: EngineConfiguration, stateDirectory: String?,
        inputs: DaemonInputs, environment: ProcessEnvironment
    ) {
        self.etcd = etcd
        self.ufm = ufm
        self.engine = engine
        self.stateDirectory = stateDirectory
        self.inputs = inputs
        self.environment = environment
    }

    /// What may change while the daemon runs: who it is, and where UFM is.
    package struct Renewal: Sendable {
        /// Nil where etcd is used without a login.
        package let etcdLogin: EtcdConfiguration.Login?
        package let ufm: UFMConfiguration
    }

    /// What SIGHUP asks for: the files as they are now. Certificates need nothing: each new connection reads its files.
    ///
    /// - Parameter inputs: the options, those of `ufm.yaml` read again.
    package func reloaded(_ inputs: DaemonInputs) -> Resolved<Renewal> {
        Resolved { (notes) throws(SettingsError) in
            let sources = try CredentialSources(configDirectory: inputs.configDirectory, environment: environment)
            return Renewal(
                etcdLogin: try inputs.etcd.resolve(sources, &notes).login, ufm: try inputs.ufm.resolve(sources, &notes))
        }
    }
}

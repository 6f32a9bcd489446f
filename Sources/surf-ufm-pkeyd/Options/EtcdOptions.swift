import ArgumentParser
import EtcdGateway
import Settings

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
    @Option(
        help: ArgumentHelp("CA certificate of etcd (overrides batch.yaml).", valueName: "file"), completion: .file())
    var etcdCaCert: String?
    @Option(help: ArgumentHelp("Client certificate for etcd.", valueName: "file"), completion: .file())
    var etcdCertFile: String?
    @Option(help: ArgumentHelp("Key of the client certificate.", valueName: "file"), completion: .file())
    var etcdKeyFile: String?
    @Option(help: ArgumentHelp("etcd user.", valueName: "user")) var etcdUser: String?
    @Option(help: ArgumentHelp("etcd password; better in the file etcd-password.", valueName: "password"))
    var etcdPassword: String?
    @Option(
        help: ArgumentHelp(
            "The store of etcd that holds pcocc's keys: v2 (pcocc up to 0.7.5 writes there), v3, or the one that has PKey keys; in the etcd mode auto is v3.",
            valueName: "auto|v3|v2"))
    var etcdApi = EtcdAPI.auto
    @Flag(help: "Ask for the etcd password on the terminal.") var etcdPromptPassword = false
    @Option(help: ArgumentHelp("Time for one etcd operation.", valueName: "seconds")) var etcdTimeout: UInt32 = 30

    func validate() throws {
        if etcdTimeout == 0 { throw ValidationError("--etcd-timeout 0: expected at least 1 second.") }
        if etcdPort == 0 { throw ValidationError("--etcd-port 0: expected 1 to 65535.") }
        if etcdKeyFile != nil, etcdCertFile == nil { throw ValidationError("--etcd-key-file needs --etcd-cert-file.") }
        if etcdPromptPassword, etcdUser == nil { throw ValidationError("--etcd-prompt-password needs --etcd-user.") }
        if etcdPassword != nil, etcdUser == nil { throw ValidationError("--etcd-password needs --etcd-user.") }
    }

    var inputs: EtcdInputs {
        var inputs = EtcdInputs()
        inputs.host = etcdHost
        inputs.port = etcdPort
        inputs.endpoints = etcdEndpoints
        inputs.scheme = etcdProtocol
        inputs.caCertificate = etcdCaCert
        inputs.certificateFile = etcdCertFile
        inputs.keyFile = etcdKeyFile
        inputs.user = etcdUser
        inputs.password = etcdPassword
        inputs.promptsForPassword = etcdPromptPassword
        inputs.timeout = .seconds(Int(etcdTimeout))
        return inputs
    }
}

extension EtcdEndpoint.Scheme: ExpressibleByArgument {}
extension EtcdAPI: ExpressibleByArgument {}

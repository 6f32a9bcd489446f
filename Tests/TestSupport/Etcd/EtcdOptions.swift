import Foundation

/// The name and the ports of one member.
struct EtcdPlace: Sendable {
    let name: String
    let clientPort: UInt16
    let peerPort: UInt16

    var peerURL: String { "http://127.0.0.1:\(peerPort)" }

    /// Places with free ports for that many members.
    static func find(_ count: Int) throws(HarnessError) -> [EtcdPlace] {
        let ports = try FreePort.find(2 * count)
        return (0..<count).map { number in
            EtcdPlace(name: "test\(number)", clientPort: ports[2 * number], peerPort: ports[2 * number + 1])
        }
    }
}

/// How an etcd is to be started.
package struct EtcdOptions: Sendable {
    /// TLS on the client port.
    package struct TLS: Sendable {
        package var authority: CertificateAuthority
        /// Its key usage must allow both ends: etcd's JSON gateway calls etcd with it.
        package var server: CertificateFiles
        /// Demands a client certificate of everyone; `etcdctl` uses this one.
        package var client: CertificateFiles?

        package init(authority: CertificateAuthority, server: CertificateFiles, client: CertificateFiles? = nil) {
            self.authority = authority
            self.server = server
            self.client = client
        }
    }

    /// Turns authentication on, with a user `root` of this password.
    package var rootPassword: String?
    package var tls: TLS?
    /// Further flags of etcd, after ours.
    package var arguments: [String]

    package init(rootPassword: String? = nil, tls: TLS? = nil, arguments: [String] = []) {
        self.rootPassword = rootPassword
        self.tls = tls
        self.arguments = arguments
    }

    /// The etcd to run: `ETCD_BINARY`, or the one on `PATH`.
    static var serverProgram: String { ProcessInfo.processInfo.environment["ETCD_BINARY"] ?? "etcd" }

    /// The `etcdctl` to use: the one beside `ETCD_BINARY` if there is one, or that on `PATH`.
    static var controlProgram: String {
        let beside = URL(fileURLWithPath: serverProgram).deletingLastPathComponent().path + "/etcdctl"
        return serverProgram.contains("/") && FileManager.default.isExecutableFile(atPath: beside) ? beside : "etcdctl"
    }

    /// The whole command line of etcd.
    func command(directory: String, clientURL: String, place: EtcdPlace, peers: [EtcdPlace]) -> Command {
        var arguments = [
            "--name", place.name, "--data-dir", directory,
            "--listen-client-urls", clientURL, "--advertise-client-urls", clientURL,
            "--listen-peer-urls", place.peerURL, "--initial-advertise-peer-urls", place.peerURL,
            "--initial-cluster", peers.map { "\($0.name)=\($0.peerURL)" }.joined(separator: ","),
            "--initial-cluster-state", "new",
            "--logger", "zap", "--log-outputs", "stderr",
            // A tenth of the usual times: a lone member elects itself, and each start would wait a second for it.
            "--heartbeat-interval", "20", "--election-timeout", "200",
        ]
        if let tls {
            arguments += ["--cert-file", tls.server.certificate, "--key-file", tls.server.key]
            if tls.client != nil {
                arguments += ["--client-cert-auth", "--trusted-ca-file", tls.authority.certificate]
            }
        }
        return Command(Self.serverProgram, arguments + self.arguments, droppingVariables: ["ETCD_", "ETCDCTL_"])
    }

    /// A call of `etcdctl` to that address.
    func controlCommand(_ arguments: [String], endpoint: String, asRoot: Bool, input: String?) -> Command {
        var environment = ["ETCDCTL_API": "3", "ETCDCTL_ENDPOINTS": endpoint]
        if asRoot, let rootPassword { environment["ETCDCTL_USER"] = "root:\(rootPassword)" }
        if let tls {
            environment["ETCDCTL_CACERT"] = tls.authority.certificate
            environment["ETCDCTL_CERT"] = tls.client?.certificate
            environment["ETCDCTL_KEY"] = tls.client?.key
        }
        return Command(
            Self.controlProgram, arguments, environment: environment, droppingVariables: ["ETCD_", "ETCDCTL_"],
            input: input)
    }
}

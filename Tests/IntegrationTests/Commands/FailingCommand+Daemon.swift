import TestSupport
import Testing

/// What no daemon can mend by waiting.
extension FailingCommand {
    private static func monitor(_ site: Site, _ extra: String...) -> [String] {
        ["monitor"] + site.etcdArguments + ["--ufm-user", "admin"] + site.ufmTrust + extra
    }

    static let daemon: [FailingCommand] = [
        FailingCommand("batch.yaml is broken") { site in
            let path = try site.configuration.write("settings:\n  etcd-servers: [node1\n", to: "batch.yaml")
            return .init(monitor(site), naming: path + ":3:1: ")
        },
        FailingCommand("ufm.yaml is broken") { site in
            let path = try site.configuration.write("settings: [\n", to: "ufm.yaml")
            return .init(monitor(site), naming: path + ":2:1: ")
        },
        FailingCommand("etcd-password is empty") { site in
            let path = try site.configuration.write("", to: "etcd-password")
            return .init(monitor(site), naming: path)
        },
        FailingCommand("no UFM host is named anywhere") { site in
            try await CommandRunner.succeed(Command("rm", [site.configuration.file("ufm.yaml")]))
            return .init(monitor(site), naming: "--ufm-host", "ufm.yaml")
        },
        FailingCommand("the etcd password is wrong in a single run", .tls) { site in
            try site.configuration.write(wrongPassword, to: "etcd-password")
            return .init(monitor(site, "--once"), naming: site.etcd.endpoint, "wrong user or password")
        },
        FailingCommand("the UFM password is wrong in a single run", .tls) { site in
            try site.configuration.write(wrongPassword, to: "ufm-password")
            return .init(monitor(site, "--once"), naming: site.ufmHost, "credentials")
        },
        FailingCommand("etcd's certificate is of another CA", .tls) { site in
            let other = try await CertificateAuthority(name: "Other")
            let path = site.configuration.file("other.pem")
            try await CommandRunner.succeed(Command("cp", [other.certificate, path]))
            return .init(
                monitor(site, "--etcd-ca-cert", path), naming: site.etcd.endpoint, "certificate not accepted")
        },
        FailingCommand("UFM's certificate is of a CA that the machine does not know", .tls) { site in
            .init(
                ["monitor", "--etcd-user", "root", "--ufm-user", "admin"], naming: site.ufmHost,
                "certificate not accepted")
        },
        FailingCommand("UFM's CA file is not there", .tls) { site in
            .init(monitor(site, "--ufm-ca-cert", "/none.pem"), naming: "/none.pem")
        },
        FailingCommand("the key does not match the client certificate", .mutualTLS) { site in
            .init(
                monitor(site, "--etcd-key-file", site.certificates.server.key), naming: site.certificates.server.key)
        },
        FailingCommand("the client certificate has a common name", .mutualTLS) { site in
            let client = try await site.certificates.authority.client(commonName: "client")
            return .init(
                monitor(site, "--etcd-cert-file", client.certificate, "--etcd-key-file", client.key),
                naming: site.etcd.endpoint, "common name")
        },
    ]
}

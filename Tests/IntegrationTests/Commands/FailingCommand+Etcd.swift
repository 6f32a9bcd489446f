import Foundation
import TestSupport
import Testing

/// What can be wrong between an etcd command and etcd.
extension FailingCommand {
    private static let get = ["etcd", "--etcd-user", "root", "--get", "/a"]

    static let etcd: [FailingCommand] = [
        FailingCommand("reading a key that is not there") { _ in
            .init(["etcd", "--etcd-user", "root", "--get", "/none"], naming: "Key '/none' not found")
        },
        FailingCommand("a key whose name steers a terminal") { _ in
            .init(
                ["etcd", "--etcd-user", "root", "--get", "/a\u{1b}]0;x\u{7}\u{202e}b"],
                naming: #"Key '/a\x1b]0;x\x07\u{202e}b' not found"#)
        },
        FailingCommand("deleting a key that is not there") { _ in
            .init(["etcd", "--etcd-user", "root", "--delete", "/none"], naming: "Key '/none' not found")
        },
        FailingCommand("nothing listens at the endpoint") { _ in
            .init(get + ["--etcd-endpoints", "127.0.0.1:1"], naming: "127.0.0.1:1", "Connection refused")
        },
        FailingCommand("nothing listens at any endpoint") { _ in
            .init(get + ["--etcd-endpoints", "127.0.0.1:1,localhost:1"], naming: ":1", "Connection refused")
        },
        FailingCommand("the host has no address") { _ in
            .init(get + ["--etcd-host", "etcd.invalid"], naming: "etcd.invalid", "host name not found")
        },
        FailingCommand("the endpoint is no endpoint") { _ in
            .init(get + ["--etcd-endpoints", "ftp://etcd1"], naming: "ftp://etcd1")
        },
        FailingCommand("the endpoints are none") { _ in
            .init(get + ["--etcd-endpoints", ", ,"], naming: "--etcd-endpoints")
        },
        FailingCommand("etcd hangs") { site in
            await site.etcd.pause()
            return .init(
                get + ["--etcd-timeout", "1"], naming: site.etcd.endpoint, "no answer within",
                mend: { await site.etcd.resume() })
        },
        FailingCommand("the password is wrong", .tls) { site in
            try site.configuration.write(wrongPassword, to: "etcd-password")
            return .init(get, naming: site.etcd.endpoint, "user root", "wrong user or password")
        },
        FailingCommand("the password of the option is wrong") { site in
            .init(
                get + ["--etcd-password", wrongPassword], naming: site.etcd.endpoint, "user root",
                "wrong user or password")
        },
        FailingCommand("the user is unknown") { site in
            .init(
                ["etcd", "--etcd-user", "nobody", "--list"], naming: site.etcd.endpoint, "user nobody",
                "wrong user or password")
        },
        FailingCommand("the user may not do that") { site in
            try await site.etcd.etcdctl("user", "add", "guest:\(wrongPassword)")
            return .init(
                ["etcd", "--etcd-user", "guest", "--etcd-password", wrongPassword, "--put", "/a", "--value", "2"],
                naming: site.etcd.endpoint, "permission denied", "/a", "user ")
        },
        FailingCommand("the password is empty") { _ in
            .init(get + ["--etcd-password", ""], naming: "etcd password", "empty")
        },
        // Certificates
        FailingCommand("etcd's certificate is of a CA that the machine does not know", .tls) { site in
            let batch = try site.configuration.read("batch.yaml").split(separator: "\n")
                .filter { !$0.contains("etcd-ca-cert") }.joined(separator: "\n")
            try site.configuration.write(batch, to: "batch.yaml")
            return .init(get, naming: site.etcd.endpoint, "certificate not accepted")
        },
        FailingCommand("etcd's certificate is of another CA than the file's", .tls) { site in
            let other = try await CertificateAuthority(name: "Other")
            try site.configuration.write(try contents(other.certificate), to: "other.pem")
            return .init(
                get + ["--etcd-ca-cert", site.configuration.file("other.pem")], naming: site.etcd.endpoint,
                "certificate not accepted")
        },
        FailingCommand("etcd's certificate is for other hosts", .tls) { site in
            // Every name below `localhost` is loopback, but the certificate names `localhost` alone.
            .init(
                get + ["--etcd-host", "etcd.localhost"], naming: "etcd.localhost:\(site.etcdPort)",
                "certificate not accepted")
        },
        FailingCommand("the CA file is not there", .tls) { _ in
            .init(get + ["--etcd-ca-cert", "/none.pem"], naming: "/none.pem")
        },
        FailingCommand("the CA file is no certificate", .tls) { site in
            let path = try site.configuration.write("not a certificate\n", to: "garbage.pem")
            return .init(get + ["--etcd-ca-cert", path], naming: path)
        },
        FailingCommand("the client certificate is not there", .mutualTLS) { site in
            .init(
                get + ["--etcd-cert-file", "/none.crt", "--etcd-key-file", site.certificates.client.key],
                naming: "/none.crt")
        },
        FailingCommand("the client's key is not there", .mutualTLS) { site in
            .init(
                get + ["--etcd-cert-file", site.certificates.client.certificate, "--etcd-key-file", "/none.key"],
                naming: "/none.key")
        },
        FailingCommand("the client's key does not match its certificate", .mutualTLS) { site in
            .init(
                get + [
                    "--etcd-cert-file", site.certificates.client.certificate,
                    "--etcd-key-file", site.certificates.server.key,
                ], naming: site.certificates.server.key)
        },
        FailingCommand("the client's key needs a passphrase", .mutualTLS) { site in
            let client = try await site.certificates.authority.client(commonName: nil, passphrase: wrongPassword)
            return .init(
                get + ["--etcd-cert-file", client.certificate, "--etcd-key-file", client.key], naming: client.key)
        },
        FailingCommand("the client certificate has expired", .mutualTLS) { site in
            let client = try await site.certificates.authority.client(commonName: nil, validity: .expired)
            return .init(
                get + ["--etcd-cert-file", client.certificate, "--etcd-key-file", client.key],
                naming: client.certificate, "expired")
        },
        FailingCommand("the client certificate has a common name", .mutualTLS) { site in
            let client = try await site.certificates.authority.client(commonName: "client")
            return .init(
                get + ["--etcd-cert-file", client.certificate, "--etcd-key-file", client.key],
                naming: site.etcd.endpoint, "common name")
        },
        FailingCommand("etcd wants a client certificate and gets none", .mutualTLS) { site in
            .init(get, naming: site.etcd.endpoint, "--etcd-cert-file")
        },
        FailingCommand("etcd speaks http", .http) { site in
            .init(get + ["--etcd-protocol", "https"], naming: site.etcd.endpoint, "TLS failed")
        },
        FailingCommand("etcd speaks https", .tls) { site in
            .init(get + ["--etcd-protocol", "http"], naming: site.etcd.endpoint, "--etcd-protocol")
        },
    ]

    /// What is wrong with etcd itself, which is then another than the site's.
    static let etcdServer: [FailingCommand] = [
        FailingCommand("etcd's certificate has expired") { site in
            let authority = site.certificates.authority
            return try await other(
                EtcdOptions(tls: .init(authority: authority, server: authority.server(validity: .expired))),
                saying: "certificate not accepted", "expired")
        },
        FailingCommand("the client certificate is of another CA than etcd knows", .mutualTLS) { site in
            let client = try await CertificateAuthority(name: "Other").client(commonName: nil)
            return .init(
                get + ["--etcd-cert-file", client.certificate, "--etcd-key-file", client.key],
                naming: site.etcd.endpoint, "--etcd-cert-file",
                // Its files go with the last copy.
                mend: { withExtendedLifetime(client) {} })
        },
        FailingCommand("etcd's certificate may not be used by a client, as its gateway needs") { site in
            let authority = site.certificates.authority
            let client = try await authority.client(commonName: nil)
            return try await other(
                EtcdOptions(
                    tls: .init(authority: authority, server: authority.server(usages: [.server]), client: client)),
                with: ["--etcd-cert-file", client.certificate, "--etcd-key-file", client.key],
                saying: "clientAuth")
        },
        FailingCommand("etcd runs without its JSON gateway") { _ in
            try await other(EtcdOptions(arguments: ["--enable-grpc-gateway=false"]), saying: "--enable-grpc-gateway")
        },
        FailingCommand("the revision has been compacted") { site in
            try await site.etcd.etcdctl("put", "/a", "1")
            let revision = try await site.revision()
            try await site.etcd.etcdctl("compact", "\(revision)")
            return .init(get + ["--at-revision", "2"], naming: "compacted")
        },
        FailingCommand("the member has no leader") { _ in
            let cluster = try await EtcdCluster.start()
            try await cluster.kill(1)
            try await cluster.kill(2)
            try await eventually("loss of the leader") {
                await cluster.members[0].log.contains("lost leader")
            }
            let command = ["etcd", "--etcd-endpoints", "http://\(cluster.endpoints[0])", "--get", "/a"]
            return .init(
                command, naming: cluster.endpoints[0], "no leader", mend: { try await cluster.end() })
        },
        FailingCommand("the user may not watch that") { site in
            try await site.etcd.etcdctl("user", "add", "guest:\(wrongPassword)")
            return .init(
                [
                    "etcd", "--etcd-user", "guest", "--etcd-password", wrongPassword, "--watch", "/a",
                    "--from-revision", "1",
                ],
                naming: site.etcd.endpoint, "permission denied", "/a", "user guest")
        },
    ]

    /// A command that meets an etcd of these options.
    private static func other(
        _ options: EtcdOptions, with arguments: [String] = [], saying words: String...
    ) async throws -> Trial {
        let server = try await EtcdServer.start(options)
        let authority = options.tls.map { ["--etcd-ca-cert", $0.authority.certificate] } ?? []
        var trial = Trial(
            ["etcd", "--etcd-endpoints", server.clientURL, "--get", "/a"] + authority + arguments,
            naming: server.endpoint, mend: { try await server.kill() })
        trial.culprits += words
        return trial
    }

    private static func contents(_ path: String) throws -> String {
        try #require(try? String(contentsOfFile: path, encoding: .utf8))
    }
}

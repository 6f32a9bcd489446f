import TestSupport
import Testing
import UFMSimulator

/// Where servers and passwords come from: options before files, in both forms of `batch.yaml`.
@Suite("Servers and passwords")
struct ConnectionSettingsTests {
    /// Arguments that must lead to etcd, though `batch.yaml` leads nowhere.
    struct Override: Sendable, CustomTestStringConvertible {
        let name: String
        /// `PORT` stands for the port of etcd.
        let arguments: [String]
        /// What `batch.yaml` says instead of what is right.
        var servers = ["127.0.0.1"]
        var port = "PORT"

        var testDescription: String { name }

        func filled(_ text: String, at site: Site) -> String { text.replacing("PORT", with: site.etcdPort) }
    }

    static let overrides = [
        Override(name: "--etcd-host", arguments: ["--etcd-host", "127.0.0.1"], servers: ["host.invalid"]),
        Override(name: "--etcd-port", arguments: ["--etcd-port", "PORT"], port: "1"),
        Override(
            name: "--etcd-host and --etcd-port", arguments: ["--etcd-host", "localhost", "--etcd-port", "PORT"],
            servers: ["host.invalid"], port: "1"),
        Override(
            name: "--etcd-endpoints with ports", arguments: ["--etcd-endpoints", "host.invalid:2379,localhost:PORT"],
            servers: ["host.invalid"], port: "1"),
        Override(
            name: "--etcd-endpoints without ports", arguments: ["--etcd-endpoints", "127.0.0.1"],
            servers: ["host.invalid"]),
    ]

    @Test("Options override the servers of batch.yaml", arguments: overrides, [Site.Kind.http, .tls])
    func optionsOverrideFile(_ row: Override, _ kind: Site.Kind) async throws {
        try await withSite(kind) { site in
            try await site.put("/a", "1")
            try site.configuration.write(
                site.batchFile(servers: row.servers, port: row.filled(row.port, at: site)), to: "batch.yaml")
            let get = ["etcd", "--etcd-user", "root", "--get", "/a"]
            let withoutOption = try await site.run(get)
            #expect(withoutOption.status == .code(1))
            let result = try await site.run(get + row.arguments.map { row.filled($0, at: site) })
            #expect(result.output == "Key: /a\nValue: 1\n")
            #expect(result.errors == "")
            #expect(result.status == .code(0))
        }
    }

    @Test("An endpoint with a scheme of its own overrides the protocol of batch.yaml")
    func schemeOfEndpoint() async throws {
        try await withSite(.tls) { site in
            try await site.put("/a", "1")
            let batch = site.batchFile(servers: ["127.0.0.1"], port: site.etcdPort)
            try site.configuration.write(batch.replacing("protocol: https", with: "protocol: http"), to: "batch.yaml")
            let result = try await site.run(
                "etcd", "--etcd-user", "root", "--get", "/a", "--etcd-endpoints", site.etcd.clientURL)
            #expect(result.output == "Key: /a\nValue: 1\n")
            #expect(result.status == .code(0))
        }
    }

    @Test(
        "The manual's own form of batch.yaml works, with a word that pcocc needs the other",
        arguments: [
            Site.Kind.http, .tls,
        ])
    func manualForm(_ kind: Site.Kind) async throws {
        try await withSite(kind) { site in
            try await site.put(pkey: "0x2000", hosts: ["043f720300f55176"])
            try site.configuration.write(
                """
                cluster:
                  etcd:
                    servers: ["127.0.0.1", "localhost"]
                    port: \(site.etcdPort)
                    protocol: "\(kind.isEncrypted ? "https" : "http")"  # or "http"
                    ca_cert: "\(site.certificates.authority.certificate)"

                """, to: "batch.yaml")
            let result = try await site.run(
                "etcd", "--etcd-user", "root", "--list", "--prefix", "/pcocc/global/opensm/pkeys/")
            #expect(
                result.output == """
                    Keys in etcd cluster (prefix: /pcocc/global/opensm/pkeys/):
                      /pcocc/global/opensm/pkeys/0x2000

                    """)
            #expect(result.status == .code(0))
            let warning = "WARNING: \(site.configuration.path)/batch.yaml: `cluster: etcd:` is read here, but "
            #expect(result.errors.hasPrefix(warning))
            #expect(result.errors.count(where: \.isNewline) == 1)

            let daemon = try site.startDaemon()
            try await site.waitForMembers([0x043f_7203_00f5_5176], of: 0x2000)
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("The directory of --config-dir comes before that of the environment")
    func configurationDirectory() async throws {
        try await withSite(.http) { site in
            try await site.put("/a", "1")
            try await withTemporaryDirectory("other") { other in
                try other.write("settings: [", to: "batch.yaml")
                let get = ["etcd", "--etcd-user", "root", "--get", "/a"]
                let environment = ["PCOCC_SYSTEM_CONF_DIR": other.path]
                #expect(try await site.run(get, environment: environment).status == .code(1))
                let result = try await site.run(
                    get + ["--config-dir", site.configuration.path], environment: environment)
                #expect(result.output == "Key: /a\nValue: 1\n")
                #expect(result.status == .code(0))
            }
        }
    }

    /// Places for the right passwords while those of a later place are wrong.
    enum Source: String, Sendable, CaseIterable {
        case option, environment, credential
    }

    @Test("A password of an earlier source counts, whatever the files say", arguments: Source.allCases)
    func passwordSources(_ source: Source) async throws {
        try await withSite(.tls) { site in
            try await site.put("/a", "1")
            try site.configuration.write("wrong\n", to: "etcd-password")
            try site.configuration.write("wrong\n", to: "ufm-password")
            let (etcdPassword, ufmPassword) = (site.options.etcdPassword, site.options.ufmPassword)
            let credentials = try TemporaryDirectory("credentials")
            try credentials.write(etcdPassword, to: "etcd-password", permissions: 0o440)
            try credentials.write(ufmPassword + "\n", to: "ufm-password", permissions: 0o440)

            var etcd = ["etcd", "--etcd-user", "root", "--get", "/a"]
            var ufm = ["ufm", "--username", "admin", "--list"] + site.ufmTrust
            var environment: [String: String] = [:]
            #expect(try await site.run(etcd).status == .code(1))
            #expect(try await site.run(ufm).status == .code(1))
            switch source {
            case .option:
                etcd += ["--etcd-password", etcdPassword]
                ufm += ["--password", ufmPassword]
            case .environment:
                environment = [
                    "SURF_UFM_PKEYD_ETCD_PASSWORD": etcdPassword, "SURF_UFM_PKEYD_UFM_PASSWORD": ufmPassword,
                ]
            case .credential:
                environment = ["CREDENTIALS_DIRECTORY": credentials.path]
            }
            let value = try await site.run(etcd, environment: environment)
            #expect(value.output == "Key: /a\nValue: 1\n")
            #expect(value.errors == "")
            let list = try await site.run(ufm, environment: environment)
            #expect(list.status == .code(0))
            #expect(list.errors == "")
        }
    }

    @Test("A password given as an argument is not what `ps` shows")
    func argumentsAreBlanked() async throws {
        try await withSite(.http) { site in
            let daemon = try site.startDaemon(
                "--etcd-password", site.options.etcdPassword, "--ufm-password=\(site.options.ufmPassword)")
            try await daemon.waitForLine(containing: "Starting monitoring loop")
            let arguments = try await CommandRunner.succeed(
                Command("cat", ["/proc/\(daemon.identifier)/cmdline"])
            ).output
            #expect(arguments.contains("--etcd-password"))
            #expect(!arguments.contains(site.options.etcdPassword))
            #expect(!arguments.contains(site.options.ufmPassword))
            #expect(try await daemon.stop() == .code(0))
        }
    }

    @Test("A password file that others can read is used, with one warning that names it")
    func loosePasswordFile() async throws {
        try await withSite(.http) { site in
            try await site.put("/a", "1")
            let path = try site.configuration.write(
                site.options.etcdPassword, to: "etcd-password", permissions: 0o644)
            let result = try await site.run("etcd", "--etcd-user", "root", "--get", "/a")
            #expect(result.output == "Key: /a\nValue: 1\n")
            #expect(
                result.errors == """
                    WARNING: Loose permissions on password file \(path) (mode 0644): chmod 600 it

                    """)
        }
    }
}
